/** The distribution of scores now, and the one it is compared with drawn over it. */

import { Figure } from "@/charts/figure";
import { Histogram } from "@/charts/histogram";
import { Legend } from "@/charts/series-tip";
import { compact, count, percent } from "@/lib/format";
import { t } from "@/lib/words";
import { type OneService, pathOf, useAsked } from "@/pages/service/ask";

const [LOW, STEP] = [1, 0.1];

export function Distribution({ of }: { of: OneService }) {
  const params = useAsked();
  const { bins, now, before } = of;
  const was = before ? of.bins_before : null;
  const label = t("dist.label", {
    uses: compact(now.uses),
    poor: percent(now.poor_share),
    good: percent(now.good_share),
    before: before
      ? t("dist.label.before", { poor: percent(before.poor_share), good: percent(before.good_share) })
      : "",
  });
  const kind = of.against ? t(`compare.kind.${of.against.kind}`) : "";
  return (
    <Figure
      title={t("dist.title")}
      height={250}
      explain={() => ({
        title: t("dist.title"),
        value: label,
        formula: t("dist.formula"),
        rows: t("fact.rows", { uses: count(now.uses), unscored: count(now.unscored) }),
        path: `services${pathOf(of.service)}`,
        params,
      })}
      twin={{
        columns: [
          t("dist.col.low"),
          t("dist.col.high"),
          t("dist.col.now"),
          t("dist.col.share"),
          ...(was ? [t("dist.col.before"), t("dist.col.share_before")] : []),
        ],
        rows: bins.map((n, i) => [
          edge(i),
          edge(i + 1),
          n,
          part(n, now.uses),
          ...(was ? [was[i] ?? 0, part(was[i] ?? 0, before?.uses ?? 0)] : []),
        ]),
        shown: (cell, at) =>
          typeof cell !== "number" ? "–" : at < 2 ? cell.toFixed(1) : at % 2 ? percent(cell) : count(cell),
      }}
    >
      <Legend
        lines={was ? [{ name: t("dist.was", { kind }), colour: "ink", isDashed: true }] : []}
      >
        <span>▮ {t("dist.now")}</span>
      </Legend>
      <Histogram
        label={label}
        low={LOW}
        step={STEP}
        bins={bins}
        before={was}
        lines={[{ at: of.poor_below, name: `${t("dist.poor")} ${of.poor_below.toFixed(1)}` }]}
        height={218}
      />
    </Figure>
  );
}

const edge = (i: number): number => Number((LOW + i * STEP).toFixed(1));
const part = (n: number, whole: number): number => (whole ? n / whole : 0);

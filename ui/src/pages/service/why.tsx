/** What each domain of the path adds to the change of the score, and what none explains. */

import { type Bar, Bars } from "@/charts/bars";
import { Figure } from "@/charts/figure";
import { count, mos } from "@/lib/format";
import { t } from "@/lib/words";
import { type OneService, pathOf, useAsked } from "@/pages/service/ask";
import { mosDelta } from "@/pages/service/delta";
import { Panel } from "@/parts/panel";
import { Empty } from "@/parts/states";

export function Why({ of }: { of: OneService }) {
  const params = useAsked();
  if (!of.loss) {
    return (
      <Panel title={t("why.title")}>
        <Empty title={t("why.many")} />
      </Panel>
    );
  }
  const title = t(of.change ? "why.title" : "why.title.level");
  const bars = of.change ? changeBars(of.change) : levelBars(of.loss);
  const parts = bars.map((bar) => `${bar.name} ${mosDelta(bar.value)}`).join(", ");
  const label = of.change
    ? t("why.label", { delta: mosDelta(of.change.delta), parts, rest: mosDelta(of.change.rest) })
    : t("why.label.level", { parts });
  return (
    <Figure
      title={title}
      height={230}
      explain={() => ({
        title,
        value: label,
        formula: t("why.formula"),
        rows: t("fact.rows", { uses: count(of.now.uses), unscored: count(of.now.unscored) }),
        path: `services${pathOf(of.service)}`,
        params,
      })}
      twin={twinOf(of, of.loss)}
    >
      <Bars label={label} bars={bars} shown={mosDelta} />
      <p className="px-1 pt-1 text-soft">
        {of.change ? t("why.sum", { delta: mosDelta(of.change.delta) }) : t("why.none")}
      </p>
    </Figure>
  );
}

function changeBars(change: NonNullable<OneService["change"]>): Bar[] {
  return [
    ...change.contributions.map((each) => ({
      name: t(`domain.${each.domain}`),
      value: each.contribution,
    })),
    { name: t("why.rest"), value: change.rest, isRest: true },
    { name: t("why.delta"), value: change.delta, isTotal: true },
  ];
}

function levelBars(loss: Record<string, number>): Bar[] {
  return Object.entries(loss).map(([domain, value]) => ({
    name: t(`domain.${domain}`),
    value: -value,
  }));
}

function twinOf(of: OneService, loss: Record<string, number>) {
  const { change } = of;
  const shown = (cell: unknown, at: number) =>
    typeof cell === "string" ? cell : typeof cell !== "number" ? "–" : at === 3 ? mosDelta(cell) : mos(cell);
  if (!change) {
    return {
      columns: [t("why.col.domain"), t("why.col.loss")],
      rows: Object.entries(loss).map(([domain, value]) => [t(`domain.${domain}`), value]),
      shown,
    };
  }
  return {
    columns: [t("why.col.domain"), t("why.col.loss"), t("why.col.before"), t("why.col.part")],
    rows: [
      ...change.contributions.map((each) => [
        t(`domain.${each.domain}`),
        each.loss,
        each.loss_before,
        each.contribution,
      ]),
      [t("why.rest"), null, null, change.rest],
      [t("why.delta"), null, null, change.delta],
    ],
    shown,
  };
}

/** The five numbers of a service, each with its change and its Explain. */

import type { ReactNode } from "react";
import { compact, count, mos, percent } from "@/lib/format";
import type { Params } from "@/lib/api";
import { t } from "@/lib/words";
import { type OneService, pathOf, useAsked } from "@/pages/service/ask";
import { Delta } from "@/pages/service/delta";
import { Explain } from "@/parts/explain";
import { Grade } from "@/parts/grade";

export function Facts({ of }: { of: OneService }) {
  const params = useAsked();
  const { now, before } = of;
  const limits = { good: of.good_mos.toFixed(1), poor: of.poor_below.toFixed(1) };
  const fact = (name: string, value: string) => ({ of, params, name, value, limits });
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-5">
      <Fact {...fact("mos", mos(now.mos))} shown={<Grade value={now.mos} word />}>
        <Delta now={now.mos} before={before?.mos} of="mos" /> <Was value={before ? mos(before.mos) : null} />
      </Fact>
      <Fact {...fact("good", percent(now.good_share))}>
        <Delta now={now.good_share} before={before?.good_share} of="good" />{" "}
        <Was value={before ? percent(before.good_share) : null} />
      </Fact>
      <Fact {...fact("poor", percent(now.poor_share))}>
        <Delta now={now.poor_share} before={before?.poor_share} of="poor" />{" "}
        <Was value={before ? percent(before.poor_share) : null} />
      </Fact>
      <Fact {...fact("uses", count(now.uses))} shown={compact(now.uses)}>
        <span className="text-soft">
          {before ? t("fact.before", { value: compact(before.uses) }) : t("fact.unscored", { n: compact(now.unscored) })}
        </span>
      </Fact>
      <Fact {...fact("subjects", count(now.subjects))} shown={compact(now.subjects)}>
        <span className="text-soft">{t("fact.poor_subjects", { n: compact(now.poor_subjects) })}</span>
      </Fact>
    </dl>
  );
}

function Was(props: { value: string | null }) {
  if (props.value === null) return null;
  return <span className="text-soft">{t("fact.before", { value: props.value })}</span>;
}

function Fact(props: {
  of: OneService;
  params: Params;
  name: string;
  value: string;
  limits: { good: string; poor: string };
  shown?: ReactNode;
  children: ReactNode;
}) {
  const { of, name, value } = props;
  const explained = () => ({
    title: t(`fact.${name}`),
    value,
    formula: t(`fact.${name}.formula`, props.limits),
    rows: t("fact.rows", { uses: count(of.now.uses), unscored: count(of.now.unscored) }),
    confidence: [
      of.confidence === null ? "" : t("fact.confidence", { model: percent(of.confidence) }),
      of.provisional ? t("service.provisional", { why: of.provisional }) : "",
    ]
      .filter(Boolean)
      .join("\n"),
    path: `services${pathOf(of.service)}`,
    params: props.params,
  });
  return (
    <div className="min-w-0 rounded-lg border bg-panel px-3 py-1.5">
      <dt className="flex items-center justify-between text-soft">
        {t(`fact.${name}`)} <Explain of={explained} />
      </dt>
      <dd>
        <p className="text-lg font-semibold leading-6">{props.shown ?? value}</p>
        <p className="truncate">{props.children}</p>
      </dd>
    </div>
  );
}

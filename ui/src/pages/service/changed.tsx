/** What changed in the brushed time: members whose poor share rose, and what happened then. */

import { ShareBar } from "@/charts/bars";
import { count, percent, scopeText } from "@/lib/format";
import { moment } from "@/lib/time";
import { useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Changed, pathOf, type ServiceCourse, useAsked, useServices, type WhatChanged } from "@/pages/service/ask";
import { useBrush } from "@/pages/service/brush";
import { Happened } from "@/pages/service/happened";
import { Narrow } from "@/pages/service/narrow";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";

const HALF_HOUR_MS = 18e5;
const FILE = ["dimension", "member", "uses", "poor", "uses_before", "poor_before", "more", "surely_more", "explains"];

export function WhatChangedPanel(props: { service: string; course: ServiceCourse | undefined }) {
  const [brush, setBrush] = useBrush();
  const span = useSpan();
  const asked = useAsked();
  // A brush is compared with the time just before it, unless another time is chosen.
  const compare = asked.compare && asked.compare !== "auto" ? asked.compare : "before";
  const times = brush && { since: new Date(brush.sinceMs).toISOString(), until: new Date(brush.untilMs).toISOString() };
  const params = { ...asked, ...times, compare, limit: 30 };
  const path = pathOf(props.service, "/changed");
  const found = useServices<WhatChanged>(path, params, brush !== null);
  const worst = worstHalfHour(props.course);
  return (
    <Panel
      title={t("changed.title")}
      aside={
        brush ? (
          <>
            {found.data ? (
              <>
                <Explain of={() => explained(found.data as WhatChanged, `services${path}`, params)} />
                <Exports title={t("changed.title")} columns={FILE} rows={() => (found.data?.items ?? []).map(inFile)} />
              </>
            ) : null}
            <Button onClick={() => setBrush(null)}>{t("changed.off")}</Button>
          </>
        ) : undefined
      }
    >
      {brush ? (
        <Answer of={found} what={t("changed.what")} height={230}>
          {(data) => <Found data={data} />}
        </Answer>
      ) : (
        <div className="grid content-start gap-2 p-3" style={{ minHeight: 230 }}>
          <p className="text-soft">{t("changed.hint")}</p>
          <p className="flex flex-wrap gap-2">
            {worst ? <Button look="main" onClick={() => setBrush(worst)}>{t("changed.worst")}</Button> : null}
            <Button onClick={() => setBrush({ sinceMs: span.untilMs - HALF_HOUR_MS, untilMs: span.untilMs })}>
              {t("changed.last")}
            </Button>
            <Button onClick={() => setBrush({ sinceMs: span.sinceMs, untilMs: span.untilMs })}>{t("changed.whole")}</Button>
          </p>
        </div>
      )}
    </Panel>
  );
}

function Found({ data }: { data: WhatChanged }) {
  const { tz } = useView();
  if (!data.against || !data.before) return <Empty title={t("changed.nothing")} />;
  const [since, until, sinceBefore, untilBefore] = [data.window, data.against]
    .flatMap((each) => [each.since, each.until])
    .map((each) => moment(Date.parse(each), tz));
  return (
    <>
      <p className="px-3 pt-2 text-soft">
        {t("changed.window", { since: since ?? "", until: until ?? "", since_before: sinceBefore ?? "", until_before: untilBefore ?? "" })}
      </p>
      <p className="px-3 pb-1">
        {t("changed.sum", {
          poor: count(data.now.poor),
          uses: count(data.now.uses),
          share: percent(data.now.poor_share),
          share_before: percent(data.before.poor_share),
          more: count(data.more),
        })}
      </p>
      {data.items.length ? (
        <div className="overflow-x-auto">
          <div className="min-w-[540px]">
            <Table label={t("changed.title")} columns={COLUMNS()} rows={data.items} keyOf={(each) => `${each.dimension}:${each.member}`} height={200} />
          </div>
        </div>
      ) : (
        <Empty title={t("changed.none")} hint={t("changed.none.hint")} />
      )}
      <Happened data={data} />
    </>
  );
}

const COLUMNS = (): Column<Changed>[] => [
  {
    name: "where",
    head: t("changed.col.where"),
    width: "minmax(9rem,1.5fr)",
    shown: (each) => (
      <span className="flex items-center gap-1.5" title={scopeText({ [each.dimension]: each.member })}>
        <span className="shrink-0 text-soft">{t(`dimension.${each.dimension}`)}</span>
        <Narrow dimension={each.dimension} member={each.member} />
      </span>
    ),
  },
  { name: "now", head: t("changed.col.now"), width: "6rem", right: true, shown: (each) => `${count(each.poor)} / ${count(each.uses)}` },
  { name: "before", head: t("changed.col.before"), width: "6.5rem", right: true, shown: (each) => `${count(each.poor_before)} / ${count(each.uses_before)}` },
  { name: "sure", head: t("changed.col.sure"), width: "6.2rem", right: true, shown: (each) => count(each.surely_more) },
  { name: "explains", head: t("changed.col.explains"), width: "5.5rem", right: true, shown: (each) => percent(each.explains) },
  { name: "bar", head: "", width: "minmax(2.5rem,0.5fr)", shown: (each) => <ShareBar share={each.explains ?? 0} colour="warn" /> },
];

/** Find the half hour with the most poor uses in the course. */
function worstHalfHour(course: ServiceCourse | undefined) {
  if (!course || course.step_s > 1800) return null;
  const steps = Math.round(1800 / course.step_s);
  const { at, poor } = course.now;
  let [best, most, sum] = [-1, 0, 0];
  poor.forEach((n, i) => {
    sum += n - (i >= steps ? (poor[i - steps] ?? 0) : 0);
    if (i >= steps - 1 && sum > most) [best, most] = [i - steps + 1, sum];
  });
  const start = best < 0 ? undefined : at[best];
  return start === undefined ? null : { sinceMs: start * 1e3, untilMs: start * 1e3 + HALF_HOUR_MS };
}

function explained(data: WhatChanged, path: string, params: Record<string, string | number | boolean | undefined>) {
  return {
    title: t("changed.title"),
    value: `${count(data.more)}`,
    formula: t("changed.formula"),
    rows: t("fact.rows", { uses: count(data.now.uses), unscored: count(data.now.unscored) }),
    path,
    params,
  };
}

function inFile(each: Changed) {
  return [each.dimension, each.member, each.uses, each.poor, each.uses_before, each.poor_before, each.more, each.surely_more, each.explains];
}

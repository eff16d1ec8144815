import { count, percent } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain, type Explained } from "@/parts/explain";
import { Facts } from "@/parts/facts";
import { Answer } from "@/parts/states";
import { useImpact } from "./asked";
import { Care, Windows } from "./better";
import { Groups } from "./groups";
import { Past } from "./past";
import { type Impact, people, type Planned } from "./types";
import { Who } from "./who";

/** One work: whom it will touch, when it would be better, what care it needs; or what it did. */
export function Detail(props: { work: Planned }) {
  const { work } = props;
  const { tz } = useView();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-3">
      <div>
        <h3 className="text-base font-semibold">
          {work.title || work.id} · {work.element}
        </h3>
        <p className="text-soft">
          {work.id} · {work.element_kind} ·{" "}
          {moment(Date.parse(work.begins), tz)} – {moment(Date.parse(work.ends), tz)} (
          {lasting(Date.parse(work.ends) - Date.parse(work.begins))}) ·{" "}
          {t(`works.way.${work.way}`, { count: work.members, what: plural(work.dimension, work.members) })}
        </p>
        {work.claimed_impact ? (
          <p className="text-soft">{t("works.claimed", { text: work.claimed_impact })}</p>
        ) : null}
      </div>
      {work.phase === "over" ? <Past work={work} /> : <Ahead work={work} />}
    </div>
  );
}

export function plural(what: string, of: number): string {
  const name = what.replaceAll("_", " ");
  return of === 1 ? name : `${name}s`;
}

function Ahead(props: { work: Planned }) {
  const { work } = props;
  const asked = useImpact(work.id, 0);
  return (
    <Answer of={asked} what={t("works.what.impact")} height={240}>
      {(impact) => (
        <>
          <p className="text-base">{impact.sentence}</p>
          <Numbers work={work} impact={impact} />
          <Windows work={work} impact={impact} />
          {impact.is_harmless ? null : (
            <div className="grid gap-3 xl:grid-cols-2">
              <Groups title={t("works.by.service")} of={impact.by_service} />
              <Groups title={t("works.by.segment")} of={impact.by_segment} />
              {Object.keys(impact.by_slice).length ? (
                <Groups title={t("works.by.slice")} of={impact.by_slice} />
              ) : null}
            </div>
          )}
          <Care impact={impact} />
          <Who work={work} impact={impact} />
        </>
      )}
    </Answer>
  );
}

function Numbers(props: { work: Planned; impact: Impact }) {
  const { work, impact } = props;
  const { mean, low, high } = impact.subjects;
  const path = `works/${encodeURIComponent(work.id)}/impact`;
  const explained = (title: string, value: string, formula: string, rows: string): Explained => ({
    title,
    value,
    formula,
    rows,
    confidence: t("works.confidence", { share: percent(impact.agreement) }),
    path,
  });
  const rows = t("works.explain.subjects.rows", {
    members: work.members,
    dimension: plural(work.dimension, work.members),
    count: count(impact.touched_count),
  });
  return (
    <Facts
      of={[
        {
          name: t("works.subjects"),
          value: count(mean),
          more: t("works.subjects.interval", { low: count(low), high: count(high) }),
          explain: (
            <Explain
              of={() => explained(t("works.subjects"), count(mean), t("works.explain.subjects"), rows)}
            />
          ),
        },
        {
          name: t("works.harm"),
          value: percent(impact.harm),
          explain: (
            <Explain
              of={() =>
                explained(
                  t("works.harm"),
                  percent(impact.harm),
                  t("works.explain.harm"),
                  t("works.explain.harm.rows"),
                )
              }
            />
          ),
        },
        {
          name: t("works.lost"),
          value: people(impact.lost_min),
          explain: (
            <Explain
              of={() =>
                explained(
                  t("works.lost"),
                  count(impact.lost_min),
                  t("works.explain.lost"),
                  t("works.explain.lost.rows"),
                )
              }
            />
          ),
        },
        {
          name: t("works.important"),
          value: count(impact.important),
          explain: (
            <Explain
              of={() =>
                explained(t("works.important"), count(impact.important), t("works.explain.important"), rows)
              }
            />
          ),
        },
      ]}
    />
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { get } from "@/lib/api";
import { count, mos, scopeText } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { mask } from "@/pages/subject/head";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { Table } from "@/parts/table";
import { Wide } from "@/parts/wide";

interface Degradation {
  id: string;
  state: string;
  scope: Record<string, string>;
  began: string;
}

interface Sufferer {
  subject: string;
  uses: number;
  poor_uses: number;
  worst_mos: number;
  lost_min: number;
  poor_days: number;
  segment: string;
  is_important: boolean;
  reasons: string[];
}

const LIMIT = 100;

/** Whom a degradation hurts and who has not called: those to call first at the top. */
export function Sufferers() {
  const [view, change] = [useView(), useChange()];
  const degradations = useQuery({
    queryKey: ["degradations", "latest"],
    queryFn: ({ signal }) => get<{ items: Degradation[] }>("degradations", { limit: 50 }, signal),
    meta: { live: true },
  });
  const all = degradations.data?.items ?? [];
  const one = all.find((each) => each.id === view.degradation) ?? all.find((each) => each.state === "open") ?? all[0];
  return (
    <Answer
      of={degradations}
      what={t("subjects.silent.what")}
      height={300}
      empty={{
        is: () => !one,
        shown: (
          <Panel title={t("subjects.silent")}>
            <Empty title={t("subjects.silent.none")} hint={t("subjects.silent.none.hint")} />
          </Panel>
        ),
      }}
    >
      {() =>
        one ? (
          <Of one={one} all={all} tz={view.tz} onPick={(id) => change({ degradation: id })} />
        ) : null
      }
    </Answer>
  );
}

function Of(props: { one: Degradation; all: Degradation[]; tz: string; onPick: (id: string) => void }) {
  const { one, tz } = props;
  const view = useView();
  const navigate = useNavigate();
  const asked = useQuery({
    queryKey: ["silent", one.id],
    queryFn: ({ signal }) =>
      get<{ items: Sufferer[]; next: number | null }>("silent-sufferers", { degradation: one.id, limit: LIMIT }, signal),
    staleTime: 60_000, // each reading stands in the audit
    placeholderData: undefined,
  });
  const name = (each: Degradation) =>
    `${each.id} · ${scopeText(each.scope)} · ${moment(Date.parse(each.began), tz)}${each.state === "open" ? "" : ` · ${t("subjects.silent.over")}`}`;
  return (
    <Panel
      title={t("subjects.silent")}
      aside={
        <>
          <label className="flex flex-wrap items-center gap-1">
            <span className="text-soft">{t("subjects.silent.of")}</span>
            <select
              value={one.id}
              onChange={(event) => props.onPick(event.target.value)}
              className="max-w-56 rounded border bg-page px-2 py-1"
            >
              {props.all.map((each) => (
                <option key={each.id} value={each.id}>
                  {name(each)}
                </option>
              ))}
            </select>
          </label>
          <Exports
            title={`${t("subjects.silent")} ${one.id}`}
            columns={["subject", "uses", "poor uses", "worst mos", "minutes lost", "poor days", "segment", "reasons"]}
            rows={() =>
              (asked.data?.items ?? []).map((each) => [
                mask(each.subject),
                each.uses,
                each.poor_uses,
                each.worst_mos,
                each.lost_min,
                each.poor_days,
                each.segment,
                each.reasons.join("; "),
              ])
            }
          />
        </>
      }
    >
      <Answer
        of={asked}
        what={t("subjects.silent.what")}
        height={300}
        empty={{ is: (found) => !found.items.length, shown: <Empty title={t("subjects.silent.nobody")} /> }}
      >
        {(found) => (
          <>
            <p className="px-3 pt-2 text-soft">
              {t("subjects.silent.shown", { count: count(found.items.length) + (found.next === null ? "" : "+") })}
            </p>
            <Wide label={t("subjects.silent")}>
            <Table
              label={t("subjects.silent")}
              height={420}
              rows={found.items}
              keyOf={(each) => each.subject}
              onOpen={(each) => void navigate({ to: `/subjects/${each.subject}`, search: context(view) } as never)}
              columns={[
                {
                  name: "subject",
                  head: t("col.subject"),
                  width: "7.5rem",
                  shown: (each) => (
                    <Link
                      to={`/subjects/${each.subject}` as never}
                      search={context(view) as never}
                      className="inline-block min-h-6 font-mono text-accent underline">
                      {mask(each.subject)}
                      {each.is_important ? " ★" : ""}
                    </Link>
                  ),
                },
                { name: "poor", head: t("col.poor"), width: "5rem", right: true, shown: (each) => `${each.poor_uses}/${each.uses}` },
                { name: "worst", head: t("col.worst"), width: "4rem", right: true, shown: (each) => mos(each.worst_mos) },
                { name: "lost", head: t("col.lost"), width: "7.5rem", right: true, shown: (each) => count(each.lost_min) },
                { name: "segment", head: t("col.segment"), width: "7rem", shown: (each) => each.segment || "–" },
                { name: "why", head: t("col.why"), shown: (each) => <span title={each.reasons.join("; ")}>{each.reasons.slice(2).join("; ") || each.reasons[1]}</span> },
              ]}
            />
            </Wide>
          </>
        )}
      </Answer>
    </Panel>
  );
}

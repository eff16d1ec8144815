import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";
import { count } from "@/lib/format";
import { useChange, useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { Table } from "@/parts/table";

interface Groups {
  by: string;
  least: number;
  items: { member: string; subjects: number; uses: number; mos_mean: number }[];
}

const BY = ["segment", "slice", "device_model", "app"];

/** Groups, none of them small: all that whoever has the role `marketing` sees of subjects. */
export function GroupList() {
  const [view, span, change] = [useView(), useSpan(), useChange()];
  const by = BY.find((each) => each === view.by) ?? "segment";
  const asked = useQuery({
    queryKey: ["groups", by, span.since, span.until],
    queryFn: ({ signal }) => get<Groups>("groups", { by, since: span.since, until: span.until }, signal),
  });
  return (
    <Panel
      title={t("subjects.groups")}
      aside={
        <>
          <label className="flex items-center gap-1">
            <span className="text-soft">{t("subjects.groups.by")}</span>
            <select
              value={by}
              onChange={(event) => change({ by: event.target.value })}
              className="rounded border bg-page px-2 py-1"
            >
              {BY.map((each) => (
                <option key={each} value={each}>
                  {each.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          </label>
          <Exports
            title={`${t("subjects.groups")} ${by}`}
            columns={[by, "subjects", "uses", "mos"]}
            rows={() => (asked.data?.items ?? []).map((each) => [each.member, each.subjects, each.uses, each.mos_mean])}
          />
        </>
      }
    >
      <Answer
        of={asked}
        what={t("subjects.groups")}
        empty={{
          is: (found) => !found.items.length,
          shown: <Empty title={t("subjects.groups.none")} hint={t("subjects.groups.none.hint")} />,
        }}
      >
        {(found) => (
          <>
            <p className="px-3 pt-2 text-soft">{t("subjects.groups.lead", { least: found.least })}</p>
            <Table
              label={t("subjects.groups")}
              rows={found.items}
              keyOf={(each) => each.member}
              columns={[
                { name: "member", head: t("col.group"), shown: (each) => each.member },
                { name: "subjects", head: t("col.subjects"), right: true, shown: (each) => count(each.subjects) },
                { name: "uses", head: t("col.uses"), right: true, shown: (each) => count(each.uses) },
                { name: "mos", head: t("col.mos"), shown: (each) => <Grade value={each.mos_mean} word /> },
              ]}
            />
          </>
        )}
      </Answer>
    </Panel>
  );
}

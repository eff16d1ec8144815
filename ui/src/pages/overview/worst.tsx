import { Link } from "@tanstack/react-router";
import type { Params } from "@/lib/api";
import { count, percent } from "@/lib/format";
import { useChange, useView, type View } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { type Member, useAsked, type Worst } from "@/pages/overview/asked";

const DIMENSIONS = [
  ...["cell", "gnb", "link", "upf", "edge", "server"],
  ...["app", "device_model", "slice", "segment"],
] as const;
const SHOWN = 12;

/** The members of a dimension that have the most poor uses beyond what is usual. */
export function WorstList(props: { height: number }) {
  const [view, change] = [useView(), useChange()];
  const by = view.by ?? "cell";
  const { query, params } = useAsked<Worst>("overview/worst", { by, limit: SHOWN });
  return (
    <Panel
      title={t("ov.worst.title")}
      aside={
        <>
          <select
            aria-label={t("ov.worst.by")}
            className="min-h-7 rounded border bg-raised px-1"
            value={by}
            onChange={(event) => {
              const to = event.target.value;
              change({ by: to === "cell" ? undefined : to }, true);
            }}
          >
            {DIMENSIONS.map((each) => (
              <option key={each} value={each}>
                {t(`ov.dim.${each}`)}
              </option>
            ))}
          </select>
          <Exports
            title={`${t("ov.worst.title")} ${t(`ov.dim.${by}`)}`}
            columns={["ov.col.member", "ov.col.excess", "ov.col.poor", "ov.col.mos", "ov.col.uses"].map((each) => t(each))}
            rows={() => (query.data?.items ?? []).map(cells)}
          />
        </>
      }
    >
      <div style={{ minHeight: props.height }}>
        <Answer
          of={query}
          what={t("ov.worst.what")}
          height={props.height}
          empty={{
            is: (told) => !told.items.length,
            shown: <Empty title={t("ov.worst.none")} hint={t("ov.worst.none.hint")} />,
          }}
        >
          {(told) => (
            <Table
              label={`${t("ov.worst.title")} ${t(`ov.dim.${by}`)}`}
              columns={columns(by, view, told, params)}
              rows={told.items}
              keyOf={(each) => each.member}
              height={props.height - 34}
              selected={view.dim === by ? (view.member ?? "") : ""}
            />
          )}
        </Answer>
      </div>
    </Panel>
  );
}

function cells(each: Member) {
  return [each.member, each.excess_poor, each.poor_share, each.mos_mean, each.n];
}

function columns(by: string, view: View, told: Worst, params: Params): Column<Member>[] {
  const most = Math.max(...told.items.map((each) => each.excess_poor), 1);
  return [
    {
      name: "member",
      head: t("ov.col.member"),
      width: "minmax(0,1.6fr)",
      shown: (each) => (
        <Link
          to={"." as never}
          search={((was: object) => ({ ...was, dim: by, member: each.member })) as never}
          aria-current={view.dim === by && view.member === each.member ? "true" : undefined}
          title={t("ov.worst.choose", { dimension: by.replaceAll("_", " "), member: each.member })}
          className="text-accent hover:underline"
        >
          {each.member}
        </Link>
      ),
    },
    {
      name: "excess",
      head: t("ov.col.excess"),
      width: "minmax(0,1.4fr)",
      shown: (each) => (
        <span className="flex items-center gap-1.5">
          <span className="w-10 text-right">{count(each.excess_poor)}</span>
          <span
            aria-hidden
            className="h-2 rounded-sm bg-warn"
            style={{ width: `${(each.excess_poor / most) * 45}%` }}
          />
        </span>
      ),
    },
    { name: "poor", head: t("ov.col.poor"), shown: (each) => percent(each.poor_share), right: true },
    { name: "mos", head: t("ov.col.mos"), shown: (each) => <Grade value={each.mos_mean} /> },
    {
      name: "explain",
      head: "",
      width: "1.75rem",
      shown: (each) => (
        <Explain
          of={() => ({
            title: `${by.replaceAll("_", " ")} ${each.member}`,
            value: count(each.excess_poor),
            formula: t("ov.worst.formula", { least: told.least_uses }),
            rows: t("ov.worst.rows", { poor: count(each.poor), uses: count(each.n), member: each.member }),
            path: "overview/worst",
            params: { ...params, by },
          })}
        />
      ),
    },
  ];
}

import { count, percent } from "@/lib/format";
import { lasting } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import type { Quality } from "./types";

const GRADES: [number, string][] = [
  [0.99, "A"],
  [0.97, "B"],
  [0.9, "C"],
  [0.75, "D"],
];

/** The weakest side of a source, and its letter. */
export function qualityOf(each: Quality): { share: number; letter: string } | undefined {
  const inverse = (value: number | null) => (value === null ? null : 1 - value);
  const sides = [
    each.valid_share,
    each.complete_share,
    inverse(each.duplicate_share),
    inverse(each.late_share),
    inverse(each.suspect_share),
  ].filter((side): side is number => side !== null);
  if (!sides.length) return undefined;
  const share = Math.min(...sides);
  return { share, letter: GRADES.find(([from]) => share >= from)?.[1] ?? "E" };
}

export function Sources(props: { sources: Quality[] }) {
  const [view, change] = [useView(), useChange()];
  if (!props.sources.length) return <Empty title={t("sources.none")} hint={t("sources.none.hint")} />;
  const asked = (view.q ?? "").toLowerCase();
  const rows = props.sources.filter((each) => `${each.source} ${each.format}`.toLowerCase().includes(asked));
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2">
        <input
          type="search"
          aria-label={t("sources.filter")}
          placeholder={t("sources.filter")}
          value={view.q ?? ""}
          onChange={(event) => change({ q: event.target.value || undefined }, true)}
          className="min-w-0 flex-1 rounded border bg-page px-2 py-1 placeholder:text-soft"
        />
        <Exports title={t("sources.what")} columns={[...COLUMNS, "grade"]} rows={() => rows.map(cells)} />
      </div>
      <Table
        label={t("sources.what")}
        columns={columns()}
        rows={rows}
        keyOf={(row) => `${row.source} ${row.format}`}
        least={1090}
      />
    </section>
  );
}

function columns(): Column<Quality>[] {
  const number = (name: string, value: (row: Quality) => string): Column<Quality> => ({
    name,
    head: t(`sources.${name}`),
    width: "5.6rem",
    right: true,
    shown: value,
  });
  return [
    { name: "source", head: t("sources.source"), width: "minmax(6rem,1.4fr)", shown: (row) => row.source },
    { name: "format", head: t("sources.format"), width: "minmax(6rem,1fr)", shown: (row) => row.format },
    {
      name: "grade",
      head: t("sources.grade"),
      width: "6.6rem",
      shown: (row) => {
        const found = qualityOf(row);
        if (!found) return "–";
        return (
          <span className="inline-flex items-center">
            <b className="mr-1.5">{found.letter}</b> {percent(found.share)}
            <Explain
              of={() => ({
                title: `${t("sources.grade")}: ${row.source}, ${row.format}`,
                value: `${found.letter} (${percent(found.share)})`,
                formula: t("sources.explain"),
                rows: t("sources.explain.rows", { rows: count(row.rows_read), kept: count(row.rows_kept) }),
                path: "sources",
              })}
            />
          </span>
        );
      },
    },
    number("seen", (row) => lasting(row.silence_s * 1e3)),
    number("fresh", (row) => (row.freshness_s === null ? "–" : lasting(row.freshness_s * 1e3))),
    number("rows", (row) => count(row.rows_kept)),
    number("rejected", (row) => count(row.rejected)),
    number("valid", (row) => percent(row.valid_share)),
    number("complete", (row) => percent(row.complete_share)),
    number("duplicate", (row) => percent(row.duplicate_share)),
    number("late", (row) => percent(row.late_share)),
    number("suspect", (row) => percent(row.suspect_share)),
  ];
}

const COLUMNS = [
  ...["source", "format", "rows_read", "rows_kept", "records", "rejected", "freshness_s", "silence_s"],
  ...["valid_share", "complete_share", "duplicate_share", "late_share", "suspect_share"],
];

function cells(each: Quality) {
  return [...COLUMNS.map((name) => each[name as keyof Quality]), qualityOf(each)?.letter];
}

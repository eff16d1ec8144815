import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { count } from "@/lib/format";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Grade } from "@/parts/grade";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { type Cells, isDegraded, isShown } from "@/pages/overview/map/cells";

/** The same cells as a table, the worst first. */
export function CellTable(props: { cells: Cells; names: string[]; height: number }) {
  const { cells, names } = props;
  const view = useView();
  const only = view.only === "degraded";
  const rows = useMemo(() => cellRows(cells, only), [cells, only]);
  const columns: Column<number>[] = [
    {
      name: "cell",
      head: t("ov.col.cell"),
      shown: (each) => (
        <Link
          to={"." as never}
          search={((was: object) => ({ ...was, dim: "cell", member: names[each] })) as never}
          className="text-accent hover:underline"
        >
          {names[each]}
        </Link>
      ),
    },
    { name: "mos", head: t("ov.col.mos"), shown: (each) => <Grade value={mosOf(cells, each)} word /> },
    { name: "uses", head: t("ov.col.uses"), shown: (each) => count(cells.uses[each]), right: true },
    {
      name: "degraded",
      head: t("ov.col.degraded"),
      shown: (each) => t(isDegraded(cells, each) ? "ov.yes" : "ov.no"),
    },
  ];
  if (!rows.length) return <Empty title={t("ov.map.fine")} hint={t("ov.map.fine.hint")} />;
  return (
    <Table
      label={t("ov.map.title")}
      columns={columns}
      rows={rows}
      keyOf={(each) => names[each] ?? String(each)}
      selected={view.dim === "cell" ? (view.member ?? "") : ""}
      height={props.height - 34}
    />
  );
}

/** Give the cells that are shown, the worst first, those without a use last. */
export function cellRows(cells: Cells, only: boolean): number[] {
  const shown = Array.from(cells.order).filter((each) => isShown(cells, each, only));
  const score = (each: number) => mosOf(cells, each) ?? Number.POSITIVE_INFINITY;
  return shown.sort((one, other) => score(one) - score(other));
}

export function mosOf(cells: Cells, each: number): number | null {
  return cells.grade[each] ? (cells.mos[each] as number) : null;
}

import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { get, getBytes } from "@/lib/api";
import { count } from "@/lib/format";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer, Empty, Partial } from "@/parts/states";
import { useIsTimed, useWindow } from "@/pages/overview/asked";
import { type Cells, countCells, isDegraded, readCells } from "@/pages/overview/map/cells";
import { CellTable, cellRows, mosOf } from "@/pages/overview/map/table";
import { MapView } from "@/pages/overview/map/view";

const LEGEND_PX = 30;

/** The map of all cells, or the same as a table. */
export function CellMap(props: { height: number }) {
  const { query, params } = useCells();
  const [view, change] = [useView(), useChange()];
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const [isTable, only] = [view.map === "table", view.only === "degraded"];
  const { data } = query;
  const counts = useMemo(() => (data ? countCells(data.cells) : null), [data]);
  const rows = () =>
    data ? cellRows(data.cells, only).map((each) => csvOf(data.cells, data.names, each)) : [];
  return (
    <Panel
      title={t("ov.map.title")}
      aside={
        <>
          <Button
            aria-pressed={only}
            onClick={() => change({ only: only ? undefined : "degraded" }, true)}
            className="aria-pressed:border-accent aria-pressed:text-accent"
          >
            {only ? "☑" : "☐"} {t("ov.map.only")}
          </Button>
          <Button onClick={() => change({ map: isTable ? undefined : "table" }, true)}>
            {isTable ? t("chart.view") : t("table.view")}
          </Button>
          <Exports
            title={t("ov.map.title")}
            columns={["cell", "mos", "uses", "degraded"].map((each) => t(`ov.col.${each}`))}
            rows={rows}
            drawing={isTable ? undefined : () => canvas.current}
          />
          <Explain
            of={() => ({
              title: t("ov.map.title"),
              value: t("ov.map.value", { n: count(counts?.used) }),
              formula: t("ov.map.formula"),
              rows: t("ov.map.rows", {
                n: count(counts?.used),
                uses: count(counts?.uses),
                unplaced: count(data?.cells.unplaced),
              }),
              path: "map",
              params,
            })}
          />
        </>
      }
    >
      <div style={{ minHeight: props.height }}>
        <Answer
          of={query}
          what={t("ov.map.what")}
          height={props.height}
          empty={{
            is: (told) => !told.cells.count,
            shown: <Empty title={t("ov.map.none")} hint={t("ov.map.none.hint")} />,
          }}
        >
          {(told) => (
            <>
              {told.cells.unplaced ? (
                <Partial why={t("ov.map.unplaced", { n: count(told.cells.unplaced) })} />
              ) : null}
              {isTable ? (
                <CellTable {...told} height={props.height} />
              ) : (
                <MapView
                  {...told}
                  counts={counts ?? countCells(told.cells)}
                  height={props.height - LEGEND_PX}
                  keep={(box) => {
                    canvas.current = box;
                  }}
                />
              )}
            </>
          )}
        </Answer>
      </div>
    </Panel>
  );
}

/** Ask for the columns of the map, and for the names where they are those of other cells. */
function useCells() {
  const all = useWindow();
  const isCell = all.dimension === "cell"; // the map shows all cells, whichever is chosen
  const params = isCell ? { ...all, dimension: undefined, member: undefined } : all;
  const map = useQuery({
    enabled: useIsTimed(),
    queryKey: ["map", params],
    queryFn: async ({ signal }) => readCells(await getBytes("map", params, signal)),
    meta: { live: true },
    structuralSharing: false, // typed arrays are compared by nobody
  });
  const layout = map.data?.layout;
  const names = useQuery({
    queryKey: ["map/names", layout],
    queryFn: ({ signal }) => get<{ layout: number; names: string[] }>("map/names", {}, signal),
    enabled: layout !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const isWhole = map.data && names.data && names.data.names.length === map.data.count;
  const data = useMemo(
    () => (isWhole ? { cells: map.data as Cells, names: names.data?.names ?? [] } : undefined),
    [isWhole, map.data, names.data],
  );
  const query = {
    data,
    error: map.error ?? names.error,
    isPending: !data,
    refetch: () => Promise.all([map.refetch(), names.refetch()]),
  };
  return { query, params };
}

function csvOf(cells: Cells, names: string[], each: number) {
  const isIn = t(isDegraded(cells, each) ? "ov.yes" : "ov.no");
  return [names[each], mosOf(cells, each), cells.uses[each], isIn];
}

/** A panel that shows a drawing, and the same numbers as a table on demand. */

import { type ReactNode, useRef, useState } from "react";
import type { Cell } from "@/lib/export";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Explain, type Explained } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { type Column, Table } from "@/parts/table";

export interface Twin {
  columns: string[];
  rows: Cell[][]; // as numbers, for the file
  shown?: (cell: Cell, column: number) => string; // as people read them
}

/** Draw `children`; what is in `twin` is shown instead, and saved, when it is asked for. */
export function Figure(props: {
  title: string;
  twin: Twin;
  explain?: () => Explained;
  aside?: ReactNode;
  height?: number;
  className?: string;
  children: ReactNode;
}) {
  const { title, twin, height = 240 } = props;
  const [isTable, setTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const drawing = () => 
    box.current?.querySelector("canvas") ?? box.current?.querySelector<SVGSVGElement>("svg[role=img]");
  return (
    <Panel
      title={title}
      className={props.className}
      aside={
        <>
          {props.aside}
          {props.explain ? <Explain of={props.explain} /> : null}
          <Button
            aria-pressed={isTable}
            aria-label={`${t(isTable ? "chart.view" : "table.view")}: ${title}`}
            onClick={() => setTable(!isTable)}
          >
            {t(isTable ? "chart.view" : "table.view")}
          </Button>
          <Exports
            title={title}
            columns={twin.columns}
            rows={() => twin.rows}
            drawing={isTable ? undefined : drawing}
          />
        </>
      }
    >
      {isTable ? (
        <TwinTable label={title} twin={twin} height={height} />
      ) : (
        <div ref={box} className="p-2" style={{ minHeight: height }}>
          {props.children}
        </div>
      )}
    </Panel>
  );
}

export function TwinTable(props: { label: string; twin: Twin; height?: number }) {
  const { columns, rows, shown = (cell: Cell) => (cell === null || cell === undefined ? "–" : String(cell)) } = props.twin;
  const tracks: Column<[number, Cell[]]>[] = columns.map((head, at) => ({
    name: head,
    head,
    right: at > 0 && typeof rows[0]?.[at] !== "string",
    shown: ([, row]) => shown(row[at], at),
  }));
  return (
    <div className="overflow-x-auto">
      <div style={{ minWidth: columns.length * 90 }}>
        <Table
          label={props.label}
          columns={tracks}
          rows={rows.map((row, at) => [at, row] as [number, Cell[]])}
          keyOf={([at]) => String(at)}
          height={props.height ?? 240}
        />
      </div>
    </div>
  );
}

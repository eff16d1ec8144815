import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

export interface Column<Row> {
  name: string;
  head: string;
  shown: (row: Row) => ReactNode;
  right?: boolean;
  width?: string; // of a CSS grid track
}

const ROW_PX = 32;

/** A table of rows, of which only those in sight are in the page; the rest is told by number. */
export function Table<Row>(props: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  height?: number;
  selected?: string;
  onPick?: (row: Row) => void;
  least?: number; // pixels that the columns need: below, the table scrolls sideways
  onOpen?: (row: Row) => void;
}) {
  const { columns, rows, keyOf, onOpen, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const { selected } = props;
  useEffect(() => {
    const at = selected === undefined ? -1 : rows.findIndex((row) => keyOf(row) === selected);
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    // Only a new choice scrolls: rows that come and go must not.
    // eslint-disable-next-line
  }, [selected]);
  const template = columns.map((each) => each.width ?? "minmax(0,1fr)").join(" ");
  const height = Math.min(props.height ?? 420, rows.length * ROW_PX + 2);
  const table = (
    <div
      role="table"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      style={{ minWidth: props.least ?? 0 }}
    >
      <div role="rowgroup">
        <div
          role="row"
          aria-rowindex={1}
          className="grid gap-3 border-b px-3 py-1.5 text-soft"
          style={{ gridTemplateColumns: template }}
        >
          {columns.map((each) => (
            <span
              key={each.name}
              role="columnheader"
              className={`truncate ${each.right ? "text-right" : ""}`}
            >
              {each.head}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={box}
        role="rowgroup"
        // A part that scrolls must be reachable by keyboard.
        tabIndex={rows.length * ROW_PX > height ? 0 : undefined}
        className="overflow-auto"
        style={{ height }}
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index] as Row;
            const key = keyOf(row);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={props.selected === undefined ? undefined : props.selected === key}
                data-key={key}
                onClick={onPick ? () => onPick(row) : undefined}
                onDoubleClick={onOpen ? () => onOpen(row) : undefined}
                className="absolute inset-x-0 grid items-center gap-3 border-b px-3 hover:bg-raised aria-selected:bg-raised aria-selected:outline aria-selected:-outline-offset-1 aria-selected:outline-accent"
                style={{
                  gridTemplateColumns: template,
                  height: ROW_PX,
                  transform: `translateY(${item.start}px)`,
                }}
              >
                {columns.map((each) => (
                  <span
                    key={each.name}
                    role="cell"
                    className={`truncate ${each.right ? "text-right" : ""}`}
                  >
                    {each.shown(row)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
  if (!props.least) return table;
  return (
    <div role="region" tabIndex={0} aria-label={props.label} className="min-w-0 overflow-x-auto">
      {table}
    </div>
  );
}

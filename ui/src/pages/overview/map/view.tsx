import { useMemo, useRef, useState } from "react";
import { compact, count, gradeOf, mos } from "@/lib/format";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Grade } from "@/parts/grade";
import { type Cells, type Counts, isDegraded } from "@/pages/overview/map/cells";
import { Legend } from "@/pages/overview/map/legend";
import { useCanvas } from "@/pages/overview/map/use-canvas";

interface Hovered {
  each: number;
  x: number;
  y: number;
}

/** The canvas with its legend and its buttons. */
export function MapView(props: {
  cells: Cells;
  names: string[];
  counts: Counts;
  height: number;
  keep: (canvas: HTMLCanvasElement | null) => void;
}) {
  const { cells, names, counts } = props;
  const [view, change] = [useView(), useChange()];
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const selected = useMemo(
    () => (view.dim === "cell" && view.member ? names.indexOf(view.member) : -1),
    [names, view.dim, view.member],
  );
  const does = useCanvas(canvas, {
    cells,
    only: view.only === "degraded",
    selected,
    at: view.at,
    onAt: (at) => change({ at }, true),
    onHover: setHovered,
    onChoose: (each) => {
      const member = each === selected ? undefined : names[each];
      if (member) change({ dim: "cell", member });
      else if (view.dim === "cell") change({ dim: undefined, member: undefined });
    },
  });
  return (
    <>
      <div className="relative" style={{ height: props.height }}>
        <canvas
          ref={(box) => {
            canvas.current = box;
            props.keep(box);
          }}
          tabIndex={0}
          role="application"
          aria-roledescription="map"
          aria-label={labelOf(cells, names, counts)}
          aria-description={t("ov.map.keys")}
          onKeyDown={does.onKeyDown}
          onFocus={does.onFocus}
          onBlur={does.onBlur}
          className="absolute inset-0 size-full cursor-grab touch-none bg-page active:cursor-grabbing"
        />
        <div className="absolute right-2 top-2 grid gap-1">
          <Button aria-label={t("ov.map.in")} title={t("ov.map.in")} onClick={() => does.zoom(true)}>
            +
          </Button>
          <Button aria-label={t("ov.map.out")} title={t("ov.map.out")} onClick={() => does.zoom(false)}>
            −
          </Button>
          <Button aria-label={t("ov.map.fit")} title={t("ov.map.fit")} onClick={does.fit}>
            ⤢
          </Button>
        </div>
        {view.only && !counts.degraded && !counts.grades.slice(1, 4).some(Boolean) ? (
          <p className="pointer-events-none absolute inset-x-0 top-1/2 text-center text-soft">
            {t("ov.map.fine")}
          </p>
        ) : null}
        {hovered && hovered.each < cells.count ? (
          <Tip cells={cells} names={names} hovered={hovered} />
        ) : null}
      </div>
      <Legend counts={counts} />
    </>
  );
}

function Tip({ cells, names, hovered }: { cells: Cells; names: string[]; hovered: Hovered }) {
  const { each, x, y } = hovered;
  return (
    <div
      role="tooltip"
      className="pointer-events-none absolute z-20 rounded border bg-panel px-2 py-1 shadow-lg"
      style={{ left: Math.max(x - 60, 4), top: y > 90 ? y - 84 : y + 18 }}
    >
      <div className="font-semibold">{names[each]}</div>
      {cells.grade[each] ? <Grade value={cells.mos[each]} word /> : t("ov.map.unused")}
      <div className="text-soft">
        {t("ov.map.tip.uses", { n: count(cells.uses[each]) })}
        {isDegraded(cells, each) ? ` · ${t("ov.map.degraded")}` : ""}
      </div>
    </div>
  );
}

/** Say what the map shows, for those who do not see it. */
function labelOf(cells: Cells, names: string[], counts: Counts): string {
  const grades = [4.5, 3.7, 3, 2.2, 1.2]
    .map((score) => gradeOf(score))
    .flatMap((grade) => (grade && counts.grades[grade.at] ? [`${counts.grades[grade.at]} ${grade.word}`] : []))
    .join(", ");
  const worst =
    counts.worst < 0
      ? ""
      : t("ov.map.label.worst", { name: names[counts.worst] ?? "", mos: mos(cells.mos[counts.worst]) });
  return t("ov.map.label", {
    n: compact(cells.count),
    grades: grades || t("ov.map.unused"),
    degraded: counts.degraded,
    worst,
  });
}

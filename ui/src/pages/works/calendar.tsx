import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react";
import { moment } from "@/lib/time";
import { t } from "@/lib/words";
import { lanesOf } from "./lanes";
import { people, type Planned } from "./types";

const LANE = 24;
const TOP = 34;
const MOST_LANES = 12;
const LEAST_BAR = 8;
const CHAR = 7.3; // width of a letter, to know what fits
const DAY_MS = 864e5;

/** Works over the days: a bar each, in lanes so that none covers another. */
export function CalendarChart(props: {
  works: Planned[];
  sinceMs: number;
  untilMs: number;
  nowMs: number;
  tz: string;
  selected: string | undefined;
  onSelect: (id: string) => void;
  drawing: RefObject<SVGSVGElement | null>;
}) {
  const { works, sinceMs, untilMs, nowMs, tz, selected, onSelect, drawing } = props;
  const [width, setWidth] = useState(900);
  const id = useId();
  useEffect(() => {
    const box = drawing.current?.parentElement;
    if (!box) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(entry?.contentRect.width ?? 0, 260)));
    watch.observe(box);
    return () => watch.disconnect();
  }, [drawing]);
  const x = (ms: number) => ((ms - sinceMs) / (untilMs - sinceMs)) * width;
  const bars = useMemo(
    () =>
      works.map((work) => {
        const [a, b] = [x(Math.max(Date.parse(work.begins), sinceMs)), x(Math.min(Date.parse(work.ends), untilMs))];
        const [end, label] = [Math.max(b, a + LEAST_BAR), labelOf(work)];
        const wide = label.length * CHAR + 8;
        const isIn = end - a > wide;
        return { work, a, b: end, label, isIn, ends: isIn ? end : end + wide };
      }),
    [works, width, sinceMs, untilMs],
  );
  const lanes = useMemo(
    () => lanesOf(bars.map(({ a, ends }) => [a, ends]), MOST_LANES),
    [bars],
  );
  const rows = Math.max(...lanes.map((lane) => lane + 1), 3);
  const height = TOP + rows * LANE + 6;
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by || !works.length) return;
    event.preventDefault();
    const at = works.findIndex((each) => each.id === selected);
    const next = works[Math.min(Math.max(at + by, 0), works.length - 1)];
    if (next) onSelect(next.id);
  };
  const named = { count: works.length, from: moment(sinceMs, tz), to: moment(untilMs, tz) };
  return (
    <svg
      ref={drawing}
      role="listbox"
      tabIndex={0}
      aria-label={t("works.calendar.label", named)}
      aria-activedescendant={selected ? `${id}-${selected}` : undefined}
      onKeyDown={onKey}
      width={width}
      height={height}
      className="block text-[12px]"
    >
      <Days sinceMs={sinceMs} untilMs={untilMs} x={x} tz={tz} height={height} />
      <g role="presentation" aria-hidden>
        <line x1={x(nowMs)} x2={x(nowMs)} y1={16} y2={height} stroke="var(--accent)" strokeWidth={2} />
        <text x={x(nowMs) + 4} y={28} fill="var(--accent)">
          {t("works.now")}
        </text>
      </g>
      {bars.map(({ work, a, b, label, isIn, ends }, at) => {
        const lane = lanes[at] ?? 0;
        if (lane < 0) return null;
        const y = TOP + lane * LANE;
        const look = looks(work);
        return (
          <g
            key={work.id}
            id={`${id}-${work.id}`}
            role="option"
            aria-selected={work.id === selected}
            aria-label={`${work.title} ${work.element}, ${moment(Date.parse(work.begins), tz)}, ${saidOf(work)}`}
            className="cursor-pointer"
            onClick={() => onSelect(work.id)}
          >
            <rect x={a} y={y} width={ends - a} height={LANE} fill="transparent" />
            <rect
              x={a}
              y={y + 2}
              width={b - a}
              height={LANE - 4}
              rx={3}
              fill={look.fill}
              stroke={work.id === selected ? "var(--ink)" : look.stroke}
              strokeWidth={work.id === selected ? 2.5 : 1}
              strokeDasharray={work.phase === "over" ? "3 2" : undefined}
            />
            <text x={isIn ? a + 5 : b + 4} y={y + 16} fill={isIn ? look.ink : "var(--ink)"}>
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Days(props: {
  sinceMs: number;
  untilMs: number;
  x: (ms: number) => number;
  tz: string;
  height: number;
}) {
  const { sinceMs, untilMs, x, tz, height } = props;
  const zone = tz === "local" ? undefined : tz;
  const name = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", timeZone: zone });
  const hour = new Intl.DateTimeFormat("en", { hour: "numeric", hourCycle: "h23", timeZone: zone });
  const first = Math.ceil(sinceMs / 36e5) * 36e5;
  const hours = Array.from({ length: 24 }, (_, at) => first + at * 36e5);
  const midnight = hours.find((each) => Number(hour.format(each)) === 0) ?? first;
  const days = Array.from({ length: Math.ceil((untilMs - midnight) / DAY_MS) }, (_, at) => midnight + at * DAY_MS);
  const wide = days.length > 1 ? x(days[1] as number) - x(days[0] as number) : 90;
  return (
    <g role="presentation" aria-hidden>
      {days.map((each) => (
        <g key={each}>
          <line x1={x(each)} x2={x(each)} y1={0} y2={height} stroke="var(--line)" />
          {wide > 40 || new Date(each).getUTCDate() % 2 ? (
            <text x={x(each) + 4} y={12} fill="var(--soft)">
              {name.format(each)}
            </text>
          ) : null}
        </g>
      ))}
    </g>
  );
}

/** Text in a bar: never only its colour. */
export function labelOf(work: Planned): string {
  const told = work.forecast;
  const size = !told ? "" : told.is_harmless ? "" : ` · ${people(told.subjects)}`;
  return `${work.element}${size}`;
}

export function saidOf(work: Planned): string {
  const told = work.forecast;
  if (work.phase === "over") return t("works.phase.over");
  if (!told) return t("works.reckoning");
  return told.is_harmless ? t("works.nobody") : people(told.subjects);
}

function looks(work: Planned): { fill: string; stroke: string; ink: string } {
  const told = work.forecast;
  if (!told || told.is_harmless) return { fill: "var(--raised)", stroke: "var(--soft)", ink: "var(--ink)" };
  return { fill: "var(--warn)", stroke: "var(--warn)", ink: "var(--page)" };
}

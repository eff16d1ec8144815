/** The timeline: a lane for each sort of step, drawn, and all steps as a table below. */

import { useRef, useState } from "react";
import { address } from "@/lib/api";
import { percent } from "@/lib/format";
import { day, hour, iso, moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { bytes, type Entry, ms, type Whole } from "@/pages/incident/data";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";

const LANES = ["seen", "zoom", "cause", "decide", "act", "verify", "people", "around"];
const [LEFT, LANE, TOP, WIDTH] = [112, 24, 22, 1000];
const LOOK: Record<string, string> = {
  seen: "var(--alarm)",
  zoom: "var(--accent)",
  cause: "var(--warn)",
  decide: "var(--accent)",
  act: "var(--accent)",
  verify: "var(--fine)",
  people: "var(--ink)",
  around: "var(--soft)",
};

export function Timeline(props: { of: Whole }) {
  const { of } = props;
  const { tz } = useView();
  const svg = useRef<SVGSVGElement>(null);
  const [isTable, setTable] = useState(false);
  const title = `${t("line.title")} ${of.problem.id}`;
  return (
    <Panel
      title={t("line.title")}
      aside={
        <>
          <Button aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {t(isTable ? "chart.view" : "table.view")}
          </Button>
          <Exports
            title={title}
            columns={["at", "until", "lane", "kind", "step", "detail", "who", "collected_bytes", "full_bytes", "data"]}
            rows={() =>
              of.timeline.map((each) => [
                iso(ms(each.at_ns)),
                each.until_ns ? iso(ms(each.until_ns)) : null,
                ...[each.lane, each.kind, each.title, each.detail, each.who],
                ...[each.collected_bytes, each.full_bytes],
                address(each.source),
              ])
            }
            drawing={() => svg.current}
          />
        </>
      }
    >
      {isTable ? null : <Drawing of={of} tz={tz} svg={svg} />}
      <Steps entries={of.timeline} tz={tz} isWhole={isTable} />
    </Panel>
  );
}

/** Keep what happens around the incident in sight: a change a day before must not squeeze the rest. */
function spanOf(of: Whole): [number, number] {
  const core = of.timeline.filter((each) => each.lane !== "around").map((each) => ms(each.at_ns));
  const first = Math.min(...core);
  const last = Math.max(...core, ...of.timeline.map((each) => ms(each.until_ns ?? each.at_ns)));
  const width = Math.max(last - first, 6e5);
  return [first - 0.06 * width, last + 0.04 * width];
}

const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10080];

/** Round moments, at most ten of them. */
function ticksOf(since: number, until: number): number[] {
  const step = 6e4 * (STEPS_MIN.find((min) => (until - since) / (6e4 * min) <= 10) ?? 43200);
  const first = Math.ceil(since / step) * step;
  return Array.from({ length: Math.floor((until - first) / step) + 1 }, (_, at) => first + at * step);
}

function Drawing(props: { of: Whole; tz: string; svg: React.RefObject<SVGSVGElement | null> }) {
  const { of, tz } = props;
  const [since, until] = spanOf(of);
  const x = (at: number) =>
    LEFT + (Math.min(Math.max(at - since, 0), until - since) / (until - since)) * (WIDTH - LEFT - 12);
  const y = (lane: string) => TOP + LANES.indexOf(lane) * LANE + LANE / 2;
  const height = TOP + LANES.length * LANE + 4;
  const ticks = ticksOf(since, until);
  const said = of.timeline
    .filter((each) => ["detected", "cause", "improved", "ended", "approved"].includes(each.kind))
    .slice(0, 4)
    .map((each) => each.title)
    .join("; ");
  return (
    <div className="overflow-x-auto px-3 pt-2" tabIndex={0} role="group" aria-label={t("line.title")}>
      <svg
        ref={props.svg}
        role="img"
        aria-label={t("line.takeaway", {
          n: of.timeline.length,
          from: moment(since, tz),
          to: moment(until, tz),
          summary: said,
        })}
        viewBox={`0 0 ${WIDTH} ${height}`}
        className="w-full min-w-[44rem]"
      >
        {ticks.map((at) => (
          <g key={at}>
            <line x1={x(at)} x2={x(at)} y1={TOP} y2={height} stroke="var(--line)" />
            <text
              x={x(at)}
              y={14}
              fontSize={11}
              fill="var(--soft)"
              textAnchor="middle"
            >
              {until - since > 2 * 864e5 ? day(at, tz) : hour(at, tz)}
            </text>
          </g>
        ))}
        {LANES.map((lane) => (
          <g key={lane}>
            <line x1={LEFT} x2={WIDTH} y1={y(lane)} y2={y(lane)} stroke="var(--line)" />
            <text x={0} y={y(lane) + 4} fontSize={12} fill="var(--ink)">
              {t(`lane.${lane}`)}
            </text>
          </g>
        ))}
        {of.timeline.map((each, at) => (
          <Mark key={`${each.at_ns}${each.kind}${at}`} of={each} x={x} y={y(each.lane)} now={ms(of.now_ns)} />
        ))}
      </svg>
    </div>
  );
}

function Mark(props: { of: Entry; x: (at: number) => number; y: number; now: number }) {
  const { of, x, y } = props;
  const at = x(ms(of.at_ns));
  const colour = LOOK[of.lane];
  const lasts = of.kind === "began" || of.kind === "order";
  const end = of.until_ns ? x(ms(of.until_ns)) : lasts ? x(props.now) : at;
  const isHollow = ["unsure", "no_effect", "worse", "rejected", "nothing", "failed"].includes(of.kind);
  return (
    <g>
      <title>{of.title}</title>
      {end > at + 1 ? (
        <rect x={at} y={y - 4} width={end - at} height={8} rx={2} fill={colour} opacity={0.3} />
      ) : null}
      {of.lane === "around" ? (
        <path d={`M${at} ${y - 5}l5 9h-10z`} fill={colour} />
      ) : (
        <circle
          cx={at}
          cy={y}
          r={5}
          fill={isHollow ? "var(--panel)" : colour}
          stroke={colour}
          strokeWidth={2}
        />
      )}
    </g>
  );
}

const CELL = "border-b px-3 py-1 text-left align-top";

function Steps(props: { entries: Entry[]; tz: string; isWhole: boolean }) {
  const { entries, tz, isWhole } = props;
  return (
    <div
      className={`overflow-auto ${isWhole ? "" : "max-h-72"}`}
      tabIndex={0}
      role="group"
      aria-label={t("line.list")}
    >
      <table className="w-full min-w-[42rem]">
        <caption className="sr-only">{t("line.list")}</caption>
        <thead className="text-soft">
          <tr>
            {["at", "lane", "step", "bytes", "source"].map((each) => (
              <th key={each} scope="col" className={`${CELL} font-normal`}>
                {t(`line.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((each, at) => (
            <tr key={`${each.at_ns}${each.kind}${at}`} data-kind={each.kind} data-lane={each.lane}>
              <td className={`${CELL} whitespace-nowrap`} title={iso(ms(each.at_ns))}>
                {moment(ms(each.at_ns), tz)}
              </td>
              <td className={`${CELL} whitespace-nowrap text-soft`}>{t(`lane.${each.lane}`)}</td>
              <td className={CELL}>
                {each.title}
                {each.who ? <span className="text-soft"> ({each.who})</span> : null}
                {each.detail ? <div className="text-soft">{each.detail}</div> : null}
              </td>
              <td className={CELL}>{each.full_bytes ? <Bytes of={each} /> : null}</td>
              <td className={CELL}>
                <a
                  className="inline-block min-h-6 min-w-6 text-accent underline"
                  href={address(each.source)}
                  aria-label={t("ev.show", { what: each.title })}
                >
                  {t("ev.open")}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bytes(props: { of: Entry }) {
  const { collected_bytes: some, full_bytes: full } = props.of;
  return t("line.zoom", {
    collected: bytes(some ?? 0),
    full: bytes(full ?? 0),
    share: percent((some ?? 0) / (full || 1)),
  });
}

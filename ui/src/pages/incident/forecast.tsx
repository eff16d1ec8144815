/** How experience went in the worst scope, and how it is expected to go, with and without action. */

import { useRef, useState } from "react";
import { count, mos } from "@/lib/format";
import { hour, iso, moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Estimate, ms, path, type Whole } from "@/pages/incident/data";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 210, 30, 96, 10, 24];

const range = (of: Estimate | null | undefined) =>
  of ? t("fc.range", { mean: mos(of.mean), low: mos(of.low), high: mos(of.high) }) : t("fc.none");

export function Forecast(props: { of: Whole }) {
  const { of } = props;
  const { steps, outlook, usual } = of.course;
  const { tz } = useView();
  const svg = useRef<SVGSVGElement>(null);
  const [isTable, setTable] = useState(false);
  const takeaway = t("fc.takeaway", {
    now: mos(steps.at(-1)?.mos_mean),
    usual: mos(usual),
    without: range(outlook?.without),
    with: range(outlook?.with_action),
  });
  return (
    <Panel
      title={t("fc.title")}
      aside={
        <>
          <Explain
            of={() => ({
              title: t("fc.title"),
              value: takeaway,
              formula: t("fc.formula"),
              rows: `${of.course.degradation}, ${of.course.step_minutes} min a step`,
              path: path(of.problem.id),
            })}
          />
          <Button aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {t(isTable ? "chart.view" : "table.view")}
          </Button>
          <Exports
            title={`${t("fc.title")} ${of.problem.id}`}
            columns={["time", "uses", "poor", "mos_mean"]}
            rows={() => steps.map((s) => [iso(ms(s.since_ns)), s.uses, s.poor_uses, s.mos_mean])}
            drawing={() => svg.current}
          />
        </>
      }
    >
      <p className="px-3 pt-2 text-soft">{takeaway}</p>
      {isTable ? (
        <div className="max-h-56 overflow-auto px-3" tabIndex={0} role="group" aria-label={t("fc.title")}>
          <table className="w-full text-left">
            <caption className="sr-only">{t("fc.title")}</caption>
            <thead className="text-soft">
              <tr>
                {["time", "uses", "poor", "mos"].map((each) => (
                  <th key={each} scope="col" className="font-normal">
                    {t(`fc.${each}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map((each) => (
                <tr key={each.since_ns} className="border-b">
                  <td>{moment(ms(each.since_ns), tz)}</td>
                  <td>{count(each.uses)}</td>
                  <td>{count(each.poor_uses)}</td>
                  <td>{mos(each.mos_mean)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Drawing of={of} tz={tz} svg={svg} label={takeaway} />
      )}
    </Panel>
  );
}

function Drawing(props: {
  of: Whole;
  tz: string;
  label: string;
  svg: React.RefObject<SVGSVGElement | null>;
}) {
  const { steps, outlook, usual, step_minutes } = props.of.course;
  const first = ms(steps[0]?.since_ns ?? props.of.problem.began_ns);
  const last = ms(outlook?.until_ns ?? (steps.at(-1)?.since_ns ?? 0) + step_minutes * 6e10);
  const right = outlook ? RIGHT : 50;
  const x = (at: number) => LEFT + ((at - first) / Math.max(last - first, 1)) * (WIDTH - LEFT - right);
  const y = (value: number) => TOP + ((5 - value) / 4) * (HEIGHT - TOP - BOTTOM);
  const points = steps.map((s) => `${x(ms(s.since_ns) + step_minutes * 3e4)},${y(s.mos_mean)}`).join(" ");
  const ticks = [first, (first + last) / 2, last];
  const began = ms(props.of.problem.began_ns);
  return (
    <div className="p-3">
      <svg ref={props.svg} role="img" aria-label={props.label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full">
        {[1, 2, 3, 4, 5].map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH - right} y1={y(value)} y2={y(value)} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(value) + 4} fontSize={11} textAnchor="end" fill="var(--soft)">
              {value}
            </text>
          </g>
        ))}
        {ticks.map((at, i) => (
          <text
            key={at}
            x={x(at)}
            y={HEIGHT - 6}
            fontSize={11}
            fill="var(--soft)"
            textAnchor={i === 2 ? "end" : i ? "middle" : "start"}
          >
            {hour(at, props.tz)}
          </text>
        ))}
        <line x1={x(began)} x2={x(began)} y1={TOP} y2={HEIGHT - BOTTOM} stroke="var(--alarm)" strokeDasharray="2 3" />
        <line
          x1={LEFT}
          x2={WIDTH - right}
          y1={y(usual)}
          y2={y(usual)}
          stroke="var(--fine)"
          strokeDasharray="6 4"
        />
        <text x={WIDTH - right + 4} y={y(usual) + 4} fontSize={11} fill="var(--fine)">
          {t("fc.usual")}
        </text>
        {outlook ? (
          <>
            <Band
              of={outlook.without}
              x1={x(ms(outlook.since_ns))}
              x2={x(last)}
              y={y}
              colour="var(--warn)"
              words={t("fc.without")}
            />
            {outlook.with_action ? (
              <Band
                of={outlook.with_action}
                x1={x(ms(outlook.effect_ns ?? outlook.since_ns))}
                x2={x(last)}
                y={y}
                colour="var(--accent)"
                words={t("fc.with")}
              />
            ) : null}
          </>
        ) : null}
        <polyline points={points} fill="none" stroke="var(--ink)" strokeWidth={2} />
      </svg>
    </div>
  );
}

function Band(props: {
  of: Estimate;
  x1: number;
  x2: number;
  y: (value: number) => number;
  colour: string;
  words: string;
}) {
  const { of, x1, x2, y, colour } = props;
  const width = Math.max(x2 - x1, 1);
  return (
    <g>
      <rect x={x1} y={y(of.high)} width={width} height={Math.max(y(of.low) - y(of.high), 1)} fill={colour} opacity={0.18} />
      <line x1={x1} x2={x2} y1={y(of.mean)} y2={y(of.mean)} stroke={colour} strokeWidth={2} strokeDasharray="5 3" />
      <text x={x2 + 4} y={y(of.mean) + 4} fontSize={11} fill={colour}>
        {props.words}
      </text>
    </g>
  );
}

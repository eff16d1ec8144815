/** The way from those who are hit to the cause, as the server has laid it out. */

import { useRef, useState } from "react";
import { compact } from "@/lib/format";
import { t } from "@/lib/words";
import { type Node, type Whole } from "@/pages/incident/data";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";

const [BOX, GAP, ROW, PAD] = [150, 34, 44, 6];
const STROKE: Record<string, string> = {
  cause: "var(--alarm)",
  suspect: "var(--warn)",
  hit: "var(--accent)",
};

export function TopologyPath(props: { of: Whole }) {
  const { nodes, edges, reason } = props.of.path;
  const [isTable, setTable] = useState(false);
  const svg = useRef<SVGSVGElement>(null);
  const impact = props.of.problem.impact;
  const hits = compact((impact?.users ?? 0) + (impact?.things ?? 0));
  const name = (each: Node) => (each.role === "hit" ? t("path.hit", { n: hits }) : each.id);
  const leads = (id: string) =>
    edges
      .filter(([from]) => from === id)
      .map(([, to]) => to)
      .join(", ");
  return (
    <Panel
      title={t("path.title")}
      aside={
        <>
          <Button aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {t(isTable ? "chart.view" : "table.view")}
          </Button>
          <Exports
            title={`${t("path.title")} ${props.of.problem.id}`}
            columns={["element", "kind", "domain", "role", "alarms", "leads_to"]}
            rows={() => nodes.map((n) => [name(n), n.kind, n.domain, n.role, n.alarms, leads(n.id)])}
            drawing={() => svg.current}
          />
        </>
      }
    >
      <p className="px-3 pt-2">{reason}</p>
      <div className="overflow-auto p-3" tabIndex={0} role="group" aria-label={t("path.title")}>
        {isTable ? (
          <table className="w-full">
            <caption className="sr-only">{t("path.title")}</caption>
            <thead className="text-left text-soft">
              <tr>
                <th scope="col">{t("path.element")}</th>
                <th scope="col">{t("path.domain")}</th>
                <th scope="col">{t("path.role")}</th>
                <th scope="col">{t("path.hangs")}</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((each) => (
                <tr key={each.id} className="border-b">
                  <td>
                    {each.kind} {name(each)}
                  </td>
                  <td>{each.domain}</td>
                  <td>{each.role}</td>
                  <td>{leads(each.id)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <Drawing nodes={nodes} edges={edges} name={name} reason={reason} svg={svg} />
        )}
      </div>
    </Panel>
  );
}

function Drawing(props: {
  nodes: Node[];
  edges: [string, string][];
  name: (each: Node) => string;
  reason: string;
  svg: React.RefObject<SVGSVGElement | null>;
}) {
  const { nodes, edges, name } = props;
  const columns = Math.max(...nodes.map((each) => each.column)) + 1;
  const most = Math.max(...nodes.map((each) => each.row)) + 1;
  const of = new Map(nodes.map((each) => [each.id, each]));
  const counts = nodes.reduce<Record<number, number>>((all, each) => {
    all[each.column] = (all[each.column] ?? 0) + 1;
    return all;
  }, {});
  const x = (each: Node) => PAD + each.column * (BOX + GAP);
  const y = (each: Node) => PAD + (each.row + (most - (counts[each.column] ?? 1)) / 2) * ROW;
  const width = columns * (BOX + GAP) - GAP + 2 * PAD;
  const height = most * ROW + PAD;
  return (
    <svg
      ref={props.svg}
      role="img"
      aria-label={`${props.reason} ${nodes.map(name).join(" → ")}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      {edges.map(([from, to]) => {
        const [a, b] = [of.get(from), of.get(to)];
        if (!a || !b) return null;
        const [x1, y1, x2, y2] = [x(a) + BOX, y(a) + 18, x(b), y(b) + 18];
        return (
          <path
            key={from + to}
            d={`M${x1} ${y1}C${x1 + GAP / 2} ${y1} ${x2 - GAP / 2} ${y2} ${x2} ${y2}`}
            fill="none"
            stroke="var(--soft)"
            strokeWidth={1.5}
          />
        );
      })}
      {nodes.map((each) => (
        <g key={each.id}>
          <title>{`${each.kind} ${name(each)}: ${each.role}`}</title>
          <rect
            x={x(each)}
            y={y(each)}
            width={BOX}
            height={36}
            rx={5}
            fill="var(--raised)"
            stroke={STROKE[each.role] ?? "var(--line)"}
            strokeWidth={each.role === "cause" ? 3 : 1.5}
            strokeDasharray={each.role === "suspect" ? "4 3" : undefined}
          />
          <text x={x(each) + 8} y={y(each) + 15} fontSize={12} fill="var(--ink)">
            {short(name(each))}
          </text>
          <text x={x(each) + 8} y={y(each) + 29} fontSize={10.5} fill="var(--soft)">
            {under(each)}
          </text>
        </g>
      ))}
    </svg>
  );
}

const short = (text: string) => (text.length > 20 ? `${text.slice(0, 19)}…` : text);

function under(each: Node): string {
  const said = [each.kind.replaceAll("_", " ")];
  if (each.role === "cause" || each.role === "suspect") said.push(each.role);
  if (each.alarms) said.push(t("path.alarms", { n: each.alarms }));
  if (each.more) said.push(t("path.more", { n: each.more }));
  return said.join(", ");
}

import { useMemo, useRef, useState } from "react";
import { Strip } from "@/charts/strip";
import { useAsOf } from "@/lib/freshness";
import { iso, moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { MONTH, useUses } from "@/pages/subject/data";
import { type Cell, drawn, type Length, LENGTHS, takeaway } from "@/pages/subject/strip";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";
import { Table } from "@/parts/table";

/** The score by the hour; a pick narrows the uses below to it. */
export function Score(props: { subject: string }) {
  const [view, change] = [useView(), useChange()];
  const asOf = useAsOf();
  const length = LENGTHS.find((each) => each === view.strip) ?? "24h";
  const [isTable, setTable] = useState(false);
  const svg = useRef<SVGSVGElement>(null);
  const asked = useUses(props.subject, { ...MONTH, service: view.svc });
  const found = useMemo(() => {
    const untilMs = asked.data ? Date.parse(asked.data.until) : asOf;
    return drawn(asked.data?.hours ?? [], length, untilMs, view.tz);
  }, [asked.data, length, asOf, view.tz]);
  const used = found.cells.filter((each) => each.value !== null);
  const pick = (key: string) => {
    const cell = found.cells.find((each) => each.key === key);
    if (cell) change({ from: iso(cell.sinceMs), to: iso(cell.untilMs), uses: "range" });
  };
  const since = Date.parse(view.from);
  const picked = view.uses === "range" && !Number.isNaN(since) ? String(since) : undefined;
  return (
    <Panel
      title={t("strip.title")}
      aside={
        <>
          <Lengths length={length} onChange={(to) => change({ strip: to === "24h" ? undefined : to })} />
          <Button aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {t(isTable ? "chart.view" : "table.view")}
          </Button>
          <Exports
            title={`${t("strip.title")} ${asked.data?.masked ?? ""} ${t(`strip.${length}`)}`}
            columns={["from", "uses", "poor uses", "mos"]}
            rows={() => used.map((each) => [iso(each.sinceMs), each.uses, each.poor, each.value])}
            drawing={isTable ? undefined : () => svg.current}
          />
        </>
      }
    >
      <Answer of={asked} what={t("strip.title")} height={64}>
        {() =>
          isTable ? (
            <Cells cells={used} tz={view.tz} />
          ) : (
            <div className="px-3 py-2">
              <Strip
                ref={svg}
                label={takeaway(found, length)}
                cells={found.cells}
                columns={found.columns}
                rows={found.rows}
                selected={picked}
                onPick={pick}
              />
              <p className="mt-1 text-soft">{takeaway(found, length)}</p>
            </div>
          )
        }
      </Answer>
    </Panel>
  );
}

function Lengths(props: { length: Length; onChange: (to: Length) => void }) {
  return (
    <fieldset className="inline-flex gap-1" aria-label={t("strip.title")}>
      {LENGTHS.map((each) => (
        <Button
          key={each}
          aria-pressed={props.length === each}
          className={props.length === each ? "border-accent" : ""}
          onClick={() => props.onChange(each)}
        >
          {t(`strip.${each}`)}
        </Button>
      ))}
    </fieldset>
  );
}

function Cells(props: { cells: Cell[]; tz: string }) {
  return (
    <Table
      label={t("strip.title")}
      height={220}
      rows={props.cells}
      keyOf={(row) => row.key}
      columns={[
        { name: "at", head: t("col.hour"), shown: (row) => moment(row.sinceMs, props.tz) },
        { name: "uses", head: t("col.uses"), right: true, shown: (row) => row.uses },
        { name: "poor", head: t("col.poor"), right: true, shown: (row) => row.poor },
        { name: "mos", head: t("col.mos"), shown: (row) => <Grade value={row.value} word /> },
      ]}
    />
  );
}

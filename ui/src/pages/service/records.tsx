/** The last level of the drill: single uses of the selection, at most so many, with their number. */

import { Link } from "@tanstack/react-router";
import { count, mos, NONE, percent, scopeText } from "@/lib/format";
import { clock, lasting, moment } from "@/lib/time";
import { context, useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { pathOf, type Use, type UseList, useAsked, useServices } from "@/pages/service/ask";
import { useBrush } from "@/pages/service/brush";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";

const SHOWN_SIGNS = 6; // of a pseudonym
const FILE = ["at", "subject_masked", "mos", "duration_ms", "confidence", "cell", "app", "device_model", "segment"];

/** Open when the URL says `drill=`: `all`, or a member as `cell:cell-0001`. */
export function Records(props: { service: string }) {
  const [view, change] = [useView(), useChange()];
  const [brush] = useBrush();
  const order = view.order === "latest" ? "latest" : "worst";
  const drill = view.drill ?? "";
  const times = brush && { since: new Date(brush.sinceMs).toISOString(), until: new Date(brush.untilMs).toISOString() };
  const params = {
    ...useAsked(),
    ...times,
    compare: "off",
    within: drill.includes(":") ? drill : undefined,
    order,
    limit: 200,
  };
  const asked = useServices<UseList>(pathOf(props.service, "/uses"), params, drill !== "");
  if (!drill) return null;
  const [dimension = "", ...rest] = drill.split(":");
  const place = drill.includes(":") ? `: ${scopeText({ [dimension]: rest.join(":") })}` : "";
  const title = `${t("records.title")}${place}`;
  return (
    <Dialog open onOpenChange={() => change({ drill: undefined, order: undefined })} title={title} lead={t("records.masked")} isWide>
      <Answer
        of={asked}
        what={t("records.what")}
        height={300}
        empty={{ is: (data) => !data.items.length, shown: <Empty title={t("records.none")} /> }}
      >
        {(data) => (
          <div className="grid gap-2">
            <div className="flex flex-wrap items-center gap-2">
              <span className="flex-1">
                {t("records.lead", { shown: count(data.items.length), count: count(data.count), order: t(`records.${data.order}`) })}
              </span>
              <Button onClick={() => change({ order: order === "worst" ? "latest" : undefined }, true)}>
                {t(order === "worst" ? "records.latest" : "records.worst")}
              </Button>
              <Exports title={title} columns={FILE} rows={() => data.items.map(inFile)} />
            </div>
            <div className="overflow-x-auto">
              <div className="min-w-[900px]">
                <Table label={title} columns={columns(view.tz, context(view))} rows={data.items} keyOf={(each) => each.ts_ns + each.subject} height={420} />
              </div>
            </div>
          </div>
        )}
      </Answer>
    </Dialog>
  );
}

function columns(tz: string, search: object): Column<Use>[] {
  return [
    { name: "at", head: t("records.col.at"), width: "9.5rem", shown: (each) => <span title={each.at}>{moment(Date.parse(each.at), tz)}:{clock(Date.parse(each.at), tz).slice(-2)}</span> },
    {
      name: "subject",
      head: t("records.col.subject"),
      width: "5.5rem",
      shown: (each) => (
        <Link to={`/subjects/${each.subject}` as never} search={search as never} className="inline-flex min-h-7 items-center text-accent underline-offset-2 hover:underline">
          {masked(each.subject)}
        </Link>
      ),
    },
    { name: "mos", head: t("records.col.mos"), width: "5rem", shown: (each) => <Grade value={each.mos} /> },
    { name: "duration", head: t("records.col.duration"), width: "5rem", right: true, shown: (each) => (each.duration_ms === null ? NONE : lasting(each.duration_ms)) },
    { name: "confidence", head: t("records.col.confidence"), width: "6.5rem", right: true, shown: (each) => percent(each.confidence) },
    ...(["cell", "app", "device_model", "segment"] as const).map((name) => ({
      name,
      head: t(`records.col.${name === "device_model" ? "device" : name}`),
      shown: (each: Use) => each[name] ?? NONE,
    })),
  ];
}

function masked(subject: string): string {
  return `${subject.slice(0, SHOWN_SIGNS)}…`;
}

function inFile(each: Use) {
  return [
    each.at, masked(each.subject), each.mos === null ? null : Number(mos(each.mos)), each.duration_ms,
    each.confidence, each.cell, each.app, each.device_model, each.segment,
  ];
}

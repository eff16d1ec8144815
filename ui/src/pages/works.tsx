import { useMemo, useRef } from "react";
import { moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { Annotate } from "@/parts/annotate";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { PageTitle, Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";
import { Tabs } from "@/parts/tabs";
import { words } from "@/words/works";
import { useCalendar, useChanges, useDays } from "./works/asked";
import { CalendarChart } from "./works/calendar";
import { ChangeDetail, ChangeList, keyOfChange } from "./works/changes";
import { Detail } from "./works/detail";
import { WorkList } from "./works/list";
import { type Calendar, people, type Planned } from "./works/types";

speak(words);

export default function Page() {
  const view = useView();
  const days = useDays();
  const calendar = useCalendar(days);
  const changes = useChanges(days);
  const works = calendar.data?.items ?? [];
  const first = useMemo(() => worst(works), [works]);
  const work = works.find((each) => each.id === view.work) ?? first;
  const told = changes.data?.items ?? [];
  const changed = told.find((each) => keyOfChange(each) === view.change) ?? told[0];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <PageTitle
        title={t("works.title")}
        lead={calendar.data ? lead(calendar.data, view.tz) : undefined}
        aside={<Annotate />}
      />
      <CalendarPanel asked={calendar} days={days} selected={work?.id} />
      <Tabs
        label={t("works.tabs")}
        of={[
          {
            name: "works",
            title: t("works.tab.list", { count: works.length }),
            shown: () => (
              <Answer of={calendar} what={t("works.what")} height={300}>
                {({ items }) => (
                  <Two
                    list={<WorkList works={items} selected={work?.id} />}
                    title={t(work?.phase === "over" ? "works.result" : "works.impact")}
                    detail={
                      work ? <Detail key={work.id} work={work} /> : <p className="p-3 text-soft">{t("works.pick")}</p>
                    }
                  />
                )}
              </Answer>
            ),
          },
          {
            name: "changes",
            title: t("works.tab.changes", { count: told.length }),
            shown: () => (
              <Answer of={changes} what={t("changes.what")} height={300}>
                {({ items }) => (
                  <Two
                    list={<ChangeList changes={items} selected={changed ? keyOfChange(changed) : ""} />}
                    title={t("changes.seen")}
                    detail={
                      changed ? (
                        <ChangeDetail key={keyOfChange(changed)} change={changed} />
                      ) : (
                        <p className="p-3 text-soft">{t("changes.pick")}</p>
                      )
                    }
                  />
                )}
              </Answer>
            ),
          },
        ]}
      />
    </div>
  );
}

function Two(props: { list: React.ReactNode; title: string; detail: React.ReactNode }) {
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,11fr)_minmax(0,12fr)]">
      <section className="min-w-0 rounded-lg border bg-panel">{props.list}</section>
      <Panel title={props.title}>{props.detail}</Panel>
    </div>
  );
}

function CalendarPanel(props: {
  asked: ReturnType<typeof useCalendar>;
  days: ReturnType<typeof useDays>;
  selected: string | undefined;
}) {
  const { asked, days } = props;
  const [view, change] = [useView(), useChange()];
  const drawing = useRef<SVGSVGElement>(null);
  const move = (by: number) => {
    const week = Number(view.week ?? 0) + by;
    change({ week: week ? String(week) : undefined, work: undefined });
  };
  return (
    <Panel
      title={t("works.calendar")}
      aside={
        <>
          <span className="hidden text-soft md:inline">{t("works.calendar.keys")}</span>
          <Button aria-label={t("works.days.back")} title={t("works.days.back")} onClick={() => move(-1)}>
            ‹
          </Button>
          <Button disabled={!view.week} onClick={() => change({ week: undefined })}>
            {t("works.days.today")}
          </Button>
          <Button aria-label={t("works.days.forth")} title={t("works.days.forth")} onClick={() => move(1)}>
            ›
          </Button>
          <Exports
            title={t("works.what")}
            columns={COLUMNS}
            rows={() => (asked.data?.items ?? []).map(cells)}
            drawing={() => drawing.current}
          />
        </>
      }
    >
      <Answer of={asked} what={t("works.what")} height={120}>
        {(data) => (
          <div className="min-w-0 overflow-hidden px-3 pb-1">
            <CalendarChart
              works={data.items}
              sinceMs={days.sinceMs}
              untilMs={days.untilMs}
              nowMs={Date.parse(data.now)}
              tz={view.tz}
              selected={props.selected}
              onSelect={(id) => change({ work: id, tab: undefined }, true)}
              drawing={drawing}
            />
            {data.left_out ? <p className="text-warn">{t("works.more", { count: data.left_out })}</p> : null}
            {data.is_reckoned ? null : <p className="text-soft">{t("works.reckoning")}</p>}
          </div>
        )}
      </Answer>
    </Panel>
  );
}

const COLUMNS = [
  ...["id", "title", "element", "element_kind", "begins", "ends", "phase", "way", "members"],
  ...["harm", "subjects", "subjects_low", "subjects_high", "important", "lost_min"],
];

function cells(each: Planned) {
  const { forecast: told } = each;
  return [
    ...[each.id, each.title, each.element, each.element_kind, each.begins, each.ends, each.phase],
    ...[each.way, each.members, told?.harm, told?.subjects, told?.low, told?.high],
    ...[told?.important, told?.lost_min],
  ];
}

/** The work that costs customers most of those that are not over; else the next, else the last. */
function worst(works: Planned[]): Planned | undefined {
  const open = works.filter((each) => each.phase !== "over");
  const felt = open.filter((each) => each.forecast && !each.forecast.is_harmless);
  felt.sort((a, b) => (b.forecast?.lost_min ?? 0) - (a.forecast?.lost_min ?? 0));
  return felt[0] ?? open[0] ?? works.at(-1);
}

function lead(data: Calendar, tz: string): string {
  const open = data.items.filter((each) => each.phase !== "over");
  if (!open.length) return t("works.lead.none");
  const values = {
    ahead: open.filter((each) => each.phase === "ahead").length,
    now: open.filter((each) => each.phase === "now").length,
    harmful: open.filter((each) => each.forecast && !each.forecast.is_harmless).length,
  };
  const first = worst(open);
  if (!values.harmful || !first) return t("works.lead.calm", values);
  return t("works.lead", {
    ...values,
    title: first.title || first.id,
    element: first.element,
    subjects: people(first.forecast?.subjects),
    when: moment(Date.parse(first.begins), tz),
  });
}

import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { compact, count, percent, scopeText } from "@/lib/format";
import { context, useView, type View } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { type ListedService, pathOf, type ServiceList, useAsked, useServices } from "@/pages/service/ask";
import { Compare, useToldWindow } from "@/pages/service/compare";
import { Delta } from "@/pages/service/delta";
import { Trend } from "@/pages/services/trend";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { PageTitle, Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { services as words } from "@/words/services";

speak(words);

const FILE = [
  "service", "title", "subject_kind", "uses", "unscored", "subjects", "mos", "good_share", "poor_share",
  "mos_before", "poor_share_before", "worst_cell", "worst_excess_poor", "declines",
];

export default function Page() {
  const asked = useServices<ServiceList>("", { ...useAsked(), dimension: "cell" });
  const lead = useToldWindow(asked.data?.against ?? null);
  const [text, setText] = useState("");
  const [view, navigate] = [useView(), useNavigate()];
  const shown = useMemo(
    () =>
      (asked.data?.services ?? []).filter((each) =>
        `${each.service} ${each.title}`.toLowerCase().includes(text.trim().toLowerCase()),
      ),
    [asked.data, text],
  );
  const open = (each: ListedService) =>
    void navigate({ to: `/services${pathOf(each.service)}`, search: kept(view) } as never);
  return (
    <div className="grid gap-3">
      <PageTitle
        title={t("services.title")}
        lead={asked.data ? lead : ""}
        aside={
          <>
            <input
              type="search"
              aria-label={t("services.search")}
              placeholder={t("services.search")}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="min-h-7 rounded border bg-panel px-2 placeholder:text-soft"
            />
            <Compare />
          </>
        }
      />
      <Panel
        title={t("services.lead")}
        aside={<Exports title={t("services.title")} columns={FILE} rows={() => shown.map(inFile)} />}
      >
        <Answer
          of={asked}
          what={t("services.what")}
          height={420}
          empty={{
            is: (data) => !data.services.length,
            shown: <Empty title={t("services.none")} hint={t("services.none.hint")} />,
          }}
        >
          {() => (
            <div className="overflow-x-auto">
              <div className="min-w-[1100px]">
                <Table
                  label={t("services.title")}
                  columns={columns(view, shown)}
                  rows={shown}
                  keyOf={(each) => each.service}
                  height={620}
                  onOpen={open}
                />
              </div>
            </div>
          )}
        </Answer>
      </Panel>
    </div>
  );
}

/** The address of a service keeps the context, and what it is compared with. */
function kept(view: View): Record<string, string | undefined> {
  return context(view, { compare: view.compare });
}

function columns(view: View, rows: ListedService[]): Column<ListedService>[] {
  const all = rows.flatMap((each) => each.trend.filter((value): value is number => value !== null));
  const [low, high] = [Math.min(...all, 4), Math.max(...all, 4.5)];
  return [
    {
      name: "service",
      head: t("services.col.service"),
      width: "minmax(13rem,1.8fr)",
      shown: (each) => (
        <Link
          to={`/services${pathOf(each.service)}` as never}
          search={kept(view) as never}
          className="inline-flex min-h-7 items-center gap-2 text-accent underline-offset-2 hover:underline"
          title={each.title}
        >
          <span className="font-medium">{each.service}</span>
          <span className="truncate text-soft">{each.title === each.service ? "" : each.title}</span>
        </Link>
      ),
    },
    { name: "mos", head: t("services.col.score"), width: "5.5rem", shown: (each) => <Grade value={each.now.mos} /> },
    {
      name: "change",
      head: t("services.col.change"),
      width: "4.5rem",
      right: true,
      shown: (each) => <Delta now={each.now.mos} before={each.before?.mos} of="mos" />,
    },
    { name: "course", head: t("services.col.course"), width: "8rem", shown: (each) => <Trend values={each.trend} low={low} high={high} /> },
    { name: "good", head: t("services.col.good"), width: "5.5rem", right: true, shown: (each) => percent(each.now.good_share) },
    { name: "poor", head: t("services.col.poor"), width: "5.5rem", right: true, shown: (each) => percent(each.now.poor_share) },
    {
      name: "poor_change",
      head: t("services.col.poor_change"),
      width: "8.5rem",
      right: true,
      shown: (each) => <Delta now={each.now.poor_share} before={each.before?.poor_share} of="poor" />,
    },
    { name: "uses", head: t("services.col.uses"), width: "5rem", right: true, shown: (each) => <span title={count(each.now.uses)}>{compact(each.now.uses)}</span> },
    {
      name: "subjects",
      head: t("services.col.subjects"),
      width: "6.5rem",
      right: true,
      shown: (each) => `${compact(each.now.subjects)} ${kindText(each.subject_kind)}`,
    },
    { name: "worst", head: t("services.col.worst"), width: "minmax(8rem,1fr)", shown: (each) => <WorstCell each={each} view={view} /> },
    { name: "open", head: t("services.col.open"), width: "4.5rem", right: true, shown: (each) => <Declines n={each.degradations} /> },
  ];
}

export function kindText(kind: string): string {
  return t(kind === "thing" ? "services.things" : "services.users");
}

function WorstCell(props: { each: ListedService; view: View }) {
  const { worst, service } = props.each;
  if (!worst) return <span className="text-soft">{t("services.no_worst")}</span>;
  const search = { ...kept(props.view), dim: worst.dimension, member: worst.member };
  return (
    <Link
      to={`/services${pathOf(service)}` as never}
      search={search as never}
      className="inline-flex min-h-7 items-center text-accent underline-offset-2 hover:underline"
      title={scopeText({ [worst.dimension]: worst.member })}
    >
      {worst.member} <span className="ml-1 text-soft">{percent(worst.poor_share)}</span>
    </Link>
  );
}

function Declines(props: { n: number }) {
  if (!props.n) return <span className="text-soft">0</span>;
  return (
    <span className="text-warn" title={t("services.declines", { n: props.n })}>
      △ {props.n}
    </span>
  );
}

function inFile(each: ListedService) {
  const { now, before, worst } = each;
  return [
    each.service, each.title, each.subject_kind, now.uses, now.unscored, now.subjects, now.mos,
    now.good_share, now.poor_share, before?.mos ?? null, before?.poor_share ?? null,
    worst?.member ?? null, worst?.excess_poor ?? null, each.degradations,
  ];
}

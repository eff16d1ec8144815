import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { type Key, useKeys } from "@/frame/keys";
import { count } from "@/lib/format";
import { useMe } from "@/lib/me";
import { context, useChange, useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { CSV, columns, csvRow } from "@/pages/incidents/columns";
import { type Incident, type Incidents, isOpen, useIncidents } from "@/pages/incidents/data";
import { acknowledge, assign, merge, move } from "@/pages/incidents/deeds";
import { type Deed, Do } from "@/pages/incidents/do";
import { filtered } from "@/pages/incidents/filter";
import { Filters } from "@/pages/incidents/filters";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { PageTitle } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { Table } from "@/parts/table";
import { words } from "@/words/incidents";

speak(words);

export default function Page() {
  const asked = useIncidents();
  return (
    <Answer of={asked} what={t("inc.what")} height={480}>
      {(data) => <List data={data} />}
    </Answer>
  );
}

function List(props: { data: Incidents }) {
  const { data } = props;
  const [view, change] = [useView(), useChange()];
  const [rows, tookMs] = useMemo(() => {
    const since = performance.now();
    const found = filtered(data.all, view);
    return [found, performance.now() - since];
  }, [data, view]);
  const at = Math.max(rows.findIndex((each) => each.id === view.sel), 0);
  const one = rows[at];
  const [deed, setDeed] = useState<Deed | null>(null);
  const deeds = useDeeds(data.all, one, setDeed);
  const navigate = useNavigate();
  const keys = useMemo<Key[]>(() => {
    const go = (to: number) => change({ sel: rows[Math.min(Math.max(to, 0), rows.length - 1)]?.id }, true);
    const open = () =>
      one &&
      void navigate({
        to: "/incidents/$incident",
        params: { incident: one.id },
        search: context(view),
      } as never);
    return [
      { keys: "j", does: t("inc.key.next"), run: () => go(at + 1) },
      { keys: "k", does: t("inc.key.before"), run: () => go(at - 1) },
      { keys: "a", does: t("inc.key.ack"), run: deeds.ack },
      { keys: "r", does: t("inc.key.state"), run: deeds.state },
      { keys: "o", does: t("inc.key.open"), run: () => void open() },
    ];
  }, [rows, at, one, change, navigate, view, deeds]);
  useKeys(keys);
  useEffect(() => {
    if (!view.sel) return;
    // The row may be drawn only after it was scrolled to.
    const wait = setTimeout(() => {
      const link = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(view.sel ?? "")}"] a`);
      link?.focus({ preventScroll: true });
    }, 60);
    return () => clearTimeout(wait);
  }, [view.sel]);
  const shown = useMemo(() => columns(view, data.nowMs), [view, data.nowMs]);
  const open = data.all.filter(isOpen).length;
  const waits = data.all.filter((each) => each.waits).length;
  return (
    <div className="grid gap-3">
      <PageTitle
        title={t("inc.title")}
        lead={t("inc.lead", { open: count(open), all: count(data.all.length), shown: count(rows.length), waits })}
        aside={
          <>
            <Explain of={() => told(data)} />
            <Exports title={t("inc.title")} columns={CSV} rows={() => rows.map(csvRow)} />
          </>
        }
      />
      {data.isStopped ? (
        <p role="status" className="border-l-4 border-alarm px-3 py-1 text-alarm">
          ■ {t("inc.stopped")}
        </p>
      ) : null}
      <Filters all={data.all} />
      <div role="toolbar" aria-label={t("inc.do")} className="flex flex-wrap items-center gap-1">
        <span className="mr-2 text-soft">{one?.id ?? ""}</span>
        <Button disabled={!one} onClick={deeds.ack} aria-keyshortcuts="a">
          {t("do.ack")} <kbd className="text-soft">a</kbd>
        </Button>
        <Button disabled={!one} onClick={deeds.assign}>
          {t("do.assign")}
        </Button>
        <Button disabled={!one} onClick={deeds.merge}>
          {t("do.merge")}
        </Button>
        <Button disabled={!one} onClick={deeds.state} aria-keyshortcuts="r">
          {t("do.state")} <kbd className="text-soft">r</kbd>
        </Button>
      </div>
      {rows.length ? (
        <section aria-label={t("inc.title")} className="overflow-x-auto rounded-lg border bg-panel">
          <div className="min-w-[62rem]" data-filter-ms={tookMs.toFixed(1)} data-shown={rows.length}>
            <Table
              label={t("inc.title")}
              columns={shown}
              rows={rows}
              keyOf={(each) => each.id}
              height={Math.max(window.innerHeight - 330, 260)}
              selected={one?.id}
              onPick={(each) => change({ sel: each.id }, true)}
              onOpen={(each) =>
                void navigate({
                  to: "/incidents/$incident",
                  params: { incident: each.id },
                  search: context(view),
                } as never)
              }
            />
          </div>
        </section>
      ) : (
        <Empty title={t("inc.empty")} hint={t("inc.empty.hint")}>
          <Button
            onClick={() =>
              change({ state: "any", severity: undefined, domain: undefined, svc: undefined, owner: undefined, q: undefined })
            }
          >
            {t("inc.clear")}
          </Button>
        </Empty>
      )}
      <p className="text-soft">
        {t("inc.floor", {
          chance: data.floor.false_per_day,
          subjects: data.floor.subjects,
          lost: data.floor.lost_mos,
        })}
      </p>
      {deed ? <Do deed={deed} onDone={() => setDeed(null)} /> : null}
    </div>
  );
}

function useDeeds(all: Incident[], one: Incident | undefined, say: (deed: Deed) => void) {
  const me = useMe().data?.name ?? "";
  return useMemo(() => {
    const when = (make: (each: Incident) => Deed) => () => one && say(make(one));
    const others = () =>
      all
        .filter((each) => each.id !== one?.id && !each.merged_into)
        .slice(0, 200)
        .map((each): [string, string] => [each.id, `${each.id}: ${each.title}`]);
    return {
      ack: () => void when((each) => (each.ack1 && each.ack2 ? move(each) : acknowledge(each)))(),
      assign: () => void when((each) => assign(each, me))(),
      merge: () => void when((each) => merge(each, others()))(),
      state: () => void when((each) => move(each))(),
    };
  }, [all, one, say, me]);
}

function told(data: Incidents) {
  const floors = Object.entries(data.floor.severities)
    .map(([name, least]) => `${name}: at least ${least} MOS lost`)
    .join("\n");
  return {
    title: t("inc.title"),
    value: count(data.all.length),
    formula: `${t("inc.explain.order")}\n${floors}`,
    rows: t("inc.explain.rows"),
    path: "incidents",
  };
}

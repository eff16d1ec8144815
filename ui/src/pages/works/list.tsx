import { useMemo } from "react";
import { percent } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { people, type Planned } from "./types";

const PHASES = { ahead: "▷", now: "●", over: "✓" } as const;

/** The works as a table: twin of the calendar, and where one is chosen by its name. */
export function WorkList(props: { works: Planned[]; selected: string | undefined }) {
  const [view, change] = [useView(), useChange()];
  const asked = (view.q ?? "").toLowerCase();
  const shown = useMemo(
    () =>
      nextFirst(props.works).filter((each) =>
        `${each.id} ${each.element} ${each.element_kind} ${each.title}`.toLowerCase().includes(asked),
      ),
    [props.works, asked],
  );
  const columns: Column<Planned>[] = [
    {
      name: "begins",
      head: t("works.begins"),
      width: "8.8rem",
      shown: (row) => (
        <>
          <span aria-hidden className="inline-block w-4 text-soft">
            {PHASES[row.phase]}
          </span>
          <span className="sr-only">{t(`works.phase.${row.phase}`)}, </span>
          {moment(Date.parse(row.begins), view.tz)}
        </>
      ),
    },
    {
      name: "work",
      head: t("works.work"),
      width: "minmax(7rem,1fr)",
      shown: (row) => (
        <Button
          look="bare"
          className="max-w-full !justify-start !px-0 underline-offset-2 hover:underline"
          aria-label={t("works.open", { name: `${row.title} ${row.element}` })}
          aria-current={row.id === props.selected ? "true" : undefined}
          onClick={() => change({ work: row.id })}
        >
          <span className="truncate" title={row.title}>
            {row.element} <span className="text-soft">{row.title}</span>
          </span>
        </Button>
      ),
    },
    {
      name: "lasts",
      head: t("works.lasts"),
      width: "4rem",
      right: true,
      shown: (row) => lasting(Date.parse(row.ends) - Date.parse(row.begins)),
    },
    {
      name: "harm",
      head: t("works.felt"),
      width: "3.6rem",
      right: true,
      shown: (row) => percent(row.forecast?.harm),
    },
    {
      name: "expected",
      head: t("works.expected"),
      width: "5.6rem",
      right: true,
      shown: (row) =>
        row.forecast?.is_harmless ? (
          <span className="text-soft">{t("works.nobody")}</span>
        ) : (
          people(row.forecast?.subjects)
        ),
    },
  ];
  return (
    <>
      <label className="flex items-center gap-2 px-3 py-2">
        <span className="sr-only">{t("works.filter")}</span>
        <input
          type="search"
          value={view.q ?? ""}
          placeholder={t("works.filter")}
          onChange={(event) => change({ q: event.target.value || undefined }, true)}
          className="w-full rounded border bg-page px-2 py-1 placeholder:text-soft"
        />
      </label>
      {shown.length ? (
        <Table
          label={t("works.what")}
          columns={columns}
          rows={shown}
          keyOf={(row) => row.id}
          selected={props.selected ?? ""}
          onOpen={(row) => change({ work: row.id })}
          height={416}
          least={530}
        />
      ) : (
        <Empty title={t("works.none")} hint={t("works.none.hint")} />
      )}
    </>
  );
}

/** What is under way or ahead in order of its beginning, behind it what is over, the latest first. */
function nextFirst(works: Planned[]): Planned[] {
  const over = works.filter((each) => each.phase === "over");
  return [...works.filter((each) => each.phase !== "over"), ...over.reverse()];
}

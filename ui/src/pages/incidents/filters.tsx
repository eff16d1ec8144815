/** The filters of the list, and the views that were saved under a name. */

import { Popover } from "radix-ui";
import { useDeferredValue, useEffect, useState } from "react";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Incident, OVER, SEVERITIES } from "@/pages/incidents/data";
import { chosen, type Filter, FILTERS, NAME, NOBODY } from "@/pages/incidents/filter";
import { Button } from "@/parts/button";

const STATES = ["open", "waits", "submitted", "acknowledged", "inProgress", "held", "pending", ...OVER];

function valuesOf(all: Incident[], filter: Filter): [string, string][] {
  const said = (each: string): [string, string] => [each, each];
  if (filter === "severity") return SEVERITIES.map(said);
  if (filter === "state") {
    return STATES.map((each) => [
      each,
      each === "open" || each === "waits" ? t(`inc.state.${each}`) : each,
    ]);
  }
  const found = new Set<string>();
  for (const each of all) {
    if (filter === "domain") found.add(each.domain);
    else if (filter === "owner") found.add(each.owner || NOBODY);
    else for (const one of each.services) found.add(one);
  }
  return [...found].sort().map((each) => [each, each === NOBODY ? t("inc.owner.nobody") : each]);
}

export function Filters(props: { all: Incident[] }) {
  const [view, change] = [useView(), useChange()];
  const isOr = view.join === "or";
  return (
    <search aria-label={t("inc.filter")} className="flex flex-wrap items-center gap-2">
      <Find />
      {FILTERS.map((filter) => (
        <Choice key={filter} filter={filter} all={props.all} />
      ))}
      <Button
        aria-pressed={isOr}
        title={t("inc.filter.join")}
        onClick={() => change({ join: isOr ? undefined : "or" })}
      >
        {t(isOr ? "inc.filter.or" : "inc.filter.and")}
      </Button>
      <Views />
    </search>
  );
}

function Find() {
  const [view, change] = [useView(), useChange()];
  const [text, setText] = useState(view.q ?? "");
  const late = useDeferredValue(text);
  useEffect(() => {
    if (late !== (view.q ?? "")) change({ q: late || undefined }, true);
    // Only what is written changes the URL; the URL changes the text on its own way.
    // eslint-disable-next-line
  }, [late]);
  return (
    <input
      type="search"
      aria-label={t("inc.filter.text")}
      placeholder={t("inc.filter.text")}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="min-h-7 w-60 rounded border bg-page px-2 placeholder:text-soft"
    />
  );
}

function Choice(props: { filter: Filter; all: Incident[] }) {
  const { filter, all } = props;
  const [view, change] = [useView(), useChange()];
  const mine = chosen(view, filter);
  const toggle = (value: string) => {
    const next = mine.includes(value) ? mine.filter((each) => each !== value) : [...mine, value];
    const none = filter === "state" ? "any" : undefined;
    change({ [NAME[filter]]: next.join(",") || none });
  };
  const name = t(`inc.filter.${filter}`);
  const values = valuesOf(all, filter);
  const first = values.find(([each]) => each === mine[0])?.[1] ?? mine[0] ?? "";
  const said = !mine.length
    ? t("inc.filter.any")
    : mine.length === 1
      ? first
      : t("inc.filter.chosen", { n: mine.length });
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button className={mine.length ? "border-accent" : ""}>
          <span className="text-soft">{name}</span> {said}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          aria-label={name}
          className="z-50 grid max-h-80 min-w-44 gap-0.5 overflow-auto rounded-lg border bg-panel p-2 shadow-xl"
        >
          {values.map(([each, words]) => (
            <label key={each} className="flex min-h-7 items-center gap-2 rounded px-2 hover:bg-raised">
              <input
                type="checkbox"
                className="size-4"
                checked={mine.includes(each)}
                onChange={() => toggle(each)}
              />
              {words}
            </label>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const KEY = "sentio.incident-views";
type Saved = Record<string, Record<string, string>>;
const NAMES = [...Object.values(NAME), "q", "join"];

function read(): Saved {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Saved;
  } catch {
    return {};
  }
}

function Views() {
  const [view, change] = [useView(), useChange()];
  const [saved, setSaved] = useState(read);
  const [name, setName] = useState("");
  const keep = (next: Saved) => {
    localStorage.setItem(KEY, JSON.stringify(next));
    setSaved(next);
  };
  const now = Object.fromEntries(NAMES.map((each) => [each, view[each] ?? ""]));
  const go = (to: Record<string, string>) =>
    change(Object.fromEntries(NAMES.map((each) => [each, to[each] || undefined])));
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button>{t("inc.views")}</Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label={t("inc.views")}
          className="z-50 grid w-72 gap-2 rounded-lg border bg-panel p-3 shadow-xl"
        >
          {Object.keys(saved).length ? (
            Object.entries(saved).map(([each, to]) => (
              <div key={each} className="flex items-center gap-1">
                <Button look="bare" className="flex-1 justify-start" onClick={() => go(to)}>
                  {each}
                </Button>
                <Button
                  look="bare"
                  aria-label={t("inc.views.drop", { name: each })}
                  onClick={() => keep(Object.fromEntries(Object.entries(saved).filter(([n]) => n !== each)))}
                >
                  ✕
                </Button>
              </div>
            ))
          ) : (
            <p className="text-soft">{t("inc.views.none")}</p>
          )}
          <form
            className="flex gap-1"
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim()) keep({ ...saved, [name.trim()]: now });
              setName("");
            }}
          >
            <input
              aria-label={t("inc.views.name")}
              placeholder={t("inc.views.name")}
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="min-w-0 flex-1 rounded border bg-page px-2 placeholder:text-soft"
            />
            <Button type="submit">{t("inc.views.save")}</Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

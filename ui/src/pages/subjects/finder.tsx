import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useState } from "react";
import { send } from "@/lib/api";
import { compact, count } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { PageTitle } from "@/parts/panel";
import { Failed } from "@/parts/states";

export interface Item {
  subject: string;
  masked: string;
  kind: "user" | "thing";
  name: string;
  element_kind: string;
  last_seen: string | null;
  uses: number;
  services: string[];
}

export interface Found {
  items: Item[];
  count: number;
  known: number;
}

const WAIT_MS = 150; // after the last key

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The box: what is typed goes in a body, never in an address, as it may be a customer's number. */
export function Finder() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const asked = useSettled(text.trim());
  const view = useView();
  const navigate = useNavigate();
  const found = useQuery({
    queryKey: ["subjects", asked],
    queryFn: () => send<Found>("POST", "subjects/search", { text: asked, limit: 20 }),
    staleTime: 30_000,
  });
  const items = asked ? (found.data?.items ?? []) : [];
  const chosen = Math.min(at, items.length - 1);
  const open = (item: Item | undefined) => {
    if (item) void navigate({ to: `/subjects/${item.subject}`, search: context(view) } as never);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") open(items[chosen]);
    else if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, items.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <>
      <PageTitle title={t("subjects.title")} lead={t("subjects.lead", { known: compact(found.data?.known) })} />
      <div className="mt-3">
        <input
          autoFocus
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          aria-label={t("subjects.search")}
          aria-expanded={items.length > 0}
          aria-controls="subjects-found"
          aria-activedescendant={items[chosen] ? `found-${chosen}` : undefined}
          aria-autocomplete="list"
          placeholder={t("subjects.search.hint")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          className="w-full rounded border bg-panel px-3 py-2.5 text-base placeholder:text-soft"
        />
        <ul id="subjects-found" role="listbox" aria-label={t("subjects.search")} className="mt-1">
          {items.map((item, place) => (
            <li
              key={item.subject}
              id={`found-${place}`}
              role="option"
              aria-selected={place === chosen}
              onClick={() => open(item)}
              className="grid min-h-8 cursor-pointer grid-cols-[minmax(9rem,1fr)_5rem_minmax(0,2fr)_9rem_6rem] items-center gap-3 rounded px-3 hover:bg-raised aria-selected:bg-raised max-sm:grid-cols-2"
            >
              <span className="font-mono">{item.name || item.masked}</span>
              <span className="text-soft">{item.element_kind || t(`kind.${item.kind}`)}</span>
              <span className="truncate text-soft">{item.services.join(", ").replaceAll("_", " ")}</span>
              <span className="text-soft">
                {item.last_seen ? moment(Date.parse(item.last_seen), view.tz) : "–"}
              </span>
              <span className="text-right text-soft">{count(item.uses)}</span>
            </li>
          ))}
        </ul>
        <p role="status" className="min-h-6 px-3 py-1 text-soft">
          {asked && found.data && !found.isPlaceholderData
            ? items.length
              ? found.data.count > items.length
                ? t("subjects.found.more", { shown: items.length, count: count(found.data.count) })
                : t("subjects.found", { count: items.length })
              : `${t("subjects.none")} ${t("subjects.none.hint")}`
            : ""}
        </p>
        {found.error ? (
          <Failed error={found.error} what={t("subjects.search")} right="read" again={found.refetch} />
        ) : null}
      </div>
    </>
  );
}

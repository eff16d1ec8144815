import { Popover } from "radix-ui";
import { useState } from "react";
import type { Key } from "@/frame/keys";
import { iso, isRelative, moment, RANGES } from "@/lib/time";
import { type Span, useChange, useSpan, useView, type View } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

type Change = ReturnType<typeof useChange>;

const KEY = "sentio.ranges";
const KEPT = 5;

/** Keys of the range: `t a` freezes it, `t left` and `t right` step, `t n` follows again. */
export function rangeKeys(view: View, span: Span, change: Change): Key[] {
  return [
    { keys: "t a", does: t("range.freeze"), run: () => freeze(span, change) },
    { keys: "t n", does: t("range.frozen"), run: () => change({ from: undefined, to: undefined }) },
    { keys: "t left", does: t("range.back"), run: () => step(span, change, -1) },
    { keys: "t right", does: t("range.forth"), run: () => step(span, change, 1) },
    {
      keys: "t z",
      does: t("range.zone"),
      run: () => change({ tz: view.tz === "UTC" ? undefined : "UTC" }),
    },
  ];
}

function freeze(span: Span, change: Change): void {
  change({ from: span.since, to: span.until });
}

function step(span: Span, change: Change, by: 1 | -1): void {
  const width = span.untilMs - span.sinceMs;
  change({ from: iso(span.sinceMs + by * width), to: iso(span.untilMs + by * width) });
}

function recent(): [string, string][] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as [string, string][];
  } catch {
    return [];
  }
}

function remember(from: string, to: string): void {
  const rest = recent().filter(([a, b]) => a !== from || b !== to);
  localStorage.setItem(KEY, JSON.stringify([[from, to], ...rest].slice(0, KEPT)));
}

export function Range() {
  const [isOpen, setOpen] = useState(false);
  const [view, span, change] = [useView(), useSpan(), useChange()];
  const isFollowing = isRelative(view.to);
  const pick = (from: string, to: string) => {
    remember(from, to);
    change({ from, to });
    setOpen(false);
  };
  const known = (RANGES as readonly string[]).includes(view.from) && view.to === "now";
  const label = known
    ? t(`range.${view.from}`)
    : `${moment(span.sinceMs, view.tz)} – ${moment(span.untilMs, view.tz)}`;
  return (
    <span className="inline-flex items-center gap-1">
      <Button aria-label={t("range.back")} onClick={() => step(span, change, -1)}>
        ‹
      </Button>
      <Popover.Root open={isOpen} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <Button aria-label={`${t("range.label")}: ${label}`}>{label}</Button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={6}
            aria-label={t("range.label")}
            className="z-50 grid w-80 gap-2 rounded-lg border bg-panel p-3 shadow-xl"
          >
            <div className="grid grid-cols-2 gap-1">
              {RANGES.map((each) => (
                <Button key={each} onClick={() => pick(each, "now")}>
                  {t(`range.${each}`)}
                </Button>
              ))}
            </div>
            <Exact view={view} span={span} pick={pick} />
            <Recent tz={view.tz} pick={pick} />
            <Zone tz={view.tz} change={change} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <Button aria-label={t("range.forth")} onClick={() => step(span, change, 1)}>
        ›
      </Button>
      <Button
        aria-pressed={!isFollowing}
        aria-label={isFollowing ? t("range.freeze") : t("range.frozen")}
        title={isFollowing ? t("range.freeze") : t("range.frozen")}
        onClick={() =>
          isFollowing ? freeze(span, change) : change({ from: undefined, to: undefined })
        }
      >
        {isFollowing ? "❄" : "▶"}
      </Button>
    </span>
  );
}

function Exact(props: { view: View; span: Span; pick: (from: string, to: string) => void }) {
  const [from, setFrom] = useState(props.span.since);
  const [to, setTo] = useState(props.span.until);
  const field = "w-full rounded border bg-page px-2 py-1";
  return (
    <form
      className="grid gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        props.pick(from, to);
      }}
    >
      <label className="grid gap-0.5">
        <span className="text-soft">{t("range.from")}</span>
        <input className={field} value={from} onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label className="grid gap-0.5">
        <span className="text-soft">{t("range.to")}</span>
        <input className={field} value={to} onChange={(e) => setTo(e.target.value)} />
      </label>
      <Button type="submit" look="main">
        {t("range.apply")}
      </Button>
    </form>
  );
}

function Recent(props: { tz: string; pick: (from: string, to: string) => void }) {
  const kept = recent();
  if (!kept.length) return null;
  const told = (text: string) => (isRelative(text) ? text : moment(Date.parse(text), props.tz));
  return (
    <div className="grid gap-1">
      <span className="text-soft">{t("range.recent")}</span>
      {kept.map(([from, to]) => (
        <Button key={from + to} look="bare" onClick={() => props.pick(from, to)}>
          {told(from)} – {told(to)}
        </Button>
      ))}
    </div>
  );
}

function Zone(props: { tz: string; change: Change }) {
  const zones = ["local", "UTC", ...Intl.supportedValuesOf("timeZone")];
  return (
    <label className="grid gap-0.5">
      <span className="text-soft">{t("range.zone")}</span>
      <select
        className="rounded border bg-page px-2 py-1"
        value={props.tz}
        onChange={(event) => props.change({ tz: event.target.value })}
      >
        {zones.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

import { useState } from "react";
import { Range } from "@/frame/range";
import { Scope } from "@/frame/scope";
import { toggleTheme } from "@/frame/theme";
import { Who } from "@/frame/who";
import { useFreshness } from "@/lib/freshness";
import { clock, lasting } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

export function TopBar(props: { onHelp: () => void; onPalette: () => void }) {
  return (
    <header className="sticky top-0 z-30 flex flex-wrap items-center gap-2 border-b bg-panel px-4 py-2">
      <Button onClick={props.onPalette} aria-keyshortcuts="Control+K" className="min-w-44 justify-between">
        <span className="text-soft">{t("palette.open")}</span>
        <kbd className="text-soft">Ctrl K</kbd>
      </Button>
      <Range />
      <Scope />
      <span className="flex-1" />
      <Fresh />
      <Share />
      <Button onClick={toggleTheme} aria-label={t("theme.toggle")} title={t("theme.toggle")}>
        ◐
      </Button>
      <Button onClick={props.onHelp} aria-label={t("help.open")} title={t("help.open")}>
        ?
      </Button>
      <Who />
    </header>
  );
}

/** As of when the data is; amber when it is old: a stale green page is the worst failure. */
function Fresh() {
  const { data, isError } = useFreshness();
  const { tz } = useView();
  const isStale = isError || (data?.is_stale ?? false);
  const look = isStale ? "border-warn text-warn" : "text-soft";
  return (
    <span
      role="status"
      data-stale={isStale}
      className={`rounded border px-2 py-0.5 ${look}`}
      title={data?.as_of ?? undefined}
    >
      {isStale ? "⚠ " : ""}
      {data?.as_of ? t("fresh.as_of", { time: clock(Date.parse(data.as_of), tz) }) : t("fresh.none")}
      {data?.lag_s !== null && data?.lag_s !== undefined
        ? ` (${t("fresh.lag", { lag: lasting(data.lag_s * 1e3) })})`
        : ""}
    </span>
  );
}

function LinkSign() {
  return (
    <svg aria-hidden viewBox="0 0 16 16" width={14} height={14} fill="none" stroke="currentColor">
      <path d="M6.5 9.5 9.5 6.5M7 4.5l1.6-1.6a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5l-1.6 1.6a3 3 0 0 1-4.3-4.3L4.7 7.2" />
    </svg>
  );
}

function Share() {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button onClick={() => void copy()} aria-label={t("share.copy")} title={t("share.copy")}>
      {isCopied ? t("share.copied") : <LinkSign />}
    </Button>
  );
}

import { useDeferredValue } from "react";
import { count } from "@/lib/format";
import { iso, moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { useAudit, useKnownKeys, useVerified } from "./asked";
import type { AuditLine, KnownKey } from "./types";

/** Who did what, why; and whether the chain of lines is as it was written. */
export function AuditPart() {
  const [view, change] = [useView(), useChange()];
  const text = useDeferredValue(view.q ?? "");
  const asked = useAudit(text);
  const lines = asked.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2">
        <input
          type="search"
          aria-label={t("audit.filter")}
          placeholder={t("audit.filter")}
          value={view.q ?? ""}
          onChange={(event) => change({ q: event.target.value || undefined }, true)}
          className="min-w-0 flex-1 rounded border bg-page px-2 py-1 placeholder:text-soft"
        />
        <Chain />
        <Exports
          title={t("audit.what")}
          columns={["id", "at", "who", "what", "purpose", "details"]}
          rows={() =>
            lines.map((row) => [
              ...[row.id, iso(row.at_ns / 1e6), row.who, row.what, row.purpose],
              JSON.stringify(row.details),
            ])
          }
        />
      </div>
      <Answer
        of={asked}
        what={t("audit.what")}
        right="admin"
        height={200}
        empty={{ is: () => !lines.length, shown: <Empty title={t("audit.none")} /> }}
      >
        {() => (
          <>
            <Table label={t("audit.what")} columns={columns(view.tz)} rows={lines} keyOf={(row) => String(row.id)} least={820} />
            {asked.hasNextPage ? (
              <p className="border-t p-2">
                <Button disabled={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
                  {t("audit.more")}
                </Button>
              </p>
            ) : null}
          </>
        )}
      </Answer>
    </section>
  );
}

function Chain() {
  const { data, isPending, isError } = useVerified();
  if (isError) return null;
  if (isPending || !data) return <span className="text-soft">{t("audit.checking")}</span>;
  return data.is_whole ? (
    <span role="status" data-chain="whole" title={data.head} className="rounded border px-2 py-0.5 text-fine">
      <span aria-hidden>✓</span> {t("audit.whole", { lines: count(data.lines), head: data.head.slice(0, 12) })}
    </span>
  ) : (
    <span role="alert" data-chain="broken" className="rounded border border-alarm px-2 py-0.5 text-alarm">
      <span aria-hidden>✕</span> {t("audit.broken", { line: data.broken_at ?? "?", why: data.why })}
    </span>
  );
}

function columns(tz: string): Column<AuditLine>[] {
  return [
    { name: "at", head: t("audit.at"), width: "7.5rem", shown: (row) => moment(row.at_ns / 1e6, tz) },
    { name: "who", head: t("audit.who"), width: "minmax(5rem,1fr)", shown: (row) => row.who },
    { name: "did", head: t("audit.did"), width: "minmax(8rem,1.3fr)", shown: (row) => row.what },
    {
      name: "purpose",
      head: t("audit.purpose"),
      width: "minmax(8rem,2fr)",
      shown: (row) => <span title={row.purpose}>{row.purpose || "–"}</span>,
    },
    {
      name: "details",
      head: t("audit.details"),
      width: "minmax(8rem,2fr)",
      shown: (row) => {
        const text = Object.entries(row.details).map(([name, value]) => `${name}: ${plain(value)}`);
        return <span title={text.join("\n")}>{text.join(", ") || "–"}</span>;
      },
    },
  ];
}

const plain = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Names and roles of API keys; their secrets are nowhere. */
export function KeysPart() {
  const { tz } = useView();
  const asked = useKnownKeys();
  const columns: Column<KnownKey>[] = [
    { name: "name", head: t("keys.name"), width: "minmax(8rem,1fr)", shown: (row) => row.name },
    { name: "roles", head: t("keys.roles"), width: "minmax(8rem,1fr)", shown: (row) => row.roles.join(", ") || "–" },
    { name: "created", head: t("keys.created"), width: "8rem", shown: (row) => moment(Date.parse(row.created), tz) },
    {
      name: "revoked",
      head: t("keys.revoked"),
      width: "8rem",
      shown: (row) => (row.revoked ? moment(Date.parse(row.revoked), tz) : t("keys.inforce")),
    },
  ];
  return (
    <Answer
      of={asked}
      what={t("keys.what")}
      right="admin"
      empty={{ is: (data) => !data.length, shown: <Empty title={t("keys.none")} hint={t("keys.none.hint")} /> }}
    >
      {(data) => (
        <section className="rounded-lg border bg-panel">
          <div className="flex justify-end border-b px-3 py-2">
            <Exports
              title={t("keys.what")}
              columns={["name", "roles", "created", "revoked"]}
              rows={() => data.map((row) => [row.name, row.roles.join(" "), row.created, row.revoked])}
            />
          </div>
          <Table label={t("keys.what")} columns={columns} rows={data} keyOf={(row) => row.name} least={520} />
        </section>
      )}
    </Answer>
  );
}

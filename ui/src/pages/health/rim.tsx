import { count } from "@/lib/format";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { metricsAddress } from "./asked";
import type { Metric } from "./metrics-text";
import type { Reached } from "./types";

/** Those who carry actions and orders out, and whether a connection could be made. */
export function PeersPart(props: { peers: Reached[] }) {
  if (!props.peers.length) return <Empty title={t("peers.none")} hint={t("peers.none.hint")} />;
  const columns: Column<Reached>[] = [
    { name: "name", head: t("peers.name"), shown: (row) => row.name },
    { name: "role", head: t("peers.role"), shown: (row) => row.role },
    { name: "at", head: t("peers.at"), width: "minmax(0,1.5fr)", shown: (row) => row.at },
    {
      name: "is",
      head: t("peers.is"),
      width: "minmax(0,2fr)",
      shown: (row) =>
        row.is_reachable ? (
          <span className="text-fine">
            <span aria-hidden>✓</span> {t("peers.up", { ms: Math.round(row.took_ms ?? 0) })}
          </span>
        ) : (
          <span className="text-alarm">
            <span aria-hidden>✕</span> {t("peers.down", { why: row.error })}
          </span>
        ),
    },
  ];
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex justify-end border-b px-3 py-2">
        <Exports
          title={t("peers.what")}
          columns={["name", "role", "at", "is_reachable", "took_ms", "error"]}
          rows={() =>
            props.peers.map((row) => [row.name, row.role, row.at, String(row.is_reachable), row.took_ms, row.error])
          }
        />
      </div>
      <Table
        label={t("peers.what")}
        columns={columns}
        rows={props.peers}
        keyOf={(row) => `${row.name} ${row.role}`}
        least={620}
      />
    </section>
  );
}

/** What Prometheus is told, to read without it. */
export function MetricsPart(props: { metrics: Metric[] }) {
  const [view, change] = [useView(), useChange()];
  const asked = (view.q ?? "").toLowerCase();
  const rows = props.metrics.filter((each) => `${each.name} ${each.labels}`.toLowerCase().includes(asked));
  if (!props.metrics.length) return <Empty title={t("metrics.none")} />;
  const columns: Column<Metric>[] = [
    {
      name: "name",
      head: t("metrics.name"),
      width: "minmax(14rem,2fr)",
      shown: (row) => <span title={row.help}>{row.name}</span>,
    },
    { name: "labels", head: t("metrics.labels"), width: "minmax(10rem,2fr)", shown: (row) => row.labels || "–" },
    {
      name: "value",
      head: t("metrics.value"),
      width: "7rem",
      right: true,
      shown: (row) => (Number.isInteger(row.value) ? count(row.value) : row.value.toPrecision(4)),
    },
  ];
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2">
        <input
          type="search"
          aria-label={t("metrics.filter")}
          placeholder={t("metrics.filter")}
          value={view.q ?? ""}
          onChange={(event) => change({ q: event.target.value || undefined }, true)}
          className="min-w-0 flex-1 rounded border bg-page px-2 py-1 placeholder:text-soft"
        />
        <span className="text-soft">{t("metrics.lead", { address: metricsAddress() })}</span>
        <Exports
          title={t("metrics.what")}
          columns={["name", "labels", "value"]}
          rows={() => rows.map((row) => [row.name, row.labels, row.value])}
        />
      </div>
      <Table
        label={t("metrics.what")}
        columns={columns}
        rows={rows}
        keyOf={(row) => `${row.name}{${row.labels}}`}
        least={560}
      />
    </section>
  );
}

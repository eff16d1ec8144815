import { count } from "@/lib/format";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import type { Fault, Rejected } from "./types";

/** Why rows were rejected, most rows first, with a masked sample. */
export function Rejections(props: { rejections: Rejected[] }) {
  const { tz } = useView();
  if (!props.rejections.length) return <Empty title={t("rejections.none")} />;
  const head = (name: string) => ({ name, head: t(`rejections.${name}`) });
  const columns: Column<Rejected>[] = [
    { ...head("source"), width: "minmax(6rem,1fr)", shown: (row) => row.source },
    { ...head("reason"), width: "minmax(6rem,1fr)", shown: (row) => row.reason.replaceAll("_", " ") },
    { ...head("rows"), width: "5rem", right: true, shown: (row) => count(row.rows) },
    { ...head("letters"), width: "5rem", right: true, shown: (row) => count(row.letters) },
    { ...head("replayed"), width: "5.5rem", right: true, shown: (row) => count(row.replayed) },
    { ...head("last"), width: "7.5rem", shown: (row) => moment(Date.parse(row.last), tz) },
    {
      ...head("sample"),
      width: "minmax(12rem,3fr)",
      shown: (row) => <span title={row.sample}>{row.sample || "–"}</span>,
    },
  ];
  const names = ["source", "reason", "rows", "letters", "replayed", "first", "last", "sample"] as const;
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b px-3 py-2">
        <p className="min-w-0 text-soft">{t("rejections.lead")}</p>
        <Exports
          title={t("rejections.what")}
          columns={[...names]}
          rows={() => props.rejections.map((row) => names.map((name) => row[name]))}
        />
      </div>
      <Table
        label={t("rejections.what")}
        columns={columns}
        rows={props.rejections}
        keyOf={(row) => `${row.source} ${row.reason}`}
        least={820}
      />
    </section>
  );
}

/** What is wrong with the data, and not with the network: what goes on first. */
export function Faults(props: { faults: Fault[] }) {
  const { tz } = useView();
  if (!props.faults.length) return <Empty title={t("faults.none")} />;
  const at = (ns: number | null) => (ns === null ? "–" : moment(ns / 1e6, tz));
  const columns: Column<Fault>[] = [
    {
      name: "state",
      head: t("faults.state"),
      width: "6rem",
      shown: (row) => (
        <span className={row.state === "open" ? "text-warn" : "text-soft"}>
          <span aria-hidden>{row.state === "open" ? "⚠" : "✓"}</span> {t(`faults.${row.state}`)}
        </span>
      ),
    },
    {
      name: "fault",
      head: t("faults.fault"),
      width: "minmax(14rem,4fr)",
      shown: (row) => <span title={row.sentence}>{row.sentence}</span>,
    },
    { name: "source", head: t("faults.source"), width: "minmax(6rem,1fr)", shown: (row) => row.source },
    { name: "since", head: t("faults.since"), width: "7.5rem", shown: (row) => at(row.since_ns) },
    { name: "until", head: t("faults.until"), width: "7.5rem", shown: (row) => at(row.until_ns) },
  ];
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex justify-end border-b px-3 py-2">
        <Exports
          title={t("faults.what")}
          columns={["id", "state", "what", "source", "since", "until", "sentence"]}
          rows={() =>
            props.faults.map((row) => [
              ...[row.id, row.state, row.what, row.source, new Date(row.since_ns / 1e6).toISOString()],
              ...[row.until_ns === null ? "" : new Date(row.until_ns / 1e6).toISOString(), row.sentence],
            ])
          }
        />
      </div>
      <Table label={t("faults.what")} columns={columns} rows={props.faults} keyOf={(row) => row.id} least={760} />
    </section>
  );
}

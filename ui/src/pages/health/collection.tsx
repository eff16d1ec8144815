import { Link } from "@tanstack/react-router";
import { count, percent } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Facts } from "@/parts/facts";
import { Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import type { Collection, Ordered } from "./types";
import { bytes } from "./units";

/** What more is collected where a diagnosis is unsure, in bytes against what is allowed. */
export function CollectionPart(props: { of: Collection }) {
  const { budget, items } = props.of;
  const view = useView();
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {budget ? <BudgetPart budget={budget} /> : <p className="text-soft">{t("collection.budget.none")}</p>}
      {items.length ? (
        <div className="rounded-lg border bg-panel">
          <div className="flex justify-end border-b px-3 py-2">
            <Exports title={t("collection.what")} columns={[...NAMES]} rows={() => items.map(cells)} />
          </div>
          <Table
            label={t("collection.what")}
            columns={columns(view.tz, (id) => (
              <Link
                to={"/incidents" as never}
                search={context(view, { q: id }) as never}
                className="inline-flex min-h-6 items-center text-accent underline"
              >
                {id}
              </Link>
            ))}
            rows={items}
            keyOf={(row) => row.id}
            least={820}
          />
        </div>
      ) : (
        <Empty title={t("collection.none")} />
      )}
    </section>
  );
}

function BudgetPart(props: { budget: NonNullable<Collection["budget"]> }) {
  const { budget } = props;
  const allowed = budget.share * budget.bulk_bytes;
  const share = budget.bulk_bytes ? budget.spent_bytes / budget.bulk_bytes : null;
  const used = allowed ? Math.min(budget.spent_bytes / allowed, 1) : 0;
  const told = t("collection.budget", {
    spent: bytes(budget.spent_bytes),
    allowed: bytes(allowed),
    share: share === null ? "–" : percent(share),
    limit: percent(budget.share),
  });
  return (
    <div className="grid gap-2">
      <p className="flex items-center gap-1">
        {told}
        <Explain
          of={() => ({
            title: t("collection.spent"),
            value: bytes(budget.spent_bytes),
            formula: t("collection.explain"),
            rows: t("collection.explain.rows"),
            path: "collection",
          })}
        />
      </p>
      <div role="img" aria-label={told} className="h-3 overflow-hidden rounded border bg-panel">
        <span className="block h-full bg-accent" style={{ width: `${used * 100}%` }} />
      </div>
      <Facts
        of={[
          { name: t("collection.spent"), value: bytes(budget.spent_bytes) },
          { name: t("collection.room"), value: bytes(budget.room_bytes) },
          { name: t("collection.bulk"), value: bytes(budget.bulk_bytes) },
          { name: t("collection.refused"), value: count(budget.refused) },
        ]}
      />
    </div>
  );
}

function columns(tz: string, link: (id: string) => React.ReactNode): Column<Ordered>[] {
  const head = (name: string) => ({ name, head: t(`collection.${name}`) });
  return [
    {
      ...head("order"),
      width: "6.5rem",
      shown: (row) => (
        <>
          <span aria-hidden>{row.state === "open" ? "●" : "✓"}</span> {row.id}
        </>
      ),
    },
    {
      ...head("element"),
      width: "minmax(7rem,1fr)",
      shown: (row) => (
        <>
          {row.element} <span className="text-soft">{row.element_kind}</span>
        </>
      ),
    },
    { ...head("does"), width: "minmax(8rem,1fr)", shown: does },
    { ...head("since"), width: "7.5rem", shown: (row) => moment(Date.parse(row.since), tz) },
    { ...head("bytes"), width: "5rem", right: true, shown: (row) => bytes(row.bytes) },
    {
      ...head("reason"),
      width: "minmax(12rem,2.5fr)",
      shown: (row) => (
        <span title={row.reason}>
          {link(row.degradation)} {row.end_reason ? t("collection.end", { why: row.end_reason }) : row.reason}
        </span>
      ),
    },
  ];
}

function does(row: Ordered): string {
  if (row.what === "active_test") return t("collection.what.active_test");
  return row.usual_granularity_s
    ? t("collection.what.finer", { new: row.granularity_s, usual: row.usual_granularity_s })
    : t("collection.what.finer.unknown", { new: row.granularity_s });
}

const NAMES = [
  ...(["id", "state", "element", "element_kind", "what", "granularity_s", "usual_granularity_s"] as const),
  ...(["since", "until", "ended", "degradation", "bytes", "reason", "end_reason"] as const),
];

function cells(row: Ordered) {
  return NAMES.map((name) => row[name]);
}

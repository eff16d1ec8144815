import { Link } from "@tanstack/react-router";
import { compact, count, percent } from "@/lib/format";
import { lasting } from "@/lib/time";
import { context, useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Incident, type Incidents, type Overview, useAsked } from "@/pages/overview/asked";

/** The worst incidents of the window, short: what, whom it hits, why, what became of it. */
export function IncidentList(props: { height: number }) {
  const { query } = useAsked<Incidents>("overview/incidents");
  const loss = useAsked<Overview>("overview").query.data;
  const view = useView();
  const shares = new Map(loss?.explained.map((each) => [each.id, each.share]));
  return (
    <Panel
      title={
        query.data ? t("ov.inc.title.open", { open: query.data.open }) : t("ov.inc.title")
      }
      aside={
        <>
          <Link
            to={"/incidents" as never}
            search={context(view) as never}
            className="min-h-6 px-1 text-accent hover:underline"
          >
            {t("ov.inc.all")}
          </Link>
          <Exports
            title={t("ov.inc.title")}
            columns={COLUMNS.map((each) => t(each))}
            rows={() => (query.data?.items ?? []).map((each) => cells(each, shares.get(each.id)))}
          />
        </>
      }
    >
      <div
        className="overflow-auto"
        style={{ height: props.height }}
        // A part that scrolls must be reachable by keyboard; its links are.
      >
        <Answer
          of={query}
          what={t("ov.inc.what")}
          height={props.height}
          empty={{
            is: (told) => !told.items.length,
            shown: <Empty title={t("ov.inc.none")} hint={t("ov.inc.none.hint")} />,
          }}
        >
          {(told) => (
            <ul>
              {told.items.map((each) => (
                <One key={each.id} incident={each} share={shares.get(each.id)} />
              ))}
            </ul>
          )}
        </Answer>
      </div>
    </Panel>
  );
}

function One({ incident, share }: { incident: Incident; share: number | undefined }) {
  const [view, span] = [useView(), useSpan()];
  const age = lasting(span.untilMs - Date.parse(incident.began));
  return (
    <li className="relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-b px-3 py-1 hover:bg-raised">
      <Link
        to={"/incidents/$incident" as never}
        params={{ incident: incident.id } as never}
        search={context(view) as never}
        title={incident.name}
        className="truncate font-semibold after:absolute after:inset-0"
      >
        {incident.is_open ? <span aria-hidden className="text-alarm">● </span> : null}
        {incident.name}
      </Link>
      <span className="text-right">{share === undefined ? "" : percent(share)}</span>
      <span className="truncate text-soft">
        {causeText(incident)} · {impactText(incident)}
      </span>
      <span className="text-right text-soft">
        {t(`ov.state.${incident.status}`)} · {age}
      </span>
    </li>
  );
}

function impactText(incident: Incident): string {
  const parts = (["users", "things", "important"] as const)
    .filter((name) => incident[name])
    .map((name) => t(`ov.inc.${name}`, { n: compact(incident[name]) }));
  return parts.join(", ") || "–";
}

function causeText({ cause }: Incident): string {
  if (!cause) return t("ov.inc.unexplained");
  const kind = cause.kind.replaceAll("_", " ");
  const values = { kind, element: cause.element, sure: count(cause.probability * 100) };
  return t(kind ? "ov.inc.cause" : "ov.inc.cause.plain", values);
}

const COLUMNS = ["ov.col.incident", "ov.col.impact", "ov.col.cause", "ov.col.state", "ov.col.began", "ov.col.share"];

function cells(each: Incident, share: number | undefined) {
  return [each.name, impactText(each), causeText(each), each.status, each.began, share];
}

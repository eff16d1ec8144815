import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { scopeText } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Care, Case, Incident, Tally } from "@/pages/subject/data";
import { causeOf } from "@/pages/subject/verdict";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Empty } from "@/parts/states";

/** What can be done: for the subject itself first, then about what hurts it. */
export function Actions(props: { about: Case }) {
  const { actions } = props.about;
  return (
    <Panel title={t("action.title")}>
      {actions.length ? (
        <ol className="divide-y">
          {actions.slice(0, 3).map((each) => (
            <li key={each.plan} className="px-3 py-2">
              <p className="flex flex-wrap items-baseline gap-2">
                <span className="font-semibold">{each.action}</span>
                <span className="rounded border px-1.5 text-soft">
                  {t(`action.${each.verdict || each.autonomy}`)}
                </span>
                {each.is_own ? <span className="text-soft">{t("action.own")}</span> : null}
              </p>
              <p className="text-soft">{each.sentence}</p>
            </li>
          ))}
        </ol>
      ) : (
        <Empty title={t("action.none")} hint={t("action.none.hint")} />
      )}
    </Panel>
  );
}

export function Incidents(props: { care: Care }) {
  return (
    <Panel title={t("incidents.title")}>
      {props.care.incidents.length ? (
        <ul className="divide-y">
          {props.care.incidents.map((each) => (
            <Met key={each.degradation} incident={each} />
          ))}
        </ul>
      ) : (
        <Empty title={t("incidents.none")} />
      )}
    </Panel>
  );
}

function Met(props: { incident: Incident }) {
  const { incident } = props;
  const view = useView();
  const from = moment(Date.parse(incident.began), view.tz);
  const name = incident.cause ? causeOf(incident) : scopeText(incident.scope);
  return (
    <li className="px-3 py-2">
      <p className="flex flex-wrap items-baseline justify-between gap-2">
        {incident.problem ? (
          <Link
            to={`/incidents/${incident.problem}` as never}
            search={context(view) as never}
            className="text-accent underline"
          >
            {name}
          </Link>
        ) : (
          <span>{name}</span>
        )}
        <span className="rounded border px-1.5 text-soft">{incident.state}</span>
      </p>
      <p className="text-soft">
        {incident.ended
          ? t("incidents.span", { from, to: moment(Date.parse(incident.ended), view.tz) })
          : t("incidents.since", { time: from })}
        {" · "}
        {t("incidents.uses", { poor: incident.poor_uses, uses: incident.uses })}
        {incident.doing ? ` · ${incident.doing}` : ""}
      </p>
    </li>
  );
}

/** Device, places and groups that it used, the most used first. */
export function Where(props: { members: Record<string, Tally[]> }) {
  const view = useView();
  return (
    <Panel title={t("where.title")}>
      <table className="w-full">
        <thead className="sr-only">
          <tr>
            {["col.kind", "col.member", "col.uses", "col.mos"].map((each) => (
              <th key={each} scope="col">
                {t(each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y">
          {["device_model", "cell", "slice", "segment", "app"].flatMap((name) =>
            (props.members[name] ?? []).slice(0, name === "cell" ? 5 : 2).map((each, at) => (
              <tr key={name + each.member}>
                <td className="w-32 px-3 py-1 text-soft">{at ? "" : t(`where.${name}`)}</td>
                <td className="break-all py-1">
                  <Link
                    to={"/overview" as never}
                    search={context(view, { dim: name, member: each.member }) as never}
                    className="inline-block min-h-6 text-accent underline"
                  >
                    {each.member}
                  </Link>
                </td>
                <td className="px-2 py-1 text-right text-soft">
                  {each.uses} ({each.poor_uses} {t("col.poor").toLowerCase()})
                </td>
                <td className="px-3 py-1">
                  <Grade value={each.mos_mean} />
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
      {Object.values(props.members).every((each) => !each.length) ? <Empty title={t("where.none")} /> : null}
    </Panel>
  );
}

/** Works, tickets, surveys, consent: short lists, each said to be empty where it is. */
export function Rest(props: { care: Care; about: Case }) {
  const { care, about } = props;
  const view = useView();
  const at = (time: string | null) => (time ? moment(Date.parse(time), view.tz) : "");
  return (
    <>
      <Lines title="works.title" none="works.none" lines={care.works} />
      <Lines
        title="tickets.title"
        none="tickets.none"
        lines={[
          ...about.tickets.map((each) => `${each.name} · ${each.status} · ${at(each.created)}`),
          ...care.tickets,
          ...about.surveys.map(
            (each) => `${t("tickets.survey", { value: each.value ?? "–" })} ${each.title} · ${at(each.at)}`,
          ),
        ]}
      />
      <Lines
        title="consent.title"
        none="consent.none"
        hint="consent.none.hint"
        lines={about.consent.map((each) => `${each.name}: ${each.status}${each.until ? ` (${at(each.until)})` : ""}`)}
      />
    </>
  );
}

function Lines(props: { title: string; none: string; hint?: string; lines: string[] }): ReactNode {
  return (
    <Panel title={t(props.title)}>
      {props.lines.length ? (
        <ul className="divide-y">
          {props.lines.map((each) => (
            <li key={each} className="px-3 py-1.5">
              {each}
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t(props.none)} hint={props.hint ? t(props.hint) : undefined} />
      )}
    </Panel>
  );
}

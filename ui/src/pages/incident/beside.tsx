/** What lies beside an incident: the like in the past, works near, what is merged, what people noted. */

import { Link } from "@tanstack/react-router";
import { mos } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { ms, type Whole } from "@/pages/incident/data";
import { split } from "@/pages/incidents/deeds";
import type { Deed } from "@/pages/incidents/do";
import { Button } from "@/parts/button";
import { Panel } from "@/parts/panel";

const ROW = "border-b px-3 py-1.5";

export function IncidentLink(props: { id: string; children?: React.ReactNode }) {
  const view = useView();
  return (
    <Link
      to={"/incidents/$incident" as never}
      params={{ incident: props.id } as never}
      search={context(view) as never}
      className="inline-block min-h-6 text-accent underline"
    >
      {props.children ?? props.id}
    </Link>
  );
}

export function SimilarPast(props: { of: Whole }) {
  const { tz } = useView();
  const { similar } = props.of;
  return (
    <Panel title={t("sim.title")}>
      {similar.length ? (
        <ul>
          {similar.map((each) => (
            <li key={each.id} className={ROW}>
              <IncidentLink id={each.id}>{each.name}</IncidentLink>
              <div className="text-soft">
                {moment(ms(each.began_ns), tz)}
                {each.resolved_ns ? `, ${lasting(ms(each.resolved_ns - each.began_ns))}` : ""},{" "}
                {t("sim.same", { what: each.same.join(", ").replaceAll("_", " ") })}
              </div>
              {each.tried.map((one) => (
                <div key={one.action}>
                  {t("sim.tried")} {one.action}: {one.verdict.replaceAll("_", " ") || t("sim.untold")}
                  {one.effect_mos === null ? "" : ` (${mos(one.effect_mos)} MOS)`}
                </div>
              ))}
            </li>
          ))}
        </ul>
      ) : (
        <p className="p-3 text-soft">{t("sim.none")}</p>
      )}
    </Panel>
  );
}

export function WorksNear(props: { of: Whole }) {
  const view = useView();
  return (
    <Panel title={t("work.title")}>
      {props.of.works.length ? (
        <ul>
          {props.of.works.slice(0, 20).map((each) => (
            <li key={each.id} className={ROW}>
              <Link
                to={"/works" as never}
                search={context(view, { work: each.id }) as never}
                className="inline-block min-h-6 text-accent underline"
              >
                {each.title || each.id}
              </Link>
              <div className="text-soft">
                {each.element}, {moment(ms(each.begins_ns), view.tz)} – {moment(ms(each.ends_ns), view.tz)}
                {each.state ? `, ${each.state}` : ""}
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p className="p-3 text-soft">{t("work.none")}</p>
      )}
    </Panel>
  );
}

export function PeopleAndMerged(props: { of: Whole; say: (deed: Deed) => void }) {
  const { merged, steps } = props.of;
  const notes = steps.filter((each) => each.what === "noted").reverse();
  const { tz } = useView();
  return (
    <Panel title={t("people.title")}>
      {merged.length || notes.length ? (
        <ul>
          {merged.map((id) => (
            <li key={id} className={`${ROW} flex items-center justify-between`}>
              <span>
                {t("one.parts")}: <IncidentLink id={id} />
              </span>
              <Button onClick={() => props.say(split(id))} aria-label={`${t("do.split")} ${id}`}>
                {t("do.split")}
              </Button>
            </li>
          ))}
          {notes.map((each) => (
            <li key={each.id} className={ROW}>
              {each.text}
              <div className="text-soft">
                {each.who}, {moment(ms(each.at_ns), tz)}
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p className="p-3 text-soft">{t("people.none")}</p>
      )}
    </Panel>
  );
}

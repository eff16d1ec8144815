import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { percent } from "@/lib/format";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Answer } from "@/parts/states";
import { useImpact } from "./asked";
import type { Impact, Planned } from "./types";

const MOST = 20;
const SHOWN_CHARS = 6;

/** Those who will be touched most surely, masked; asked for only when wanted, as it is audited. */
export function Who(props: { work: Planned; impact: Impact }) {
  const [isAsked, setAsked] = useState(false);
  const { impact, work } = props;
  if (!impact.touched_count) return null;
  return (
    <section>
      <h4 className="pb-1 font-semibold">{t("works.who")}</h4>
      {isAsked ? (
        <Named work={work} />
      ) : (
        <p className="flex flex-wrap items-center gap-2">
          <Button onClick={() => setAsked(true)}>{t("works.who.ask")}</Button>
          <span className="text-soft">{t("works.who.note")}</span>
        </p>
      )}
    </section>
  );
}

function Named(props: { work: Planned }) {
  const view = useView();
  const asked = useImpact(props.work.id, MOST);
  return (
    <Answer
      of={asked}
      what={t("works.who")}
      empty={{ is: (data) => !data.touched.length, shown: t("works.who.none") }}
    >
      {(data) => (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-4">
          {data.touched.map((each) => (
            <li key={each.subject} className="flex items-center justify-between border-t py-1">
              <Link
                to={`/subjects/${each.subject}` as never}
                search={context(view) as never}
                aria-label={`${t("works.who.open")} ${masked(each.subject)}`}
                className="inline-flex min-h-6 items-center text-accent underline"
              >
                {masked(each.subject)}
              </Link>
              <span>{percent(each.probability)}</span>
            </li>
          ))}
        </ul>
      )}
    </Answer>
  );
}

export function masked(subject: string): string {
  return subject.length > SHOWN_CHARS ? `${subject.slice(0, SHOWN_CHARS)}…` : subject;
}

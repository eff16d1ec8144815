/** Changes, works and alarms of a time, and the declines seen in it, each with its links. */

import { Link } from "@tanstack/react-router";
import { scopeText } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { WhatChanged } from "@/pages/service/ask";

const SHOWN = 8;

export function Happened({ data }: { data: WhatChanged }) {
  const view = useView();
  const found = data.happenings;
  return (
    <div className="grid gap-2 border-t px-3 py-2">
      <h3 className="font-semibold">{t("changed.happened")}</h3>
      {found.length ? (
        <ul className="grid gap-0.5">
          {found.slice(0, SHOWN).map((each) => (
            <li key={each.kind + each.id + each.at + each.element} className="flex flex-wrap gap-x-2">
              <span className="text-soft">{moment(Date.parse(each.at), view.tz)}</span>
              <span>{t(`kind.${each.kind}`)}</span>
              <span className="font-medium">{each.element}</span>
              <span className="min-w-0 truncate text-soft">{[each.severity, each.title].filter(Boolean).join(" ")}</span>
              {each.told > 1 ? <span className="text-soft">{t("changed.told", { n: each.told })}</span> : null}
            </li>
          ))}
          {found.length > SHOWN ? <li className="text-soft">+ {found.length - SHOWN}</li> : null}
        </ul>
      ) : (
        <p className="text-soft">{t("changed.happened.none")}</p>
      )}
      {data.degradations.length ? (
        <>
          <h3 className="font-semibold">{t("changed.declines")}</h3>
          <ul className="grid gap-0.5">
            {data.degradations.slice(0, SHOWN).map((each) => (
              <li key={each.id} className="flex flex-wrap items-center gap-x-2">
                <span className="text-soft">{moment(Date.parse(each.began), view.tz)}</span>
                <Link
                  to={"/incidents" as never}
                  search={context(view, { q: each.id }) as never}
                  className="inline-flex min-h-7 items-center text-accent underline"
                >
                  {scopeText(each.scope)}
                </Link>
                <span className="text-soft">{each.state}</span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}

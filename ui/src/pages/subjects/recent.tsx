import { Link } from "@tanstack/react-router";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Panel } from "@/parts/panel";
import { Empty } from "@/parts/states";

export interface Recent {
  subject: string;
  masked: string;
  verdict: string;
  at: number;
}

const KEY = "sentio.subjects";
const KEPT = 8;

/** Kept as long as the tab: whom somebody looked at is nobody else's business. */
export function remember(one: Recent): void {
  const rest = recent().filter((each) => each.subject !== one.subject);
  sessionStorage.setItem(KEY, JSON.stringify([one, ...rest].slice(0, KEPT)));
}

function recent(): Recent[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Recent[];
  } catch {
    return [];
  }
}

export function RecentList() {
  const view = useView();
  const kept = recent();
  return (
    <Panel title={t("subjects.recent")}>
      {kept.length ? (
        <ul className="divide-y">
          {kept.map((each) => (
            <li key={each.subject} className="flex items-center justify-between gap-2 px-3 py-1.5">
              <Link
                to={`/subjects/${each.subject}` as never}
                search={context(view) as never}
                className="inline-block min-h-6 font-mono text-accent underline"
              >
                {each.masked}
              </Link>
              <span className="text-soft">
                {each.verdict} · {moment(each.at, view.tz)}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t("subjects.recent.none")} hint={t("subjects.recent.hint")} />
      )}
    </Panel>
  );
}

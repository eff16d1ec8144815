import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Level } from "./level";
import type { ActionAutonomy, AutonomyPage } from "./types";

interface Row {
  action: ActionAutonomy;
  over: ActionAutonomy | undefined; // of the loop over all degradations
  cross: ActionAutonomy | undefined;
  of: (ActionAutonomy | undefined)[]; // by domain
}

/** How far each kind of action goes by itself: over all, in each domain, above them. */
export function Actions(props: { autonomy: AutonomyPage }) {
  const { autonomy } = props;
  const own = autonomy.domains.filter((each) => each.actions.length);
  const rows: Row[] = [...autonomy.actions, ...autonomy.cross].map((action) => ({
    action,
    over: autonomy.actions.find((each) => each.kind === action.kind),
    cross: autonomy.cross.find((each) => each.kind === action.kind),
    of: own.map((domain) => domain.actions.find((each) => each.kind === action.kind)),
  }));
  const head = "px-2 py-1.5 text-left font-normal text-soft align-bottom";
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b px-3 py-2">
        <p className="min-w-0 text-soft">{t("actions.lead", { policy: autonomy.policy })}</p>
        <Exports
          title={t("actions.what")}
          columns={["kind", "title", "by_policy", "all", "cross", ...own.map((each) => each.name), "controller", "peer"]}
          rows={() =>
            rows.map(({ action, over, cross, of }) => [
              ...[action.kind, action.title, action.by_policy, over?.level, cross?.level],
              ...[...of.map((each) => each?.level), action.controller, action.is_carried_out ? action.peer : ""],
            ])
          }
        />
      </div>
      <div role="region" tabIndex={0} aria-label={t("actions.what")} className="max-h-[34rem] overflow-auto">
        <table className="w-full min-w-[56rem]">
          <thead>
            <tr className="border-b">
              <th scope="col" className={head}>
                {t("actions.action")}
              </th>
              <th scope="col" className={head}>
                {t("actions.all")}
              </th>
              {own.map((each) => (
                <th key={each.name} scope="col" className={head}>
                  {each.title}
                </th>
              ))}
              <th scope="col" className={head}>
                {t("actions.cross")}
              </th>
              <th scope="col" className={head}>
                {t("actions.by")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ action, over, cross, of }) => (
              <tr key={action.kind} className="border-b last:border-b-0">
                <th scope="row" className="px-2 py-1 text-left font-normal">
                  {action.title} <span className="text-soft">{action.kind}</span>
                </th>
                {[over, ...of, cross].map((each, at) => (
                  <td key={at} className="px-2 py-1">
                    {each ? (
                      <span title={t("actions.policy", { autonomy: each.by_policy })}>
                        <Level level={each.level} short />
                      </span>
                    ) : (
                      "–"
                    )}
                  </td>
                ))}
                <td className="px-2 py-1">
                  {action.is_carried_out ? (
                    `${action.peer} (${action.controller})`
                  ) : (
                    <span className="text-soft">{t("actions.told")}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

import { useState } from "react";
import { percent } from "@/lib/format";
import { useCould } from "@/lib/rights";
import { useChange } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { ChangeAutonomy } from "./change";
import { Level } from "./level";
import type { AutonomyPage, DomainState } from "./types";

const LOOPS = {
  observing: { icon: "○", look: "" },
  healing: { icon: "↻", look: "text-accent" },
  helped: { icon: "⇄", look: "text-warn" },
  failing: { icon: "▲", look: "text-alarm" },
} as const;

const ORDER = ["failing", "helped", "healing", "observing"];

export function byTrouble(a: DomainState, b: DomainState): number {
  return ORDER.indexOf(a.loop) - ORDER.indexOf(b.loop) || a.title.localeCompare(b.title);
}

/** All domains, those in trouble first. */
export function DomainList(props: { domains: DomainState[]; autonomy: AutonomyPage | undefined }) {
  const [changing, setChanging] = useState<DomainState | null>(null);
  const mayChange = useCould("admin");
  const change = useChange();
  const { autonomy } = props;
  const head = "px-3 py-1.5 text-left font-normal text-soft";
  const cell = "px-3 py-1 align-middle";
  return (
    <div role="region" tabIndex={0} aria-label={t("domains.list")} className="overflow-x-auto">
      <table className="w-full min-w-[52rem]">
        <thead>
          <tr className="border-b">
            {(["name", "loop", "autonomy", "intents", "helps", "why"] as const).map((name) => (
              <th key={name} scope="col" className={head}>
                {t(`domains.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...props.domains].sort(byTrouble).map((each) => {
            const loop = LOOPS[each.loop];
            const held = autonomy?.domains.find((one) => one.name === each.name);
            const level = held?.level ?? each.level;
            return (
              <tr key={each.name} data-domain={each.name} className="border-b last:border-b-0 hover:bg-raised">
                <th scope="row" className={`${cell} text-left font-normal`}>
                  <span className="font-semibold">{each.title}</span>{" "}
                  <span className="text-soft">{each.technology}</span>
                </th>
                <td className={`${cell} whitespace-nowrap ${loop.look}`}>
                  <span aria-hidden>{loop.icon}</span> {t(`domains.loop.${each.loop}`)}
                </td>
                <td className={`${cell} whitespace-nowrap`}>
                  <span className="flex items-center gap-2">
                    <span className="min-w-28">
                      <Level level={level} />
                    </span>
                    <Button
                      disabled={!mayChange}
                      aria-label={t("domains.change.of", { name: each.title })}
                      onClick={() => setChanging(each)}
                    >
                      {t("domains.change")}
                    </Button>
                  </span>
                  {held?.wished && held.wished !== held.autonomy ? (
                    <span className="text-soft">{t("domains.wished", { wished: held.wished })}</span>
                  ) : null}
                </td>
                <td className={`${cell} whitespace-nowrap`}>
                  {each.intents.length ? (
                    <Button
                      look="bare"
                      className="!px-0 text-accent underline"
                      onClick={() => change({ domain: each.name, tab: undefined })}
                    >
                      {t("domains.intents.state", {
                        count: each.intents.length,
                        handling: t(`intents.state.${each.handling}`),
                      })}
                    </Button>
                  ) : (
                    "–"
                  )}
                </td>
                <td className={cell}>
                  {each.stand_ins.length
                    ? each.stand_ins.map((one) => (
                        <span key={one.element} className="block whitespace-nowrap">
                          {one.element} → {one.by}
                          {one.also ? ` + ${one.also}` : ""} ({percent(one.share)})
                        </span>
                      ))
                    : "–"}
                </td>
                <td className={`${cell} min-w-52`}>
                  {[...each.troubles, ...each.reasons].slice(0, 3).map((why) => (
                    <span key={why} className="block break-words">
                      {why}
                    </span>
                  ))}
                  {each.troubles.length + each.reasons.length ? "" : "–"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changing ? (
        <ChangeAutonomy
          key={changing.name}
          name={changing.name}
          title={changing.title}
          now={autonomy?.domains.find((one) => one.name === changing.name)?.autonomy ?? changing.autonomy}
          most={autonomy?.most ?? "act"}
          onClose={() => setChanging(null)}
        />
      ) : null}
    </div>
  );
}

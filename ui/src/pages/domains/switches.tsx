import { mos, percent } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Empty } from "@/parts/states";
import type { Switched } from "./types";

/** What domains carried for each other: led where, how long, and whether it helped. */
export function Switches(props: { switches: Switched[] }) {
  const { tz } = useView();
  if (!props.switches.length) return <Empty title={t("switches.none")} hint={t("switches.none.hint")} />;
  const cell = "px-3 py-1.5 align-top";
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex justify-end border-b px-3 py-2">
        <Exports
          title={t("switches.what")}
          columns={COLUMNS}
          rows={() => props.switches.map((each) => COLUMNS.map((name) => each[name as keyof Switched] as string))}
        />
      </div>
      <div role="region" tabIndex={0} aria-label={t("switches.what")} className="max-h-[32rem] overflow-auto">
        <table className="w-full min-w-[52rem]">
          <thead>
            <tr className="border-b">
              {(["when", "kind", "element", "way", "until", "proof"] as const).map((name) => (
                <th key={name} scope="col" className="px-3 py-1.5 text-left font-normal text-soft">
                  {t(`switches.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.switches.map((each) => (
              <tr key={each.plan} className="border-b last:border-b-0" title={each.sentence}>
                <td className={`${cell} whitespace-nowrap`}>
                  {moment(Date.parse(each.made), tz)}
                  <span className="block text-soft">{each.plan}</span>
                </td>
                <td className={cell}>
                  {t(`switches.kind.${each.kind}`)}
                  {each.autonomy === "act" ? null : (
                    <span className="block text-warn">
                      {t(each.autonomy === "approve" ? "switches.state.waits" : "switches.state.advised")}
                    </span>
                  )}
                  {each.task_state ? <span className="block text-soft">{each.task_state}</span> : null}
                </td>
                <td className={cell}>
                  {each.element} <span className="text-soft">{each.element_kind}</span>
                </td>
                <td className={`${cell} whitespace-nowrap`}>{way(each)}</td>
                <td className={cell}>{until(each, tz)}</td>
                <td className={`${cell} min-w-52`}>{proof(each)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function way(each: Switched): string {
  if (!each.by) return each.of || "–";
  const also = each.also ? ` + ${each.also}` : "";
  return `${each.of} → ${each.by}${also}${each.share === null ? "" : ` (${percent(each.share)})`}`;
}

function until(each: Switched, tz: string): string {
  if (!["switch_domain", "supplement_domain"].includes(each.kind) || each.autonomy !== "act") return "–";
  if (!each.ended) return t("switches.stands");
  const lasts = lasting(Date.parse(each.ended) - Date.parse(each.made));
  const by = each.ended_by === "undone" ? t("switches.undone") : t("switches.returned", { plan: each.ended_by });
  return `${moment(Date.parse(each.ended), tz)} (${lasts}), ${by}`;
}

function proof(each: Switched): string {
  if (!each.verdict) return each.autonomy === "act" ? t("switches.unproven") : "–";
  const value = each.effect_mos ?? 0;
  const effect = t("switches.effect", { sign: value < 0 ? "−" : "+", value: mos(Math.abs(value)) });
  return `${t(`switches.verdict.${each.verdict}`)}, ${effect}`;
}

const COLUMNS = [
  ...["plan", "made", "kind", "element", "element_kind", "of", "by", "also", "share", "autonomy"],
  ...["task_state", "verdict", "effect_mos", "is_undone", "ended", "ended_by", "sentence"],
];

import { compact, count, percent } from "@/lib/format";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import type { Impact, Planned } from "./types";

const SHOWN = 10;
const NS_PER_MS = 1e6;

/** Ten better times, the first recommended, against the time that is planned. */
export function Windows(props: { work: Planned; impact: Impact }) {
  const { work, impact } = props;
  const { tz } = useView();
  const rows = impact.windows.slice(0, SHOWN);
  if (impact.is_harmless) return null;
  const title = `${t("works.windows")} ${work.id}`;
  const cell = "py-1 pr-3 text-right";
  return (
    <section>
      <div className="flex items-center justify-between pb-1">
        <h4 className="font-semibold">{t("works.windows")}</h4>
        {rows.length ? (
          <Exports
            title={title}
            columns={["begins", "ends", "subjects", "lost_min"]}
            rows={() =>
              rows.map((each) => [
                new Date(each.begins_ns / NS_PER_MS).toISOString(),
                new Date(each.ends_ns / NS_PER_MS).toISOString(),
                each.subjects,
                each.lost_min,
              ])
            }
          />
        ) : null}
      </div>
      {rows.length ? (
        <div role="region" tabIndex={0} aria-label={title} className="overflow-x-auto">
        <table className="w-full">
          <thead className="text-soft">
            <tr>
              <th scope="col" className="py-1 pr-3 text-left font-normal">
                {t("works.begins")}
              </th>
              <th scope="col" className={`${cell} font-normal`}>
                {t("works.expected")}
              </th>
              <th scope="col" className={`${cell} font-normal`}>
                {t("works.lost")}
              </th>
              <th scope="col" className={`${cell} font-normal`}>
                {t("works.window.saves")}
              </th>
            </tr>
          </thead>
          <tbody>
            <tr className="border-t">
              <td className="py-1 pr-3">
                {moment(Date.parse(work.begins), tz)}{" "}
                <span className="text-soft">({t("works.window.planned")})</span>
              </td>
              <td className={cell}>{count(impact.subjects.mean)}</td>
              <td className={cell}>{compact(impact.lost_min)}</td>
              <td className={cell}>–</td>
            </tr>
            {rows.map((each, at) => (
              <tr key={each.begins_ns} className={`border-t ${at ? "" : "font-semibold"}`}>
                <td className="py-1 pr-3">
                  {moment(each.begins_ns / NS_PER_MS, tz)}
                  {at ? "" : ` ★ ${t("works.window.best")}`}
                </td>
                <td className={cell}>{count(each.subjects)}</td>
                <td className={cell}>{compact(each.lost_min)}</td>
                <td className={cell}>
                  {impact.lost_min > 0 ? percent(1 - each.lost_min / impact.lost_min) : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        </div>
      ) : (
        <p className="text-soft">{t("works.windows.none")}</p>
      )}
    </section>
  );
}

/** What should be done for whom because of a work, and by when. */
export function Care(props: { impact: Impact }) {
  const { tz } = useView();
  const { care } = props.impact;
  return (
    <section>
      <h4 className="pb-1 font-semibold">{t("works.care")}</h4>
      {care.length ? (
        <div role="region" tabIndex={0} aria-label={t("works.care")} className="overflow-x-auto">
        <table className="w-full">
          <thead className="text-soft">
            <tr>
              {(["who", "count", "what", "by"] as const).map((name) => (
                <th key={name} scope="col" className="py-1 pr-3 text-left font-normal">
                  {t(`works.care.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {care.map((each) => (
              <tr key={`${each.who}${each.what}`} className="border-t align-top">
                <td className="py-1 pr-3">{each.who}</td>
                <td className="py-1 pr-3">{count(each.subjects)}</td>
                <td className="py-1 pr-3">{each.what}</td>
                <td className="whitespace-nowrap py-1">{moment(each.by_ns / NS_PER_MS, tz)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        </div>
      ) : (
        <p className="text-soft">{t("works.care.none")}</p>
      )}
    </section>
  );
}

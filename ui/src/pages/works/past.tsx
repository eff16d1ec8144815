import { count, percent } from "@/lib/format";
import { t } from "@/lib/words";
import { Explain } from "@/parts/explain";
import { Facts } from "@/parts/facts";
import { Answer } from "@/parts/states";
import { useResult } from "./asked";
import type { Planned, Result } from "./types";

/** What a work that is over did, against what had been foretold as it began. */
export function Past(props: { work: Planned }) {
  const asked = useResult(props.work.id);
  return (
    <Answer of={asked} what={t("works.what.result")} height={200}>
      {(data) => (
        <>
          <p className="text-base">
            {data.seen
              ? t(data.seen.is_harmful ? "works.result.harmful" : "works.result.harmless")
              : t("works.result.unjudged")}{" "}
            <span className="text-soft">
              {t("works.result.foretold", {
                harm: percent(data.foretold.harm),
                subjects: count(data.foretold.subjects.mean),
              })}
            </span>
          </p>
          {data.seen ? <Seen seen={data.seen} id={props.work.id} /> : null}
        </>
      )}
    </Answer>
  );
}

function Seen(props: { seen: NonNullable<Result["seen"]>; id: string }) {
  const { seen } = props;
  return (
    <>
      <Facts
        of={[
          {
            name: t("works.result.felt"),
            value: percent(seen.felt_share),
            more: count(seen.felt),
            explain: (
              <Explain
                of={() => ({
                  title: t("works.result.felt"),
                  value: percent(seen.felt_share),
                  formula: t("works.explain.felt"),
                  rows: `${count(seen.uses)}`,
                  path: `works/${encodeURIComponent(props.id)}/result`,
                })}
              />
            ),
          },
          { name: t("works.result.uses"), value: count(seen.uses) },
          { name: t("works.result.loss"), value: percent(seen.loss_share) },
        ]}
      />
      <table className="w-full">
        <thead className="text-soft">
          <tr>
            <th scope="col" className="py-1 text-left font-normal">
              {t("changes.service")}
            </th>
            <th scope="col" className="py-1 text-right font-normal">
              {t("works.result.uses")}
            </th>
            <th scope="col" className="py-1 text-right font-normal">
              {t("works.result.felt")}
            </th>
          </tr>
        </thead>
        <tbody>
          {seen.services.map((each) => (
            <tr key={each.service} className="border-t">
              <th scope="row" className="py-1 text-left font-normal">
                {each.service}
              </th>
              <td className="py-1 text-right">{count(each.uses)}</td>
              <td className="py-1 text-right">
                {count(each.felt)} ({percent(each.uses ? each.felt / each.uses : null)})
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

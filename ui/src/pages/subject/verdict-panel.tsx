import { count, mos, percent } from "@/lib/format";
import { useAsOf } from "@/lib/freshness";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { CARE_DAYS, type Care, type Uses, useUses } from "@/pages/subject/data";
import { sentenceOf } from "@/pages/subject/verdict";
import { type Explained, Explain } from "@/parts/explain";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";

const LOOK = { suffering: "border-l-alarm", suffered: "border-l-warn", well: "border-l-fine", unknown: "border-l-line" };
const SIGN = { suffering: "▼", suffered: "◆", well: "✓", unknown: "?" };

/** The verdict, before all else; below it what it rests on. */
export function Verdict(props: { care: Care }) {
  const { care } = props;
  const { tz } = useView();
  const asOf = useAsOf();
  const { data } = useUses(care.subject, { days: CARE_DAYS, limit: 0 });
  const sentence = sentenceOf(care, tz, asOf);
  const uses = care.services.reduce((sum, each) => sum + each.uses, 0);
  const poor = care.services.reduce((sum, each) => sum + each.poor_uses, 0);
  const explained = (): Explained => ({
    title: t("verdict.explain"),
    value: sentence,
    formula: t("verdict.formula"),
    rows: t("verdict.rows", { uses, poor, days: CARE_DAYS, incidents: care.incidents.length }),
    path: `care/${care.subject}`,
    params: { days: CARE_DAYS },
  });
  return (
    <Panel title={t("verdict.title")} aside={<Explain of={explained} />} className={`border-l-4 ${LOOK[care.verdict]}`}>
      <div className="px-3 py-3">
        <p data-verdict={care.verdict} className="text-xl font-semibold">
          <span aria-hidden className="mr-2">
            {SIGN[care.verdict]}
          </span>
          {sentence}
        </p>
        <p className="mt-1 text-soft">{care.headline}</p>
        {data ? <Figures uses={data} tz={tz} /> : <div style={{ height: 58 }} />}
      </div>
    </Panel>
  );
}

function Figures(props: { uses: Uses; tz: string }) {
  const { uses, tz } = props;
  const told = { uses: uses.uses, since: moment(Date.parse(uses.since), tz), until: moment(Date.parse(uses.until), tz) };
  const explained = (name: string, value: string, formula: string) => (): Explained => ({
    title: t(name),
    value,
    formula: t(formula),
    rows: t("figure.rows", told),
    path: `subjects/${uses.subject}/uses`,
    params: { days: CARE_DAYS, limit: 0 },
  });
  const share = uses.uses ? uses.poor_uses / uses.uses : null;
  return (
    <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
      <Figure name="figure.uses">{count(uses.uses)}</Figure>
      <Figure name="figure.poor" explained={explained("figure.poor", count(uses.poor_uses), "figure.poor.formula")}>
        {count(uses.poor_uses)} <span className="text-soft">({percent(share)})</span>
      </Figure>
      <Figure
        name="figure.absolute"
        explained={explained("figure.absolute", mos(uses.mos_mean), "figure.absolute.formula")}
      >
        <Grade value={uses.mos_mean} />
      </Figure>
      <Figure
        name="figure.perceived"
        explained={explained("figure.perceived", mos(uses.mos_perceived), "figure.perceived.formula")}
      >
        <Grade value={uses.mos_perceived} />
      </Figure>
    </dl>
  );
}

function Figure(props: { name: string; explained?: () => Explained; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-soft">{t(props.name)}</dt>
      <dd className="flex items-center gap-1 text-lg">
        {props.children}
        {props.explained ? <Explain of={props.explained} /> : null}
      </dd>
    </div>
  );
}

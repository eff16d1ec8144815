/** The verdict in one sentence, and the case as a text to be pasted elsewhere. */

import { NONE, percent } from "@/lib/format";
import { clock, hour, moment } from "@/lib/time";
import { t } from "@/lib/words";
import { CARE_DAYS, type Care, type Incident } from "@/pages/subject/data";

const DAY_MS = 864e5;

/** The incident that is the reason: the first that hurts, as the server puts those first. */
export function reasonOf(care: Care): Incident | undefined {
  return care.incidents.find((each) => each.poor_uses > 0);
}

export function sentenceOf(care: Care, tz: string, nowMs: number): string {
  const values = { days: CARE_DAYS };
  if (care.verdict === "well" || care.verdict === "unknown") return `${t(`verdict.${care.verdict}`, values)}.`;
  let start = t("verdict.suffered", values);
  if (care.verdict === "suffering") {
    const ms = care.poor_since ? Date.parse(care.poor_since) : undefined;
    const time = ms === undefined ? "" : nowMs - ms < DAY_MS ? hour(ms, tz) : moment(ms, tz);
    start = time ? t("verdict.suffering", { time }) : t("verdict.suffering.now");
  }
  return `${start}${becauseOf(care)}.`;
}

function becauseOf(care: Care): string {
  const reason = reasonOf(care);
  if (reason?.cause) {
    const cause = causeOf(reason);
    if (reason.probability === null) return t("verdict.because.plain", { cause });
    return t("verdict.because", { cause, percent: `${Math.round(reason.probability * 100)} %` });
  }
  if (reason) return t("verdict.no_cause");
  const domain = worstDomain(care);
  return domain ? t("verdict.mostly", { domain }) : "";
}

/** Say a cause: `overload at cell cell-0008 (ran)`. */
export function causeOf(incident: Incident): string {
  const where = incident.cause.replaceAll("_", " ");
  const kind = incident.cause_kind.replaceAll("_", " ");
  return kind ? t("verdict.at", { kind, where }) : where;
}

export function worstDomain(care: Care): string {
  const total: Record<string, number> = {};
  for (const { drivers } of care.worst) {
    for (const [name, lost] of Object.entries(drivers)) total[name] = (total[name] ?? 0) + lost;
  }
  return Object.entries(total).sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

/** The case as plain text; it names the subject by its masked pseudonym only. */
export function summaryOf(care: Care, masked: string, tz: string, asOf: number): string {
  const lines = [
    `${t("subject.what")} ${masked}`,
    `${t("verdict.title")}: ${sentenceOf(care, tz, asOf)}`,
    care.headline,
    "",
    `${t("say.title")}:`,
    ...care.words.map((each) => `- ${each}`),
    "",
    `${t("uses.title")}:`,
    ...care.services.map(
      (each) =>
        `- ${each.service}: ${each.uses}, ${percent(each.uses ? each.poor_uses / each.uses : null)} ${t("col.poor").toLowerCase()}, MOS ${each.mos_mean.toFixed(2)}`,
    ),
    ...(care.incidents.length ? ["", `${t("incidents.title")}:`] : []),
    ...care.incidents.map(
      (each) => `- ${each.problem || each.degradation}: ${each.cause ? causeOf(each) : NONE}; ${each.state}`,
    ),
    ...care.works.map((each) => `- ${each}`),
    "",
    `${t("fresh.as_of", { time: `${moment(asOf, tz)} (${clock(asOf, "UTC")} UTC)` })}`,
  ];
  return lines.join("\n");
}

import { compact, count, percent } from "@/lib/format";
import type { Params } from "@/lib/api";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain, type Explained } from "@/parts/explain";
import { Answer } from "@/parts/states";
import { type Crowd, type Overview, useAsked } from "@/pages/overview/asked";

const NAMED = 3; // incidents that are worth counting one by one

/** The first sentence: how many fare well, and how much of the loss incidents explain. */
export function Sentence() {
  const { query, params } = useAsked<Overview>("overview");
  return (
    <div className="min-h-9 text-lg leading-7" data-testid="sentence">
      <Answer of={query} what={t("overview.what")} height={36}>
        {(told) => <Told told={told} params={params} />}
      </Answer>
    </div>
  );
}

function Told({ told, params }: { told: Overview; params: Params }) {
  const view = useView();
  const crowds = (["users", "things"] as const).filter((name) => told[name].subjects);
  if (!crowds.length) return <p>{t("overview.nobody")}</p>;
  const when = view.to === "now" ? t("overview.lead.now") : t("overview.lead.then");
  const template = crowds.length > 1 ? t("overview.both") : t("overview.one");
  return (
    <p>
      {template.split(/(\{\w+\})/).map((part) => {
        if (part === "{when}") return when;
        const name = part === "{crowd}" ? crowds[0] : crowds.find((each) => part === `{${each}}`);
        if (!name) return part;
        return (
          <span key={name} className="whitespace-nowrap">
            <strong>
              {t(`overview.${name}`, {
                share: percent(told[name].good_share),
                n: compact(told[name].subjects),
              })}
            </strong>
            <Explain of={() => goodExplained(name, told[name], told, params)} />
          </span>
        );
      })}{" "}
      <Loss told={told} params={params} />
    </p>
  );
}

function Loss({ told, params }: { told: Overview; params: Params }) {
  const { explained } = told;
  if (!told.incidents) return <>{t("overview.calm")}</>;
  if (!explained.length) return <>{t("overview.unexplained")}</>;
  const shown = explained.length > NAMED + 1 ? explained.slice(0, NAMED) : explained;
  const share = shown.reduce((sum, each) => sum + each.share, 0);
  const name = shown.length < explained.length ? ".most" : shown.length === 1 ? ".1" : "";
  const values = { n: shown.length, all: explained.length, share: percent(share) };
  return (
    <span>
      <strong>{t(`overview.explains${name}`, values)}</strong>
      <Explain
        of={(): Explained => ({
          title: t("overview.loss"),
          value: percent(share),
          formula: t("overview.loss.formula"),
          rows: t("overview.loss.rows", {
            poor: count(told.poor_uses),
            uses: count(told.uses),
            n: told.incidents,
          }),
          path: "overview",
          params,
        })}
      />
    </span>
  );
}

function goodExplained(
  name: "users" | "things",
  crowd: Crowd,
  told: Overview,
  params: Params,
): Explained {
  return {
    title: t(`overview.good.${name}`),
    value: percent(crowd.good_share),
    formula: t("overview.good.formula", { mos: told.good_mos }),
    rows: t("overview.good.rows", { good: count(crowd.good_subjects), n: count(crowd.subjects) }),
    confidence:
      told.one_in > 1
        ? t("overview.good.drawn", { one_in: told.one_in })
        : t("overview.good.exact"),
    path: "overview",
    params,
  };
}

import { Link, useParams } from "@tanstack/react-router";
import { useChange, useView, context } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { DIMENSIONS, type OneService, pathOf, type ServiceCourse, useAsked, useServices } from "@/pages/service/ask";
import { WhatChangedPanel } from "@/pages/service/changed";
import { Compare, useToldWindow } from "@/pages/service/compare";
import { Course } from "@/pages/service/course";
import { Distribution } from "@/pages/service/distribution";
import { Facts } from "@/pages/service/facts";
import { Members } from "@/pages/service/members";
import { Records } from "@/pages/service/records";
import { Why } from "@/pages/service/why";
import { Button } from "@/parts/button";
import { PageTitle } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { services as words } from "@/words/services";

speak(words);

const COHORTS = ["device_model", "segment", "slice"] as const;

export default function Page() {
  const { service = "" } = useParams({ strict: false }) as { service?: string };
  const params = useAsked();
  const one = useServices<OneService>(pathOf(service), params);
  const course = useServices<ServiceCourse>(pathOf(service, "/course"), params);
  const change = useChange();
  return (
    <div className="grid gap-3">
      <Head service={service} of={one.data} />
      <Answer
        of={one}
        what={t("service.what")}
        height={600}
        empty={{
          is: (data) => !data.now.uses && !data.now.unscored,
          shown: <Empty title={t("service.empty")} hint={t("service.empty.hint")} />,
        }}
      >
        {(data) => (
          <>
            <Facts of={data} />
            <div className="grid items-start gap-3 lg:grid-cols-[2fr_3fr]">
              <div className="grid min-w-0 gap-3">
                <Distribution of={data} />
                <Why of={data} />
              </div>
              <div className="grid min-w-0 gap-3">
                <Answer of={course} what={t("course.what")} height={340}>
                  {(found) => <Course service={service} of={found} />}
                </Answer>
                <WhatChangedPanel service={service} course={course.data} />
              </div>
            </div>
            <Contributors service={service} />
            <div className="grid gap-3 lg:grid-cols-3">
              {COHORTS.map((each) => (
                <Members
                  key={each}
                  service={service}
                  dimension={each}
                  order="uses"
                  title={t("members.cohorts", { dimension: t(`dimension.${each}`) })}
                  isSmall
                />
              ))}
            </div>
            <p>
              <Button onClick={() => change({ drill: "all" })}>{t("service.records")}</Button>
            </p>
          </>
        )}
      </Answer>
      <Records service={service} />
    </div>
  );
}

function Head(props: { service: string; of: OneService | undefined }) {
  const { of } = props;
  const view = useView();
  const against = useToldWindow(of?.against ?? null);
  const lead = of
    ? t("service.lead", {
        standard: of.standard,
        kind: t(of.subject_kind === "thing" ? "services.things" : "services.users"),
        poor: of.poor_below.toFixed(1),
        good: of.good_mos.toFixed(1),
      })
    : "";
  return (
    <PageTitle
      title={of?.title ?? props.service}
      lead={
        <>
          <Link
            to={"/services" as never}
            search={context(view, { compare: view.compare }) as never}
            className="inline-flex min-h-7 items-center text-accent underline"
          >
            {t("service.back")}
          </Link>{" "}
          · {lead}
        </>
      }
      aside={
        <>
          <Compare />
          {of ? <span className="text-soft">{against}</span> : null}
        </>
      }
    />
  );
}

/** Who has too many poor uses, by a dimension that stands in the URL. */
function Contributors(props: { service: string }) {
  const [view, change] = [useView(), useChange()];
  const by = DIMENSIONS.find((each) => each === view.by) ?? "cell";
  return (
    <Members
      service={props.service}
      dimension={by}
      order="excess"
      title={t("members.title")}
      aside={
        <label className="flex items-center gap-2">
          <span className="text-soft">{t("members.by")}</span>
          <select
            className="min-h-7 rounded border bg-raised px-2"
            value={by}
            onChange={(event) => change({ by: event.target.value === "cell" ? undefined : event.target.value })}
          >
            {DIMENSIONS.map((each) => (
              <option key={each} value={each}>
                {t(`dimension.${each}`)}
              </option>
            ))}
          </select>
        </label>
      }
    />
  );
}

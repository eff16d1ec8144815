import { count } from "@/lib/format";
import { speak, t } from "@/lib/words";
import { Annotate } from "@/parts/annotate";
import { Exports } from "@/parts/exports";
import { PageTitle, Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";
import { Tabs } from "@/parts/tabs";
import { words } from "@/words/domains";
import { Actions } from "./domains/actions";
import { useAutonomy, useDomains, useIntents, usePromises, useReports, useSwitches } from "./domains/asked";
import { Intents } from "./domains/intents";
import { DomainList } from "./domains/list";
import { Promises } from "./domains/promises";
import { KillSwitch } from "./domains/switch";
import { Switches } from "./domains/switches";
import { type AutonomyPage, AUTONOMY, type DomainState } from "./domains/types";

speak(words);

export default function Page() {
  const [domains, autonomy] = [useDomains(), useAutonomy()];
  const [intents, reports] = [useIntents(), useReports()];
  const [switches, promises] = [useSwitches(), usePromises()];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <PageTitle
        title={t("domains.title")}
        lead={domains.data && autonomy.data ? lead(domains.data, autonomy.data) : undefined}
        aside={
          <>
            <Annotate />
            <KillSwitch />
          </>
        }
      />
      <Panel
        title={t("domains.list")}
        aside={
          <Exports
            title={t("domains.list")}
            columns={COLUMNS}
            rows={() => (domains.data ?? []).map((each) => cells(each, autonomy.data))}
          />
        }
      >
        <Answer of={domains} what={t("domains.what")} height={300}>
          {(data) => <DomainList domains={data} autonomy={autonomy.data} />}
        </Answer>
      </Panel>
      <Tabs
        label={t("tabs.domains")}
        of={[
          {
            name: "intents",
            title: t("tab.intents", { count: count(intents.data?.length) }),
            shown: () => (
              <Answer of={intents} what={t("intents.what")}>
                {(data) => (
                  <Intents
                    intents={data}
                    reports={reports.data ?? []}
                    domains={(domains.data ?? []).map((each) => each.name)}
                  />
                )}
              </Answer>
            ),
          },
          {
            name: "switches",
            title: t("tab.switches", { count: count(switches.data?.length) }),
            shown: () => (
              <Answer of={switches} what={t("switches.what")}>
                {(data) => <Switches switches={data} />}
              </Answer>
            ),
          },
          {
            name: "actions",
            title: t("tab.actions"),
            shown: () => (
              <Answer of={autonomy} what={t("actions.what")}>
                {(data) => <Actions autonomy={data} />}
              </Answer>
            ),
          },
          {
            name: "promises",
            title: t("tab.promises", { count: count(promises.data?.length) }),
            shown: () => (
              <Answer of={promises} what={t("promises.what")}>
                {(data) => <Promises promises={data} />}
              </Answer>
            ),
          },
        ]}
      />
    </div>
  );
}

const COLUMNS = [
  ...["name", "title", "technology", "loop", "autonomy", "level", "handling", "intents"],
  ...["stand_ins", "troubles", "reasons"],
];

function cells(each: DomainState, autonomy: AutonomyPage | undefined) {
  const held = autonomy?.domains.find((one) => one.name === each.name) ?? each;
  return [
    ...[each.name, each.title, each.technology, each.loop, held.autonomy, held.level, each.handling],
    each.intents.length,
    each.stand_ins.map((one) => `${one.element} by ${one.by}`).join("; "),
    ...[each.troubles.join("; "), each.reasons.join("; ")],
  ];
}

function lead(domains: DomainState[], autonomy: AutonomyPage): string {
  const of = (loop: DomainState["loop"]) => domains.filter((each) => each.loop === loop).length;
  return t("domains.lead", {
    count: domains.length,
    well: of("observing"),
    healing: of("healing"),
    helped: of("helped"),
    failing: of("failing"),
    most: autonomy.most,
    level: AUTONOMY.indexOf(autonomy.most) + 1,
  });
}

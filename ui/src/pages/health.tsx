import type { ReactNode } from "react";
import { count } from "@/lib/format";
import { lasting } from "@/lib/time";
import { speak, t } from "@/lib/words";
import { Annotate } from "@/parts/annotate";
import { Exports } from "@/parts/exports";
import { PageTitle, Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";
import { Tabs } from "@/parts/tabs";
import { words } from "@/words/health";
import { useCollection, useFaults, useMetrics, useParts, usePeers, useRejections, useSources } from "./health/asked";
import { AuditPart, KeysPart } from "./health/audit";
import { CollectionPart } from "./health/collection";
import { Faults, Rejections } from "./health/data";
import { Parts } from "./health/parts";
import { MetricsPart, PeersPart } from "./health/rim";
import { Sources } from "./health/sources";
import type { PartsPage } from "./health/types";

speak(words);

export default function Page() {
  const [parts, sources] = [useParts(), useSources()];
  const [rejections, faults] = [useRejections(), useFaults()];
  const open = faults.data?.filter((each) => each.state === "open").length;
  const rejected = rejections.data?.reduce((sum, each) => sum + each.rows, 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <PageTitle
        title={t("health.title")}
        lead={parts.data ? lead(parts.data) : undefined}
        aside={<Annotate />}
      />
      <Panel
        title={t("health.parts")}
        aside={
          <Exports
            title={t("health.parts")}
            columns={["part", "health", "says", "figure", "value", "unit"]}
            rows={() =>
              (parts.data?.items ?? []).flatMap((part) =>
                (part.figures.length ? part.figures : [{ name: "", value: "", unit: "" }]).map((each) => [
                  ...[part.name, part.health, part.says, each.name, each.value, each.unit],
                ]),
              )
            }
          />
        }
      >
        <Answer of={parts} what={t("health.parts.what")} height={260}>
          {({ items }) => <Parts parts={items} />}
        </Answer>
      </Panel>
      <Tabs
        label={t("health.tabs")}
        of={[
          {
            name: "sources",
            title: t("tab.sources", { count: count(sources.data?.length) }),
            shown: () => (
              <Answer of={sources} what={t("sources.what")}>
                {(data) => <Sources sources={data} />}
              </Answer>
            ),
          },
          {
            name: "rejections",
            title: t("tab.rejections", { count: count(rejected) }),
            shown: () => (
              <Answer of={rejections} what={t("rejections.what")}>
                {(data) => <Rejections rejections={data} />}
              </Answer>
            ),
          },
          {
            name: "faults",
            title: t("tab.faults", { count: count(open) }),
            shown: () => (
              <Answer of={faults} what={t("faults.what")}>
                {(data) => <Faults faults={data} />}
              </Answer>
            ),
          },
          { name: "collection", title: t("tab.collection"), shown: () => <Collected /> },
          { name: "peers", title: t("tab.peers"), shown: () => <Peers /> },
          { name: "metrics", title: t("tab.metrics"), shown: () => <Measured /> },
          { name: "audit", title: t("tab.audit"), shown: () => <AuditPart /> },
          { name: "keys", title: t("tab.keys"), shown: () => <KeysPart /> },
        ]}
      />
    </div>
  );
}

function Collected(): ReactNode {
  return (
    <Answer of={useCollection()} what={t("collection.what")}>
      {(data) => <CollectionPart of={data} />}
    </Answer>
  );
}

function Peers(): ReactNode {
  return (
    <Answer of={usePeers()} what={t("peers.what")}>
      {(data) => <PeersPart peers={data} />}
    </Answer>
  );
}

function Measured(): ReactNode {
  return (
    <Answer of={useMetrics()} what={t("metrics.what")}>
      {(data) => <MetricsPart metrics={data} />}
    </Answer>
  );
}

function lead(data: PartsPage): string {
  const ill = data.items.filter((each) => each.health === "warns" || each.health === "down");
  const values = {
    count: data.items.length,
    release: data.release,
    up: lasting(Date.parse(data.now) - Date.parse(data.started)),
  };
  if (!ill.length) return t("health.lead.well", values);
  return t("health.lead.ill", {
    ...values,
    ill: ill.length,
    named: ill.map((each) => `${each.name} ${each.says}`).join("; "),
  });
}

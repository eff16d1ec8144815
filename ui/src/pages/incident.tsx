import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { type Key, useKeys } from "@/frame/keys";
import { useMe } from "@/lib/me";
import { iso } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { approve, DoThis, Facts, leading, Plans } from "@/pages/incident/action";
import { IncidentLink, PeopleAndMerged, SimilarPast, WorksNear } from "@/pages/incident/beside";
import { What, Who, Why } from "@/pages/incident/boxes";
import { ms, useIncident, type Whole } from "@/pages/incident/data";
import { Evidence } from "@/pages/incident/evidence";
import { Forecast } from "@/pages/incident/forecast";
import { TopologyPath } from "@/pages/incident/path";
import { summary } from "@/pages/incident/summary";
import { Timeline } from "@/pages/incident/timeline";
import { WhoIsHit } from "@/pages/incident/who";
import { useIncidents } from "@/pages/incidents/data";
import { type About, acknowledge, assign, merge, move, note, release, split } from "@/pages/incidents/deeds";
import { type Deed, Do } from "@/pages/incidents/do";
import { Button } from "@/parts/button";
import { PageTitle, Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";
import { words as own } from "@/words/incident";
import { words as shared } from "@/words/incidents";

speak({ ...shared, ...own });

export default function Page() {
  const { incident = "" } = useParams({ strict: false }) as { incident?: string };
  return (
    <Answer of={useIncident(incident)} what={t("one.what")} height={600}>
      {(of) => <Shown of={of} />}
    </Answer>
  );
}

function Shown(props: { of: Whole }) {
  const { of } = props;
  const view = useView();
  const [deed, setDeed] = useState<Deed | null>(null);
  const { problem, work } = of;
  const about = useMemo<About>(
    () => ({
      id: problem.id,
      status: problem.status,
      owner: work.owner,
      ack1: work.first?.who ?? "",
      ack2: work.second?.who ?? "",
    }),
    [problem, work],
  );
  const plan = leading(of.plans);
  const keys = useMemo<Key[]>(
    () => [
      { keys: "a", does: t("inc.key.ack"), run: () => setDeed(acknowledge(about)) },
      { keys: "r", does: t("inc.key.state"), run: () => setDeed(move(about, of.may_become)) },
      { keys: "n", does: t("do.note"), run: () => setDeed(note(about.id)) },
      { keys: "y", does: t("act.approve.go"), run: () => plan?.waits && setDeed(approve(plan)) },
    ],
    [about, of.may_become, plan],
  );
  useKeys(keys);
  return (
    <div className="grid gap-3">
      <PageTitle
        title={problem.name}
        lead={
          <>
            <Link
              to={"/incidents" as never}
              search={context(view) as never}
              className="inline-block min-h-6 text-accent underline"
            >
              {t("one.all")}
            </Link>{" "}
            / {problem.id}
            {work.merged_into || problem.merged_into ? (
              <>
                {" "}
                / {t("one.partof")} <IncidentLink id={work.merged_into || problem.merged_into} />
              </>
            ) : null}
          </>
        }
        aside={<Work of={of} about={about} say={setDeed} />}
      />
      {of.automation.is_stopped ? (
        <p role="status" className="border-l-4 border-alarm px-3 py-1 text-alarm">
          ■ {t("one.stopped", { who: of.automation.who, why: of.automation.why })}
        </p>
      ) : null}
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-4">
        <What of={of} />
        <Why of={of} />
        <Who of={of} />
        <DoThis of={of} say={setDeed} />
      </div>
      <Timeline of={of} />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <div className="grid min-w-0 gap-3">
          <Forecast of={of} />
          <Evidence id={problem.id} />
          <WhoIsHit of={of} />
        </div>
        <div className="grid min-w-0 gap-3">
          <Panel title={plan?.chosen ? `${t("one.box.do")}: ${plan.id}` : t("one.box.do")}>
            <div className="grid gap-2 p-3">
              {plan ? <Facts plan={plan} /> : t("one.none")}
              <Plans plans={of.plans} />
            </div>
          </Panel>
          <TopologyPath of={of} />
          <PeopleAndMerged of={of} say={setDeed} />
          <SimilarPast of={of} />
          <WorksNear of={of} />
        </div>
      </div>
      {deed ? <Do deed={deed} onDone={() => setDeed(null)} /> : null}
    </div>
  );
}

function Work(props: { of: Whole; about: About; say: (deed: Deed) => void }) {
  const { of, about, say } = props;
  const me = useMe().data?.name ?? "";
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(summary(of));
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <>
      {([1, 2] as const).map((line) => {
        const who = line === 1 ? about.ack1 : about.ack2;
        return (
          <Button key={line} onClick={() => say(who ? release(about, line) : acknowledge(about))}>
            {who ? `✓ ${t("one.ack", { line, who })}` : t("one.noack", { line })}
          </Button>
        );
      })}
      <Button onClick={() => say(assign(about, me))}>
        {t("one.owner", { who: about.owner || t("inc.owner.nobody") })}
      </Button>
      <Button onClick={() => say(move(about, of.may_become))} disabled={!of.may_become.length}>
        {t("do.state")}
      </Button>
      <Button onClick={() => say(note(about.id, iso(Math.round(ms(of.now_ns) / 1e3) * 1e3)))}>
        {t("do.note")}
      </Button>
      <Merging of={of} about={about} say={say} />
      <Button onClick={() => void copy()}>{t(isCopied ? "one.copied" : "one.copy")}</Button>
    </>
  );
}

/** Into which other incident it may be merged: the worst first. */
function Merging(props: { of: Whole; about: About; say: (deed: Deed) => void }) {
  const { of, about, say } = props;
  const { data } = useIncidents();
  if (of.work.merged_into) {
    return <Button onClick={() => say(split(about.id))}>{t("do.split")}</Button>;
  }
  const others = (data?.all ?? [])
    .filter((each) => each.id !== about.id && !each.merged_into)
    .slice(0, 200)
    .map((each): [string, string] => [each.id, `${each.id}: ${each.title}`]);
  return (
    <Button disabled={!others.length} onClick={() => say(merge(about, others))}>
      {t("do.merge")}
    </Button>
  );
}

import { useState } from "react";
import { count } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { useChange, useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { MONTH, type Use, useUses } from "@/pages/subject/data";
import { OneUse } from "@/pages/subject/one-use";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { Table } from "@/parts/table";
import { Wide } from "@/parts/wide";

/** The uses one by one: the latest, or those of the time range; each opens to what spoilt it. */
export function UseList(props: { subject: string }) {
  const [view, span, change] = [useView(), useSpan(), useChange()];
  const [opened, setOpened] = useState<Use | null>(null);
  const isRange = view.uses === "range";
  const isPoor = view.poor === "1";
  const asked = useUses(props.subject, {
    ...(isRange ? { since: span.since, until: span.until, limit: 500 } : MONTH),
    service: view.svc,
  });
  const all = asked.data?.latest ?? [];
  const shown = isPoor ? all.filter((each) => each.is_poor) : all;
  const total = isPoor ? asked.data?.poor_uses : asked.data?.uses;
  return (
    <Panel
      title={t("uses.title")}
      aside={
        <>
          <Toggle is={!isRange} name="uses.last" onClick={() => change({ uses: undefined })} />
          <Toggle is={isRange} name="uses.range" onClick={() => change({ uses: "range" })} />
          <Toggle is={isPoor} name="uses.poor" onClick={() => change({ poor: isPoor ? undefined : "1" })} />
          <Exports
            title={`${t("uses.title")} ${asked.data?.masked ?? ""}`}
            columns={["time", "service", "mos", "poor", "seconds", "spoilt by", "cell", "device"]}
            rows={() =>
              shown.map((use) => [
                use.at,
                use.service,
                use.mos,
                use.is_poor ? 1 : 0,
                use.duration_s,
                Object.keys(use.lost)[0],
                use.path.cell,
                use.path.device_model,
              ])
            }
          />
        </>
      }
    >
      <Answer
        of={asked}
        what={t("uses.title")}
        height={260}
        empty={{
          is: () => !shown.length,
          shown: <Empty title={t("uses.none")} hint={t("uses.none.hint")} />,
        }}
      >
        {() => (
          <>
            <Wide label={t("uses.title")}>
            <Table
              label={t("uses.title")}
              height={320}
              rows={shown}
              keyOf={(use) => use.at + use.service + use.mos}
              onOpen={setOpened}
              columns={[
                {
                  name: "at",
                  head: t("col.time"),
                  width: "8.5rem",
                  shown: (use) => (
                    <Button look="bare" className="-ml-2 text-accent underline" onClick={() => setOpened(use)}>
                      {moment(Date.parse(use.at), view.tz)}
                    </Button>
                  ),
                },
                { name: "service", head: t("col.service"), shown: (use) => use.service.replaceAll("_", " ") },
                { name: "mos", head: t("col.mos"), width: "5rem", shown: (use) => <Grade value={use.mos} /> },
                { name: "cause", head: t("col.cause"), shown: (use) => spoilt(use) },
                { name: "cell", head: t("col.cell"), shown: (use) => use.path.cell ?? "–" },
                {
                  name: "length",
                  head: t("col.length"),
                  width: "4.5rem",
                  right: true,
                  shown: (use) => (use.duration_s === null ? "–" : lasting(use.duration_s * 1e3)),
                },
              ]}
            />
            </Wide>
            <p className="px-3 py-1.5 text-soft">
              {t("uses.cap", { shown: count(shown.length), count: count(total) })}
            </p>
          </>
        )}
      </Answer>
      {opened ? <OneUse use={opened} onClose={() => setOpened(null)} /> : null}
    </Panel>
  );
}

function Toggle(props: { is: boolean; name: string; onClick: () => void }) {
  return (
    <Button aria-pressed={props.is} className={props.is ? "border-accent" : ""} onClick={props.onClick}>
      {t(props.name)}
    </Button>
  );
}

/** Name the domain that cost a poor use most; a good use was spoilt by nothing. */
function spoilt(use: Use): string {
  const first = Object.entries(use.lost)[0];
  return use.is_poor && first ? `${first[0]} −${first[1].toFixed(2)}` : "–";
}


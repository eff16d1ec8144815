/** Members of a dimension: who has too many poor uses, or how each cohort fares. */

import { ShareBar } from "@/charts/bars";
import { count, percent } from "@/lib/format";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Member, type MemberList, pathOf, useAsked, useServices } from "@/pages/service/ask";
import { Delta } from "@/pages/service/delta";
import { Narrow } from "@/pages/service/narrow";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";

const FILE = [
  "member", "uses", "poor", "mos", "poor_share", "poor_share_low", "excess_poor", "share_of_poor",
  "uses_before", "mos_before", "poor_share_before",
];

export function Members(props: {
  service: string;
  dimension: string;
  title: string;
  order: "excess" | "uses";
  isSmall?: boolean;
  aside?: React.ReactNode;
}) {
  const { service, dimension, order, isSmall = false } = props;
  const params = { ...useAsked(), dimension, order, limit: isSmall ? 50 : 200 };
  const path = pathOf(service, "/members");
  const asked = useServices<MemberList>(path, params);
  const [view, change] = [useView(), useChange()];
  const open = (each: Member) => change({ drill: `${dimension}:${each.member}` });
  const explained = (data: MemberList) => ({
    title: props.title,
    value: t("members.count", { shown: data.items.length, count: data.count }),
    formula: t("members.formula"),
    rows: t("fact.rows", { uses: count(data.uses), unscored: "–" }),
    path: `services${path}`,
    params,
  });
  return (
    <Panel
      title={props.title}
      aside={
        <>
          {props.aside}
          {asked.data ? (
            <>
              <span className="text-soft">
                {t("members.count", { shown: asked.data.items.length, count: asked.data.count })}
              </span>
              <Explain of={() => explained(asked.data as MemberList)} />
              <Exports title={props.title} columns={FILE} rows={() => (asked.data?.items ?? []).map(inFile)} />
            </>
          ) : null}
        </>
      }
    >
      <Answer
        of={asked}
        what={t("members.what")}
        height={isSmall ? 200 : 330}
        empty={{ is: (data) => !data.items.length, shown: <Empty title={t("members.none")} /> }}
      >
        {(data) => (
          <div className="overflow-x-auto">
            <div style={{ minWidth: isSmall ? 320 : 900 }}>
              <Table
                label={props.title}
                columns={isSmall ? few(dimension, open) : many(dimension, open)}
                rows={data.items}
                keyOf={(each) => each.member}
                height={isSmall ? 200 : 330}
                selected={view.dim === dimension ? view.member : undefined}
                onOpen={open}
              />
            </div>
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function few(dimension: string, open: (each: Member) => void): Column<Member>[] {
  return [
    member(dimension),
    { name: "uses", head: t("members.col.uses"), width: "3.8rem", right: true, shown: (each) => count(each.uses) },
    { name: "mos", head: t("members.col.mos"), width: "4.6rem", shown: (each) => <Grade value={each.mos} /> },
    { name: "poor", head: t("members.col.poor"), width: "5.4rem", right: true, shown: (each) => percent(each.poor_share) },
    drill(open),
  ];
}

function many(dimension: string, open: (each: Member) => void): Column<Member>[] {
  return [
    member(dimension),
    { name: "uses", head: t("members.col.uses"), width: "5rem", right: true, shown: (each) => count(each.uses) },
    { name: "mos", head: t("members.col.mos"), width: "5rem", shown: (each) => <Grade value={each.mos} /> },
    { name: "dmos", head: t("members.col.mos_change"), width: "4.5rem", right: true, shown: (each) => <Delta now={each.mos} before={each.before?.mos} of="mos" /> },
    { name: "poor", head: t("members.col.poor"), width: "5.8rem", right: true, shown: (each) => percent(each.poor_share) },
    { name: "dpoor", head: t("members.col.poor_change"), width: "6rem", right: true, shown: (each) => <Delta now={each.poor_share} before={each.before?.poor_share} of="poor" /> },
    { name: "excess", head: t("members.col.excess"), width: "10rem", right: true, shown: (each) => count(each.excess_poor) },
    { name: "share", head: t("members.col.share"), width: "5.8rem", right: true, shown: (each) => percent(each.share_of_poor) },
    { name: "bar", head: "", width: "minmax(3rem,0.6fr)", shown: (each) => <ShareBar share={each.share_of_poor} colour="warn" /> },
    drill(open),
  ];
}

function member(dimension: string): Column<Member> {
  return {
    name: "member",
    head: t("members.col.member"),
    width: "minmax(4.5rem,1.4fr)",
    shown: (each) => <Narrow dimension={dimension} member={each.member} />,
  };
}

function drill(open: (each: Member) => void): Column<Member> {
  return {
    name: "drill",
    head: "",
    width: "3rem",
    right: true,
    shown: (each) => (
      <Button
        look="bare"
        className="px-1 text-accent"
        aria-label={t("members.uses.label", { member: each.member })}
        onClick={() => open(each)}
      >
        {t("members.uses")}
      </Button>
    ),
  };
}

function inFile(each: Member) {
  const { before } = each;
  return [
    each.member, each.uses, each.poor, each.mos, each.poor_share, each.poor_share_low, each.excess_poor,
    each.share_of_poor, before?.uses ?? null, before?.mos ?? null, before?.poor_share ?? null,
  ];
}

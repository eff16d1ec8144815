import { count, mos, percent } from "@/lib/format";
import { lasting } from "@/lib/time";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Exports } from "@/parts/exports";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { type Tile, type Tiles, useAsked } from "@/pages/overview/asked";
import { changeText, ServiceTile } from "@/pages/overview/tile";

const TILE_PX = 118;

/** All services side by side, the one with the most poor uses first. */
export function ServiceTiles() {
  const { query, params } = useAsked<Tiles>("overview/services");
  const [view, change] = [useView(), useChange()];
  const isTable = view.tiles === "table";
  const back = query.data?.earlier_by_s;
  const earlier = back
    ? t("ov.tiles.earlier", { span: lasting(back * 1e3) })
    : t("ov.tiles.earlier.none");
  return (
    <Panel
      title={t("ov.tiles.title")}
      aside={
        <>
          <span className="text-soft">
            <span aria-hidden className="mr-1 inline-block h-1 w-3 bg-alarm align-middle" />
            {t("ov.tiles.ribbon")} · {earlier}
          </span>
          <Button onClick={() => change({ tiles: isTable ? undefined : "table" }, true)}>
            {isTable ? t("chart.view") : t("table.view")}
          </Button>
          <Exports
            title={t("ov.tiles.title")}
            columns={COLUMNS.map((each) => t(each))}
            rows={() => (query.data?.items ?? []).map(cells)}
          />
        </>
      }
    >
      <div className="p-2" style={{ minHeight: TILE_PX + 16 }}>
        <Answer
          of={query}
          what={t("ov.tiles.what")}
          height={TILE_PX}
          empty={{
            is: (told) => !told.items.length,
            shown: <Empty title={t("ov.tiles.none")} hint={t("ov.tiles.none.hint")} />,
          }}
        >
          {(told) =>
            isTable ? (
              <Table label={t("ov.tiles.title")} columns={columns()} rows={told.items} keyOf={keyOf} />
            ) : (
              <ul className="grid grid-cols-[repeat(auto-fill,minmax(12.4rem,1fr))] gap-2">
                {told.items.map((tile) => (
                  <ServiceTile key={tile.service} tile={tile} of={told} params={params} />
                ))}
              </ul>
            )
          }
        </Answer>
      </div>
    </Panel>
  );
}

/** Give the least value of the course, null where nobody used the service. */
function lowest(tile: Tile): number | null {
  const known = tile.mos.filter((each): each is number => each !== null);
  return known.length ? Math.min(...known) : null;
}

const keyOf = (tile: Tile) => tile.service;

const COLUMNS = [
  "ov.col.service",
  "ov.col.mos",
  "ov.col.mos.before",
  "ov.col.low",
  "ov.col.good",
  "ov.col.subjects",
  "ov.col.uses",
  "ov.col.poor",
  "ov.col.declines",
];

function cells(tile: Tile) {
  return [
    tile.service,
    tile.now.mos_mean,
    tile.before?.mos_mean,
    lowest(tile),
    tile.good_share,
    tile.subjects,
    tile.now.uses,
    tile.now.poor_share,
    tile.declines.length,
  ];
}

function columns(): Column<Tile>[] {
  const right = true;
  return [
    { name: "service", head: t("ov.col.service"), shown: (tile) => tile.title, width: "minmax(0,2fr)" },
    { name: "mos", head: t("ov.col.mos"), shown: (tile) => <Grade value={tile.now.mos_mean} /> },
    { name: "before", head: t("ov.col.mos.before"), shown: (tile) => mos(tile.before?.mos_mean), right },
    { name: "low", head: t("ov.col.low"), shown: (tile) => mos(lowest(tile)), right },
    { name: "change", head: t("ov.col.change"), shown: (tile) => changeText(tile), right },
    { name: "good", head: t("ov.col.good"), shown: (tile) => percent(tile.good_share), right },
    { name: "subjects", head: t("ov.col.subjects"), shown: (tile) => count(tile.subjects), right },
    { name: "uses", head: t("ov.col.uses"), shown: (tile) => count(tile.now.uses), right },
    { name: "poor", head: t("ov.col.poor"), shown: (tile) => percent(tile.now.poor_share), right },
    { name: "declines", head: t("ov.col.declines"), shown: (tile) => tile.declines.length, right },
  ];
}

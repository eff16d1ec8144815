import { Link } from "@tanstack/react-router";
import { bandsOf, Spark } from "@/charts/spark";
import type { Params } from "@/lib/api";
import { compact, count, mos, NONE, percent } from "@/lib/format";
import { hour, moment } from "@/lib/time";
import { context, useView, type View } from "@/lib/view";
import { t } from "@/lib/words";
import { Explain, type Explained } from "@/parts/explain";
import { Grade } from "@/parts/grade";
import type { Tile, Tiles } from "@/pages/overview/asked";

const SAME = 0.005; // MOS that is shown as no change

/** One service: its score and change, who fares well, its course; all of it leads to its page. */
export function ServiceTile(props: { tile: Tile; of: Tiles; params: Params }) {
  const { tile, of, params } = props;
  const view = useView();
  const bands = bandsOf(tile.declines, of.since_s, of.until_s);
  return (
    <li className="relative grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-0.5 rounded border bg-page px-2 py-1.5 hover:border-accent">
      <div className="flex items-center justify-between gap-1">
        <Link
          to={"/services/$service" as never}
          params={{ service: tile.service } as never}
          search={context(view, { svc: tile.service }) as never}
          title={tile.title}
          className="min-h-6 min-w-0 truncate font-semibold after:absolute after:inset-0"
        >
          {tile.title}
        </Link>
        <span className="relative z-10 -my-1 -mr-1">
          <Explain of={() => explained(tile, of, params)} />
        </span>
      </div>
      <div className="flex items-baseline justify-between gap-1">
        <Grade value={tile.now.mos_mean} />
        <Changed tile={tile} />
      </div>
      <Spark
        values={tile.mos}
        label={sparkText(tile, of, view, bands.length)}
        bands={bands}
        low={3}
        high={4.6}
      />
      <p className="truncate text-soft">
        {t("ov.tiles.of", {
          good: percent(tile.good_share),
          n: compact(tile.subjects),
          kind: t(`ov.tiles.kind.${tile.subject_kind}`),
        })}
      </p>
      <p className="truncate text-soft">
        {t("ov.tiles.uses", { n: compact(tile.now.uses), share: percent(tile.now.poor_share) })}
      </p>
    </li>
  );
}

function changeOf(tile: Tile): number | null {
  const [now, before] = [tile.now.mos_mean, tile.before?.mos_mean];
  return now === null || before === null || before === undefined ? null : now - before;
}

export function changeText(tile: Tile): string {
  const by = changeOf(tile);
  if (by === null) return NONE;
  return Math.abs(by) < SAME ? t("ov.tiles.same") : `${by > 0 ? "+" : "−"}${mos(Math.abs(by))}`;
}

function Changed({ tile }: { tile: Tile }) {
  const by = changeOf(tile);
  if (by === null) return <span className="text-soft">{NONE}</span>;
  if (Math.abs(by) < SAME) return <span className="text-soft">{t("ov.tiles.same")}</span>;
  const isUp = by > 0;
  return (
    <span className={isUp ? "text-fine" : "text-alarm"}>
      <span aria-hidden>{isUp ? "▲" : "▼"} </span>
      <span className="sr-only">{t(isUp ? "ov.tiles.up" : "ov.tiles.down", { by: "" })}</span>
      {mos(Math.abs(by))}
    </span>
  );
}

function sparkText(tile: Tile, of: Tiles, view: View, declines: number): string {
  const known = tile.mos.filter((each): each is number => each !== null);
  if (!known.length) return t("ov.tiles.spark.none", { service: tile.title });
  const isLong = of.until_s - of.since_s > 86_400;
  const told = (s: number) => (isLong ? moment : hour)(s * 1e3, view.tz);
  const course = t("ov.tiles.spark", {
    service: tile.title,
    from: told(of.since_s),
    to: told(of.until_s),
    first: mos(known[0]),
    last: mos(known.at(-1)),
    low: mos(Math.min(...known)),
  });
  return declines ? `${course} ${t("ov.tiles.spark.declines", { n: declines })}` : course;
}

function explained(tile: Tile, of: Tiles, params: Params): Explained {
  const rows = t("ov.tiles.rows", {
    uses: count(tile.now.uses),
    poor: count(tile.now.poor_uses),
    good: count(tile.good_subjects),
    subjects: count(tile.subjects),
  });
  const before = tile.before
    ? t("ov.tiles.before", { mos: mos(tile.before.mos_mean), uses: count(tile.before.uses) })
    : t("ov.tiles.earlier.none");
  return {
    title: tile.title,
    value: mos(tile.now.mos_mean),
    formula: t("ov.tiles.formula", { mos: of.good_mos }),
    rows: `${rows}\n${before}`,
    path: "overview/services",
    params: { ...params, service: tile.service },
  };
}

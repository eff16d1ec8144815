import { useCallback } from "react";
import { type About, type Cell, saveCsv, savePng } from "@/lib/export";
import { useAsOf } from "@/lib/freshness";
import { useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

export function useAbout(title: string): About {
  const [view, span, asOf] = [useView(), useSpan(), useAsOf()];
  return { title, view, span, asOf };
}

/** Buttons that save what a panel shows: its rows, and its drawing where it has one. */
export function Exports(props: {
  title: string;
  columns: string[];
  rows: () => Cell[][];
  drawing?: () => HTMLCanvasElement | SVGSVGElement | null | undefined;
}) {
  const about = useAbout(props.title);
  const { drawing } = props;
  const png = useCallback(() => {
    const found = drawing?.();
    if (found) void savePng(about, found);
  }, [about, drawing]);
  return (
    <>
      <Button
        aria-label={`${t("export.csv")}: ${props.title}`}
        onClick={() => saveCsv(about, props.columns, props.rows())}
      >
        {t("export.csv")}
      </Button>
      {drawing ? (
        <Button aria-label={`${t("export.png")}: ${props.title}`} onClick={png}>
          {t("export.png")}
        </Button>
      ) : null}
    </>
  );
}

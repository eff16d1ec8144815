import { count, gradeOf } from "@/lib/format";
import { t } from "@/lib/words";
import type { Counts } from "@/pages/overview/map/cells";

const MOS_OF = [4.5, 3.7, 3, 2.2, 1.2]; // one score of each grade, the best first

/** What the marks mean, with how many there are of each. */
export function Legend({ counts }: { counts: Counts }) {
  return (
    <ul
      aria-label={t("ov.map.legend")}
      className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5 border-t px-3 py-1 text-soft"
    >
      {MOS_OF.map((mos) => {
        const grade = gradeOf(mos);
        if (!grade) return null;
        return (
          <li key={grade.at} className="inline-flex items-center gap-1">
            <span
              aria-hidden
              className="inline-block rounded-full border"
              style={{
                background: `var(--grade-${grade.at})`,
                width: 17 - grade.at * 1.5,
                height: 17 - grade.at * 1.5,
              }}
            />
            {grade.letter} {grade.word} <span className="text-ink">{count(counts.grades[grade.at])}</span>
          </li>
        );
      })}
      <li className="inline-flex items-center gap-1">
        <span aria-hidden className="inline-block size-2 rounded-full border border-soft" />
        {t("ov.map.unused")} <span className="text-ink">{count(counts.grades[0])}</span>
      </li>
      <li className="inline-flex items-center gap-1">
        <span aria-hidden className="inline-block size-3 rounded-full border-2 border-alarm" />
        {t("ov.map.degraded")} <span className="text-ink">{count(counts.degraded)}</span>
      </li>
    </ul>
  );
}

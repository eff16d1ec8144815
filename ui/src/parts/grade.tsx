import { gradeOf, mos } from "@/lib/format";

/** A score with its grade as colour, letter and word: never by colour alone (WCAG 1.4.1). */
export function Grade(props: { value: number | null | undefined; word?: boolean }) {
  const grade = gradeOf(props.value);
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <span
        aria-hidden
        className="inline-block size-3 rounded-sm border"
        style={{ background: grade ? `var(--grade-${grade.at})` : "transparent" }}
      />
      <span>{mos(props.value)}</span>
      {grade ? (
        <span className="text-soft">
          {grade.letter}
          {props.word ? ` ${grade.word}` : ""}
        </span>
      ) : null}
    </span>
  );
}

import { t } from "@/lib/words";

/** A level of autonomy: its number and the word of TM Forum for it. */
export function Level(props: { level: number; short?: boolean }) {
  const word = t(`level.${props.level}`);
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={t("level.title", { level: props.level, word })}>
      <span aria-hidden className="inline-flex gap-0.5">
        {[1, 2, 3, 4].map((each) => (
          <span
            key={each}
            className={`inline-block h-3 w-1.5 rounded-sm border ${each <= props.level ? "border-accent bg-accent" : ""}`}
          />
        ))}
      </span>
      {props.short ? (
        <>
          {props.level}
          <span className="sr-only"> {word}</span>
        </>
      ) : (
        t("level.short", { level: props.level, word })
      )}
    </span>
  );
}

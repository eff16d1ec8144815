import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Part } from "./types";
import { shown } from "./units";

const MARKS = {
  well: { mark: "✓", look: "text-fine" },
  warns: { mark: "⚠", look: "text-warn" },
  down: { mark: "✕", look: "text-alarm" },
  off: { mark: "■", look: "text-soft" },
} as const;

/** The parts of the process, each with how it is in a word and its numbers. */
export function Parts(props: { parts: Part[] }) {
  const { tz } = useView();
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(17rem,100%),1fr))] overflow-hidden rounded-b-lg">
      {props.parts.map((part) => {
        const { mark, look } = MARKS[part.health];
        return (
          <li key={part.name} data-part={part.name} data-health={part.health} className="-mb-px -mr-px min-w-0 border-b border-r px-3 py-2">
            <p className="flex items-baseline justify-between gap-2">
              <span className="font-semibold capitalize">{part.name}</span>
              <span className={`whitespace-nowrap ${look}`}>
                <span aria-hidden>{mark}</span> {t(`health.is.${part.health}`)}
              </span>
            </p>
            <p className="break-words text-soft">{part.says}</p>
            <dl className="mt-1 grid grid-cols-[1fr_auto] gap-x-3">
              {part.figures.map((each) => (
                <div key={each.name} className="contents">
                  <dt className="truncate text-soft">{each.name}</dt>
                  <dd className="text-right">{shown(each, tz)}</dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

import type { ReactNode } from "react";

/** Named numbers side by side: the number large, what it is above it. */
export function Facts(props: { of: { name: string; value: ReactNode; more?: ReactNode; explain?: ReactNode }[] }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-px overflow-hidden rounded border bg-line">
      {props.of.map((each) => (
        <div key={each.name} className="min-w-0 bg-panel px-3 py-2">
          <dt className="flex items-center justify-between gap-1 text-soft">
            <span className="min-w-0">{each.name}</span>
            {each.explain}
          </dt>
          <dd className="text-lg font-semibold leading-tight">{each.value}</dd>
          {each.more ? <dd className="text-soft">{each.more}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

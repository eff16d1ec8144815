import type { ReactNode } from "react";

/** A table that is wider than a narrow screen scrolls in itself; the page never does. */
export function Wide(props: { label: string; children: ReactNode }) {
  return (
    <section tabIndex={0} aria-label={props.label} className="overflow-x-auto">
      <div className="min-w-[36rem]">{props.children}</div>
    </section>
  );
}

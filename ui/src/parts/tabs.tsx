import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useChange, useView } from "@/lib/view";

/** Parts of a page of which one is seen; which one stands in the URL under `tab`. */
export function Tabs(props: {
  label: string;
  of: { name: string; title: ReactNode; shown: () => ReactNode }[];
}) {
  const [view, change] = [useView(), useChange()];
  const first = props.of[0]?.name ?? "";
  const here = props.of.some((each) => each.name === view.tab) ? (view.tab as string) : first;
  return (
    <Radix.Root
      value={here}
      onValueChange={(name) => change({ tab: name === first ? undefined : name })}
    >
      <Radix.List aria-label={props.label} className="flex flex-wrap gap-1 border-b">
        {props.of.map((each) => (
          <Radix.Trigger
            key={each.name}
            value={each.name}
            className="-mb-px min-h-8 border-b-2 border-transparent px-3 text-soft hover:text-ink data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-ink"
          >
            {each.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {props.of.map((each) => (
        <Radix.Content key={each.name} value={each.name} className="pt-3 outline-none">
          {each.name === here ? each.shown() : null}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

import { useChange, useView } from "@/lib/view";
import { Button } from "@/parts/button";

const CHIPS = ["svc", "segment", "slice"] as const;

/** What the page is narrowed to, one chip each; a click takes it off. */
export function Scope() {
  const [view, change] = [useView(), useChange()];
  const chips = CHIPS.filter((name) => view[name]).map((name) => ({
    text: `${name === "svc" ? "service" : name}: ${view[name]}`,
    off: () => change({ [name]: undefined }),
  }));
  if (view.dim && view.member) {
    chips.push({
      text: `${view.dim.replaceAll("_", " ")}: ${view.member}`,
      off: () => change({ dim: undefined, member: undefined }),
    });
  }
  return chips.map((each) => (
    <Button key={each.text} onClick={each.off} aria-label={`${each.text} ✕`}>
      {each.text} <span aria-hidden>✕</span>
    </Button>
  ));
}

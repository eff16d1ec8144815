import type { ComponentProps } from "react";

const LOOK = {
  plain: "border bg-raised text-ink hover:border-accent",
  main: "border border-transparent bg-accent text-on-accent hover:opacity-90",
  alarm: "border border-alarm bg-panel text-alarm hover:bg-raised",
  bare: "border border-transparent text-ink hover:bg-raised",
} as const;

/** A button of ours; at least 24 by 24 pixels (WCAG 2.2, 2.5.8). */
export function Button(props: ComponentProps<"button"> & { look?: keyof typeof LOOK }) {
  const { look = "plain", className = "", ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex min-h-7 min-w-7 items-center justify-center gap-1 rounded px-2 py-0.5 ${LOOK[look]} ${className}`}
    />
  );
}

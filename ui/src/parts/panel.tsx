import { type ReactNode, useId } from "react";

/** A titled part of a page, with what can be done with it at the right. */
export function Panel(props: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`min-w-0 rounded-lg border bg-panel ${props.className ?? ""}`}
    >
      <header className="flex flex-wrap items-center justify-between gap-2 border-b px-3 py-2">
        <h2 id={id} className="text-base font-semibold">
          {props.title}
        </h2>
        {props.aside ? <div className="flex flex-wrap items-center gap-1">{props.aside}</div> : null}
      </header>
      {props.children}
    </section>
  );
}

/** The first heading of a page and its one line of lead. */
export function PageTitle(props: { title: string; lead?: ReactNode; aside?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0 flex-1 basis-64">
        <h1 className="text-xl font-semibold">{props.title}</h1>
        {props.lead ? <p className="text-soft">{props.lead}</p> : null}
      </div>
      {props.aside ? <div className="flex flex-wrap items-center gap-1">{props.aside}</div> : null}
    </header>
  );
}

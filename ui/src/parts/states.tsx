/** What stands where data will be: loading, empty, an error, no permission, a part only. */

import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "@/lib/api";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

const SLOW_MS = 10_000;

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Show what was asked for, or why it cannot be; `what` names it in a sentence. */
export function Answer<T>(props: {
  of: Asked<T>;
  what: string;
  right?: string;
  empty?: { is: (data: T) => boolean; shown: ReactNode };
  height?: number;
  children: (data: T) => ReactNode;
}) {
  const { of, what, right = "read", empty, height = 120 } = props;
  if (of.data !== undefined) {
    if (empty?.is(of.data)) return <div data-state="empty">{empty.shown}</div>;
    return (
      <>
        {of.error ? <Partial why={(of.error as Error).message} /> : null}
        {props.children(of.data)}
      </>
    );
  }
  if (of.error) return <Failed error={of.error} what={what} right={right} again={of.refetch} />;
  return <Loading what={what} height={height} again={of.refetch} />;
}

export function Loading(props: { what: string; height: number; again: () => unknown }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div
      role="status"
      data-state={isSlow ? "slow" : "loading"}
      className="flex flex-col items-start justify-center gap-2 p-3 text-soft"
      style={{ minHeight: props.height }}
    >
      <span>{t("state.loading", { what: props.what })}</span>
      {isSlow ? (
        <>
          <span>{t("state.slow")}</span>
          <Button onClick={props.again}>{t("state.retry")}</Button>
        </>
      ) : null}
    </div>
  );
}

export function Failed(props: {
  error: unknown;
  what: string;
  right: string;
  again: () => unknown;
}) {
  const { error, what, right } = props;
  const isDenied = error instanceof ApiError && (error.status === 401 || error.status === 403);
  if (isDenied) {
    return (
      <div role="alert" data-state="denied" className="p-3">
        <p className="font-semibold">{t("state.denied", { what })}</p>
        <p className="text-soft">{t("state.denied.hint", { right })}</p>
      </div>
    );
  }
  const { message } = error as Error;
  return (
    <div role="alert" data-state="error" className="flex flex-col items-start gap-2 p-3">
      <p className="font-semibold text-alarm">{t("state.error", { what })}</p>
      <p className="text-soft">{message}</p>
      {error instanceof ApiError && error.hint ? <p className="text-soft">{error.hint}</p> : null}
      <Button onClick={props.again}>{t("state.retry")}</Button>
    </div>
  );
}

export function Partial(props: { why: string }) {
  return (
    <p role="status" data-state="partial" className="border-l-4 border-warn px-3 py-1 text-warn">
      {t("state.partial", { why: props.why })}
    </p>
  );
}

export function Empty(props: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1 p-3">
      <p className="font-semibold">{props.title}</p>
      {props.hint ? <p className="text-soft">{props.hint}</p> : null}
      {props.children}
    </div>
  );
}

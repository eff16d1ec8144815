/** Explain on a number: how it is worked out, on what rows, how sure it is, and how to ask again. */

import { useState } from "react";
import { address, type Params } from "@/lib/api";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";

export interface Explained {
  title: string;
  value: string;
  formula: string;
  rows: string; // what and how many it rests on
  confidence?: string;
  path?: string; // under api/v1, which gives the same number
  params?: Params;
  more?: { href: string; text: string }[];
}

export function Explain(props: { of: () => Explained }) {
  const [told, setTold] = useState<Explained | null>(null);
  return (
    <>
      <Button
        look="bare"
        className="text-soft"
        aria-label={t("explain")}
        title={t("explain")}
        onClick={() => setTold(props.of())}
      >
        ?
      </Button>
      {told ? (
        <Dialog open onOpenChange={() => setTold(null)} title={told.title} side>
          <p className="mb-3 text-2xl">{told.value}</p>
          <dl className="grid gap-3">
            <Told name={t("explain.formula")}>{told.formula}</Told>
            <Told name={t("explain.rows")}>{told.rows}</Told>
            {told.confidence ? <Told name={t("explain.confidence")}>{told.confidence}</Told> : null}
            {told.path ? (
              <Told name={t("explain.source")}>
                <a className="break-all text-accent underline" href={address(told.path, told.params)}>
                  {address(told.path, told.params)}
                </a>
              </Told>
            ) : null}
            {told.more?.map((each) => (
              <a key={each.href} className="text-accent underline" href={each.href}>
                {each.text}
              </a>
            ))}
          </dl>
        </Dialog>
      ) : null}
    </>
  );
}

function Told(props: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-soft">{props.name}</dt>
      <dd className="whitespace-pre-line">{props.children}</dd>
    </div>
  );
}

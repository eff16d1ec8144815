import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";

/** A dialog in the middle, or a sheet at the right; focus comes back to where it was. */
export function Dialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  lead?: string;
  side?: boolean;
  isWide?: boolean;
  children: ReactNode;
}) {
  const place = props.side
    ? "right-0 top-0 h-full w-[min(34rem,100vw)] border-l"
    : `left-1/2 top-[12vh] max-h-[76vh] -translate-x-1/2 rounded-lg border ${
        props.isWide ? "w-[min(70rem,94vw)]" : "w-[min(40rem,94vw)]"
      }`;
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Radix.Content
          className={`fixed z-50 flex flex-col overflow-auto bg-panel shadow-xl ${place}`}
          {...(props.lead ? {} : { "aria-describedby": undefined })}
        >
          <header className="flex items-center justify-between gap-2 border-b px-4 py-2">
            <div>
              <Radix.Title className="text-base font-semibold">{props.title}</Radix.Title>
              {props.lead ? (
                <Radix.Description className="text-soft">{props.lead}</Radix.Description>
              ) : null}
            </div>
            <Radix.Close asChild>
              <Button look="bare" aria-label={t("close")}>
                ✕
              </Button>
            </Radix.Close>
          </header>
          <div className="min-h-0 overflow-auto p-4">{props.children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

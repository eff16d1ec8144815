import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError } from "@/lib/api";
import { speak, t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { steer } from "@/words/steer";

speak(steer);

const LEAST = 3; // characters, as the API wants

/** Ask for a reason before something is done; what the server answers to it is shown. */
export function ReasonDialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  lead?: string;
  does: string;
  look?: "main" | "alarm";
  isReady?: boolean;
  run: (why: string) => Promise<unknown>;
  children?: ReactNode;
}) {
  const [why, setWhy] = useState("");
  const [wrong, setWrong] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isReady = why.trim().length >= LEAST && props.isReady !== false;
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    setBusy(true);
    try {
      await props.run(why.trim());
      setWhy("");
      setWrong("");
      props.onOpenChange(false);
    } catch (error) {
      const hint = error instanceof ApiError && error.hint ? ` ${error.hint}` : "";
      setWrong(t("reason.failed", { why: (error as Error).message + hint }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={props.title} lead={props.lead}>
      <form onSubmit={(event) => void go(event)} className="grid gap-3">
        {props.children}
        <label className="grid gap-1">
          <span className="text-soft">{t("reason.label")}</span>
          <textarea
            required
            rows={2}
            maxLength={500}
            value={why}
            onChange={(event) => setWhy(event.target.value)}
            className="rounded border bg-page px-2 py-1.5"
          />
          <span className="text-soft">{t("reason.short")}</span>
        </label>
        {wrong ? (
          <p role="alert" className="text-alarm">
            {wrong}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => props.onOpenChange(false)}>{t("cancel")}</Button>
          <Button type="submit" look={props.look ?? "main"} disabled={!isReady || isBusy}>
            {props.does}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

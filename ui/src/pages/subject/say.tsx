import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { send } from "@/lib/api";
import { useAsOf } from "@/lib/freshness";
import { useMay } from "@/lib/me";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Care } from "@/pages/subject/data";
import { mask } from "@/pages/subject/head";
import { summaryOf } from "@/pages/subject/verdict";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Panel } from "@/parts/panel";

/** What an agent says to the customer, and what is passed on. */
export function Say(props: { care: Care }) {
  const { care } = props;
  const [isCopied, setCopied] = useState(false);
  const { tz } = useView();
  const asOf = useAsOf();
  const copy = async () => {
    await navigator.clipboard.writeText(summaryOf(care, mask(care.subject), tz, asOf));
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Panel
      title={t("say.title")}
      aside={
        <>
          <Button look="main" onClick={() => void copy()}>
            <span aria-live="polite">{t(isCopied ? "say.copied" : "say.copy")}</span>
          </Button>
          <OpenTicket care={care} />
        </>
      }
    >
      <ul className="grid gap-1.5 px-3 py-2">
        {care.words.map((each) => (
          <li key={each} className="flex gap-2">
            <span aria-hidden className="text-soft">
              ❝
            </span>
            {each}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function OpenTicket(props: { care: Care }) {
  const { care } = props;
  const may = useMay("care");
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [severity, setSeverity] = useState("minor");
  const [told, setTold] = useState("");
  const [wrong, setWrong] = useState("");
  const begin = () => {
    setText(care.headline);
    setTold("");
    setWrong("");
    setOpen(true);
  };
  const open = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const body = { description: text, severity };
      const made = await send<{ id: string }>("POST", `subjects/${care.subject}/tickets`, body);
      setTold(t("ticket.made", { id: made.id }));
      await client.invalidateQueries({ queryKey: ["case", care.subject] });
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <>
      <Button disabled={!may} title={may ? undefined : t("ticket.right")} onClick={begin}>
        {t("say.ticket")}
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title={t("ticket.title")} lead={t("ticket.lead")}>
        {told ? (
          <p role="status" className="text-fine">
            {told}
          </p>
        ) : (
          <form className="grid gap-3" onSubmit={(event) => void open(event)}>
            <label className="grid gap-1">
              <span className="text-soft">{t("ticket.text")}</span>
              <textarea
                required
                rows={5}
                maxLength={4000}
                value={text}
                onChange={(event) => setText(event.target.value)}
                className="rounded border bg-page px-2 py-1.5"
              />
            </label>
            <label className="grid justify-items-start gap-1">
              <span className="text-soft">{t("ticket.severity")}</span>
              <select
                value={severity}
                onChange={(event) => setSeverity(event.target.value)}
                className="rounded border bg-page px-2 py-1.5"
              >
                {["minor", "major", "critical"].map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            </label>
            {wrong ? (
              <p role="alert" className="text-alarm">
                {wrong}
              </p>
            ) : null}
            <Button type="submit" look="main" className="justify-self-start">
              {t("say.ticket")}
            </Button>
          </form>
        )}
      </Dialog>
    </>
  );
}

import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { send } from "@/lib/api";
import { useMay } from "@/lib/me";
import { moment } from "@/lib/time";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Care, Case } from "@/pages/subject/data";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";

/** Who it is, in sight however far one scrolls; masked until somebody gives a reason. */
export function Head(props: { subject: string; care?: Care; about?: Case }) {
  const view = useView();
  const { about, care } = props;
  const seen = about?.last_seen ? Date.parse(about.last_seen) : undefined;
  const told = [
    care?.segment ? t("subject.segment", { name: care.segment }) : "",
    about?.services.map((each) => each.replaceAll("_", " ")).join(", ") ?? "",
    about ? (seen ? t("subject.seen", { time: moment(seen, view.tz) }) : t("subject.unseen")) : "",
  ].filter(Boolean);
  return (
    <header className="top-[45px] z-20 sm:sticky -mx-4 -mt-4 mb-3 flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-page px-4 py-2">
      <Link
        to={"/subjects" as never}
        search={context(view) as never}
        className="text-accent underline"
        aria-label={t("subject.back")}
      >
        ‹ {t("subject.back")}
      </Link>
      <h1 className="text-xl font-semibold">
        {about ? t(about.kind === "thing" ? "subject.thing" : "subject.user") : t("subject.what")}{" "}
        <span className="font-mono">{mask(props.subject)}</span>
      </h1>
      {care?.is_important ? <span className="rounded border border-warn px-2 text-warn">★ {t("subject.important")}</span> : null}
      <span className="min-w-0 truncate text-soft">{told.join(" · ")}</span>
      <span className="flex-1" />
      <Reveal subject={props.subject} />
    </header>
  );
}

/** The first six signs, as the server masks it. */
export function mask(subject: string): string {
  return subject.length <= 6 ? subject : `${subject.slice(0, 6)}…`;
}

function Reveal(props: { subject: string }) {
  const may = useMay("reveal");
  const [isOpen, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const [found, setFound] = useState("");
  const [wrong, setWrong] = useState("");
  const close = () => {
    setOpen(false);
    setWhy("");
    setFound("");
    setWrong("");
  };
  const reveal = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const told = await send<{ subject: string }>("POST", `subjects/${props.subject}/reveal`, { why });
      setFound(told.subject);
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <>
      <Button disabled={!may} title={may ? undefined : t("reveal.right")} onClick={() => setOpen(true)}>
        {t("reveal.button")}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={(open) => (open ? setOpen(true) : close())}
        title={t("reveal.title")}
        lead={t("reveal.lead")}
      >
        {found ? (
          <div className="grid gap-2">
            <p className="break-all font-mono text-xl">{found}</p>
            <p className="text-soft">{t("reveal.raw")}</p>
            <Button className="justify-self-start" onClick={() => void navigator.clipboard.writeText(found)}>
              {t("reveal.copy")}
            </Button>
          </div>
        ) : (
          <form className="grid gap-3" onSubmit={(event) => void reveal(event)}>
            <label className="grid gap-1">
              <span className="text-soft">{t("reveal.why")}</span>
              <input
                required
                minLength={3}
                maxLength={500}
                value={why}
                onChange={(event) => setWhy(event.target.value)}
                className="rounded border bg-page px-2 py-1.5"
              />
            </label>
            {wrong ? (
              <p role="alert" className="text-alarm">
                {wrong}
              </p>
            ) : null}
            <Button type="submit" look="main" className="justify-self-start">
              {t("reveal.go")}
            </Button>
          </form>
        )}
      </Dialog>
    </>
  );
}

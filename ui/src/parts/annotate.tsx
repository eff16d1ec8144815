import { useRouterState } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type Annotation, useAnnotate, useAnnotations } from "@/lib/annotations";
import { useMe } from "@/lib/me";
import { useCould } from "@/lib/rights";
import { moment } from "@/lib/time";
import { useSpan, useView } from "@/lib/view";
import { speak, t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { steer } from "@/words/steer";

export { useAnnotations } from "@/lib/annotations";

speak(steer);

const SCOPE = ["svc", "dim", "member", "segment", "slice"] as const;

/** A button that shows the notes in the span that is looked at, and takes a new one. */
export function Annotate(props: { at?: { since: string; until?: string } }) {
  const [isOpen, setOpen] = useState(false);
  const span = useSpan();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { data = [] } = useAnnotations(span, path);
  const label = data.length ? t("annotate.count", { count: data.length }) : t("annotate");
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={t("annotate.title")}
        lead={t("annotate.lead")}
      >
        <Write page={path} at={props.at ?? { since: span.since, until: span.until }} />
        <h3 className="mb-1 mt-4 font-semibold">{t("annotate.list")}</h3>
        {data.length ? (
          <ul className="grid gap-2">
            {data.map((each) => (
              <Note key={each.id} note={each} />
            ))}
          </ul>
        ) : (
          <p className="text-soft">{t("annotate.none")}</p>
        )}
      </Dialog>
    </>
  );
}

function Write(props: { page: string; at: { since: string; until?: string } }) {
  const view = useView();
  const { add } = useAnnotate();
  const [text, setText] = useState("");
  const [tags, setTags] = useState("");
  const [since, setSince] = useState(props.at.since);
  const [until, setUntil] = useState(props.at.until ?? "");
  const [isHere, setHere] = useState(true);
  const [wrong, setWrong] = useState("");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const bad = [since, until].find((each) => each && Number.isNaN(Date.parse(each)));
    if (bad) return setWrong(t("annotate.wrong", { text: bad }));
    const kept = SCOPE.filter((name) => view[name]).map((name) => [name, view[name] as string]);
    try {
      await add({
        text,
        since,
        ...(until ? { until } : {}),
        tags: tags.split(",").map((each) => each.trim()).filter(Boolean),
        page: isHere ? props.page : "",
        scope: Object.fromEntries(kept),
      });
      setText("");
      setWrong("");
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  const field = "w-full rounded border bg-page px-2 py-1";
  return (
    <form onSubmit={(event) => void save(event)} className="grid gap-2 sm:grid-cols-2">
      <label className="grid gap-0.5 sm:col-span-2">
        <span className="text-soft">{t("annotate.text")}</span>
        <textarea
          required
          rows={2}
          maxLength={2000}
          className={field}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <label className="grid gap-0.5">
        <span className="text-soft">{t("annotate.from")}</span>
        <input required className={field} value={since} onChange={(e) => setSince(e.target.value)} />
      </label>
      <label className="grid gap-0.5">
        <span className="text-soft">{t("annotate.to")}</span>
        <input className={field} value={until} onChange={(e) => setUntil(e.target.value)} />
      </label>
      <label className="grid gap-0.5">
        <span className="text-soft">{t("annotate.tags")}</span>
        <input className={field} value={tags} onChange={(e) => setTags(e.target.value)} />
      </label>
      <label className="flex min-h-6 items-center gap-2 self-end">
        <input
          type="checkbox"
          className="size-4"
          checked={isHere}
          onChange={(event) => setHere(event.target.checked)}
        />
        {t("annotate.here")}
      </label>
      {wrong ? (
        <p role="alert" className="text-alarm sm:col-span-2">
          {wrong}
        </p>
      ) : null}
      <Button type="submit" look="main" className="justify-self-end sm:col-span-2" disabled={!text.trim()}>
        {t("annotate.save")}
      </Button>
    </form>
  );
}

function Note(props: { note: Annotation }) {
  const { note } = props;
  const { tz } = useView();
  const { drop } = useAnnotate();
  const { data: me } = useMe();
  const mayAll = useCould("admin");
  const from = moment(Date.parse(note.since), tz);
  const when = note.until ? `${from} – ${moment(Date.parse(note.until), tz)}` : from;
  const isMine = me?.name === note.author || mayAll;
  return (
    <li className="flex items-start gap-2 rounded border px-2 py-1">
      <div className="min-w-0 flex-1">
        <p className="break-words">{note.text}</p>
        <p className="text-soft">
          {t("annotate.by", { who: note.author, time: when })}
          {note.tags.length ? ` · ${note.tags.join(", ")}` : ""}
        </p>
      </div>
      {isMine ? (
        <Button
          look="bare"
          aria-label={t("annotate.drop", { text: note.text.slice(0, 40) })}
          onClick={() => void drop(note.id)}
        >
          ✕
        </Button>
      ) : null}
    </li>
  );
}

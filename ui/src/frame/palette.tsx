import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useDeferredValue, useEffect, useState } from "react";
import { PAGES } from "@/frame/pages";
import { toggleTheme } from "@/frame/theme";
import { get } from "@/lib/api";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";

export interface Found {
  kind: string; // subject, incident, element, work, service
  id: string;
  title: string;
  path: string; // a route of the pages
  search?: Record<string, string>;
}

/** Search or jump: pages, actions, and whatever the server finds. */
export function Palette(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim());
  const navigate = useNavigate();
  const view = useView();
  useEffect(() => setText(""), [props.open]);
  const { data } = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => get<{ found: Found[] }>("search", { q: asked, limit: 12 }, signal),
    enabled: props.open && asked.length >= 2,
  });
  const go = (path: string, search: Record<string, string> = {}) => {
    props.onOpenChange(false);
    void navigate({ to: path, search: context(view, search) } as never);
  };
  const item =
    "flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 data-[selected=true]:bg-raised";
  const group = "p-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:text-soft";
  return (
    <Command.Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      label={t("palette.open")}
      overlayClassName="fixed inset-0 z-40 bg-black/55"
      contentClassName="fixed left-1/2 top-[12vh] z-50 w-[min(38rem,94vw)] -translate-x-1/2 rounded-lg border bg-panel shadow-xl"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder={t("palette.placeholder")}
        className="w-full border-b bg-transparent px-4 py-3 outline-none placeholder:text-soft"
      />
      <Command.List className="max-h-[50vh] overflow-auto">
        <Command.Empty className="p-4 text-soft">{t("palette.none")}</Command.Empty>
        {data?.found.length ? (
          <Command.Group heading={t("palette.subjects")} className={group}>
            {data.found.map((each) => (
              <Command.Item
                key={each.kind + each.id}
                value={`${asked} ${each.kind} ${each.id} ${each.title}`}
                onSelect={() => go(each.path, each.search)}
                className={item}
              >
                <span className="w-20 text-soft">{each.kind}</span> {each.title}
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading={t("palette.pages")} className={group}>
          {PAGES.filter((page) => !page.isHidden).map((page) => (
            <Command.Item key={page.path} onSelect={() => go(page.path)} className={item}>
              <span className="flex-1">{t(page.name)}</span>
              <kbd className="text-soft">g {page.key}</kbd>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading={t("palette.actions")} className={group}>
          <Command.Item
            onSelect={() => {
              toggleTheme();
              props.onOpenChange(false);
            }}
            className={item}
          >
            {t("theme.toggle")}
          </Command.Item>
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}

import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { Help } from "@/frame/help";
import { type Key, listenToKeys, useKeys } from "@/frame/keys";
import { PAGES } from "@/frame/pages";
import { Palette } from "@/frame/palette";
import { rangeKeys } from "@/frame/range";
import { SignIn } from "@/frame/sign-in";
import { Stopped } from "@/frame/stopped";
import { toggleTheme } from "@/frame/theme";
import { TopBar } from "@/frame/top-bar";
import { ApiError } from "@/lib/api";
import { live, useLive } from "@/lib/live";
import { useMay, useMe } from "@/lib/me";
import { context, useChange, useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";

/** What stands around every page: the rail, the bar, what is said when the server is gone. */
export function Frame() {
  const me = useMe();
  const isOut =
    (me.error instanceof ApiError && me.error.status === 401) ||
    (me.data?.sign_in.is_needed && !me.data.may.length);
  if (isOut) return <SignIn />;
  return <Signed />;
}

function Signed() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const navigate = useNavigate();
  const [view, span, change] = [useView(), useSpan(), useChange()];
  const may = useMay("read");
  useEffect(() => {
    if (may) live.start(); // events name what whoever sees groups only may not see
  }, [may]);
  useEffect(listenToKeys, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPaletteOpen(true);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const keys = useMemo<Key[]>(
    () => [
      ...PAGES.filter((page) => page.key).map((page) => ({
        keys: `g ${page.key}`,
        does: t(page.name),
        run: () => void navigate({ to: page.path, search: context(view) } as never),
      })),
      { keys: "?", does: t("help.title"), run: () => setHelpOpen(true) },
      { keys: "t t", does: t("theme.toggle"), run: toggleTheme },
      ...rangeKeys(view, span, change),
    ],
    [navigate, view, span, change],
  );
  useKeys(keys);
  return (
    <div className="flex min-h-dvh flex-col sm:flex-row">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:left-2 focus:top-2 focus:z-50 focus:rounded focus:bg-accent focus:px-3 focus:py-1 focus:text-on-accent"
      >
        {t("app.skip")}
      </a>
      <Rail />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onHelp={() => setHelpOpen(true)} onPalette={() => setPaletteOpen(true)} />
        <Lost />
        <Stopped />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 p-4 outline-none">
          <Outlet />
        </main>
      </div>
      <Help open={isHelpOpen} onOpenChange={setHelpOpen} />
      <Palette open={isPaletteOpen} onOpenChange={setPaletteOpen} />
    </div>
  );
}

function Rail() {
  const view = useView();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav
      aria-label={t("app.name")}
      className="flex shrink-0 flex-row flex-wrap gap-1 border-b bg-panel p-2 sm:sticky sm:top-0 sm:h-dvh sm:w-50 sm:flex-col sm:flex-nowrap sm:border-b-0 sm:border-r"
    >
      <Link
        to={"/overview" as never}
        search={context(view) as never}
        className="mb-1 flex items-center gap-2 rounded px-2 py-1 text-lg font-semibold"
      >
        <img src="./sentio.svg" alt="" width={22} height={22} /> {t("app.name")}
      </Link>
      {PAGES.filter((page) => !page.isHidden).map((page) => {
        const isHere = path.endsWith(page.path) || path.includes(`${page.path}/`);
        return (
          <Link
            key={page.path}
            to={page.path as never}
            search={context(view) as never}
            aria-current={isHere ? "page" : undefined}
            className="flex min-h-8 items-center gap-2 rounded px-2 text-ink hover:bg-raised aria-[current]:bg-raised aria-[current]:font-semibold"
          >
            <span aria-hidden className="w-4 text-center text-soft">
              {page.icon}
            </span>
            {t(page.name)}
          </Link>
        );
      })}
    </nav>
  );
}

function Lost() {
  const state = useLive();
  if (state !== "lost") return null;
  return (
    <p role="alert" className="border-b bg-raised px-4 py-1 text-warn">
      ⚠ {t("live.lost")}
    </p>
  );
}

"""A browser that looks at the pages: the system's Chromium, without a screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"1440x900": (1440, 900), "1366x768": (1366, 768)}
THEMES = ("dark", "light")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Seen:
    """A page that is looked at, and what went wrong with it meanwhile."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list[str])
    foreign: list[str] = field(default_factory=list[str])

    def go(self, path: str) -> Page:
        """Open a path, and wait until nothing is loading any more."""
        self.page.goto(self.base + path)
        self.settled()
        return self.page

    def settled(self) -> None:
        """Wait until the page has its heading and shows nothing as loading."""
        self.page.wait_for_selector("h1", timeout=30_000)
        loading = self.page.locator('[data-state="loading"]')
        for _ in range(300):  # the content policy lets nothing wait inside the page
            if not loading.count():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("the page goes on loading")

    def violations(self) -> list[str]:
        """Give what axe finds, each with the first place of it."""
        self.page.evaluate(AXE.read_text() + "; undefined")
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]]

    def nodes(self) -> int:
        """Count the elements of the page."""
        return self.page.evaluate("document.querySelectorAll('*').length")


def launched(playwright: Playwright) -> Browser:
    """Start the system's Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@contextmanager
def looked_at(
    browser: Browser, base: str, *, size: tuple[int, int] = (1440, 900), theme: str = "dark"
) -> Iterator[Seen]:
    """Open a fresh browser context on a server; what it asks of others is noted and refused."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,  # pyright: ignore[reportArgumentType]
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    seen = Seen(page, base)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda told: seen.errors.append(told.text) if told.type == "error" else None,
    )
    page.on(
        "request",
        lambda asked: (
            seen.foreign.append(asked.url) if not asked.url.startswith((base, "blob:")) else None
        ),
    )
    try:
        yield seen
    finally:
        context.close()

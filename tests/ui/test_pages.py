"""Every page, at both sizes and in both themes: complete, accessible, and asking nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ui.browser import SIZES, THEMES, Seen

pytestmark = pytest.mark.slow

PAGES = ("overview", "services", "subjects", "incidents", "works", "domains", "health")
MOST_NODES = 3_000


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page(
    look: Callable[..., Seen], artefacts: Path, page: str, size: str, theme: str
) -> None:
    seen = look(size=SIZES[size], theme=theme)
    shown = seen.go(f"/{page}")
    shown.screenshot(path=artefacts / f"{page}-{size}-{theme}.png")

    assert shown.get_attribute("html", "data-theme") == theme
    assert seen.violations() == []
    assert seen.nodes() <= MOST_NODES
    wide = shown.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("theme", THEMES)
def test_dialogs_are_accessible_while_they_are_open(look: Callable[..., Seen], theme: str) -> None:
    seen = look(theme=theme)
    shown = seen.go("/overview")
    shown.keyboard.press("Control+k")
    shown.wait_for_selector("[cmdk-input]")
    assert shown.evaluate("document.activeElement?.hasAttribute('cmdk-input')")
    assert seen.violations() == []
    shown.keyboard.press("Escape")
    shown.keyboard.press("?")
    shown.wait_for_selector('[role="dialog"]')
    assert seen.violations() == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_at_four_times_its_size(look: Callable[..., Seen], page: str) -> None:
    seen = look(size=(360, 256))  # 1440 x 1024 at 400 %
    shown = seen.go(f"/{page}")

    assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert shown.locator("h1").is_visible()

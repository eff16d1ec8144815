"""A live city that a browser looks at: something is broken in it, and waits for a yes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.stories.test_live_lab import ask, at_work, got, waited
from tests.ui.browser import CHROMIUM, Seen, launched, looked_at

KINDS = ("server_errors", "degraded_cell", "upf_overload")


@dataclass(frozen=True)
class City:
    """A Sentio with a city beside it; ``base`` is where its pages stand."""

    port: int
    lab: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def got(self, path: str) -> list[dict[str, Any]]:
        return got(self.port, path)

    def breaks(self, kind: str, **more: object) -> dict[str, Any]:
        return ask(self.lab, "/break", {"kind": kind, "severity": 1.0, "minutes": 240, **more})


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Run a city in which somebody has to say yes, until its first plans wait for it."""
    folder = tmp_path_factory.mktemp("city")
    with at_work(folder, users=8000, autonomy="approve", speed=60.0) as (port, lab, _):
        found = City(port, lab)
        for kind in KINDS:
            found.breaks(kind)
        waited(lambda: [p for p in found.got("plans") if p["chosen"]])
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine: nothing is looked at")
    with sync_playwright() as playwright:
        found = launched(playwright)
        yield found
        found.close()


@pytest.fixture
def look(browser: Browser, city: City) -> Iterator[Callable[..., Seen]]:
    """Give what opens a page; in the end nothing may have failed, or been asked of others."""
    opened: list[tuple[Any, Seen]] = []

    def opening(**given: Any) -> Seen:
        manager = looked_at(browser, city.base, **given)
        opened.append((manager, manager.__enter__()))
        return opened[-1][1]

    yield opening
    for manager, seen in opened:
        manager.__exit__(None, None, None)
        assert seen.errors == []
        assert seen.foreign == []


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of pictures: that of SENTIO_ARTEFACTS, else one of this run."""
    named = os.environ.get("SENTIO_ARTEFACTS")
    folder = Path(named) if named else tmp_path_factory.getbasetemp() / "artefacts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

"""The controller that the page shows keeps its contract, and every real one is in its table."""

from __future__ import annotations

import importlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.execution.peers.loopback import MISSING, Asked, Loopback, Reply, listening

from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Controller
from sentio.execution.routes import routes
from sentio.kernel.config import Settings
from sentio.model.plan import Action
from sentio.testing import check_controller

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "controllers.md").read_text("utf-8")


@dataclass(slots=True)
class Notes:
    """A board."""

    notes: dict[str, Any] = field(default_factory=dict)

    def holds(self) -> object:
        return self.notes

    def reply(self, asked: Asked) -> Reply:
        (name,) = asked.path
        if asked.method == "PUT":
            self.notes[name] = asked.body
            return Reply(body=asked.body)
        if name not in self.notes:
            return MISSING
        if asked.method == "DELETE":
            del self.notes[name]
            return Reply(status=204)
        return Reply(body=self.notes[name])


@contextmanager
def board() -> Generator[Loopback]:
    with listening({"/notes": Notes()}) as peer:
        yield peer


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Controller:
    (folder / "shown_board.py").write_text(blocks("python")[0], "utf-8")
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module("shown_board").CONTROLLER


def test_the_controller_of_the_page_keeps_its_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = Action(kind="ticket", target="cell-7", target_kind="cell")

    check_controller(shown(tmp_path, monkeypatch), board, action=action)


def test_the_page_lists_every_controller_and_action() -> None:
    table = PAGE.split("## Which peer")[0]

    assert [name for name in CONTROLLERS.names() if f"| `{name}` |" not in table] == []
    assert [kind for kind in routes(Settings()).rows if f"`{kind}`" not in table] == []


def test_the_files_of_the_page_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, peers = blocks("toml")
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "ours.toml").write_text(table, "utf-8")
    (tmp_path / "peers.toml").write_text(peers, "utf-8")
    monkeypatch.setenv("SENTIO_DEFINITIONS", str(tmp_path))

    found = routes(Settings(execution_peers=tmp_path / "peers.toml"))

    assert found.route("scale").extra == {"prefix": "/tmf-api/activation/v4"}
    assert found.route("move_work").extra == {"prefix": "/orders"}

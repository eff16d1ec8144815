"""What the documentation shows is run, and what it says of a service is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sentio.experience.service import SERVICES

DOCS = Path(__file__).resolve().parents[2] / "docs"
OURS = ("voice_nb", "voice_wb", "voice_fb", "web", "file", "social", "gaming", "video_call", "xr")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_examples_of_add_a_service_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = DOCS / "add-a-service.md"
    (definition,) = blocks(page, "toml")
    (tmp_path / "kiosk.toml").write_text(definition, "utf-8")
    monkeypatch.chdir(tmp_path)

    names: dict[str, object] = {}
    for code in blocks(page, "python"):
        exec(code, names)

    assert "kiosk" in names
    assert "SERVICE" in names


@pytest.mark.parametrize("name", OURS)
def test_a_page_names_every_input_of_its_service(name: str) -> None:
    page = (DOCS / "services" / f"{name}.md").read_text("utf-8")
    shared = (DOCS / "services" / "voice_nb.md").read_text("utf-8") if "voice_nb.md" in page else ""

    unnamed = [each.name for each in SERVICES[name].inputs if f"`{each.name}`" not in page + shared]

    assert f"(`{name}`)" in page.splitlines()[0]
    assert unnamed == []


@pytest.mark.parametrize("name", OURS)
def test_a_page_admits_when_its_service_is_never_grounded(name: str) -> None:
    page = (DOCS / "services" / f"{name}.md").read_text("utf-8")

    assert ("**Grounded**: never" in page) is bool(SERVICES[name].provisional)

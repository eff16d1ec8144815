"""A relative link in a page leads somewhere, to the heading it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
NAMED = re.compile(r"\{[^}]*?(?:id=\"|#)([\w-]+)\"?[^}]*\}")


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    text = prose(path)
    plain = (NAMED.sub("", heading) for heading in HEADING.findall(text))
    slugs = {
        re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in plain
    }
    return slugs | set(NAMED.findall(text))


def broken(page: Path, root: Path) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", prose(page))):
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name) if name else page
        if not found.exists():
            yield f"{page.relative_to(root)}: {target} is not there"
        elif anchor and found.suffix == ".md" and anchor not in anchors(found):
            yield f"{page.relative_to(root)}: {target} is no heading there"


def test_every_relative_link_resolves(tracked: list[Path], root: Path) -> None:
    pages = [path for path in tracked if path.suffix == ".md"]

    assert [said for page in pages for said in broken(page, root)] == []

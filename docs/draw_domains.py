"""Draw the layers of intents over the domains, from their definitions.

``python docs/draw_domains.py`` writes the picture of `domains.md`. Arrows down are intents, the
thin ones up reports; a dashed line leads from a domain to one that may stand in for it.
"""
# ruff: noqa: INP001  (a script, not a package)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sentio.loop.domains.catalogue import domains, sla
from sentio.model.intent import AutonomousDomain

OUT = Path(__file__).resolve().parent / "pictures" / "domains.svg"
WIDTH, HEIGHT, BOX, GAP, LEFT = 920, 430, 128, 20, 24
FIRST, SECOND = (
    ("ran", "transport", "core", "edge"),
    ("fixed_access", "fixed_wireless", "satellite", "cloud"),
)
TOPS = {"promise": 14, "service": 84, "cross": 154, "first": 236, "second": 352}
TEXT = "font:12px sans-serif;fill:#333"
SMALL = "font:10px sans-serif;fill:#666"


def main() -> None:
    """Draw and write."""
    OUT.write_text("\n".join(drawn(domains())) + "\n", "utf-8")


def drawn(known: Mapping[str, AutonomousDomain]) -> Iterator[str]:
    """Give the lines of the picture."""
    promise = sla("everybody")
    wide = 4 * BOX + 3 * GAP
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Promises become intents of services and of domains; reports come back">'
    )
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    yield from box(
        LEFT, TOPS["promise"], wide, "business: " + promise.title, "what customers are promised"
    )
    yield from box(
        LEFT,
        TOPS["service"],
        wide,
        "service: " + ", ".join(promise.services),
        "the promise, service by service",
    )
    yield from box(
        LEFT,
        TOPS["cross"],
        wide,
        "cross-domain controller",
        "budgets, supplements, stand-ins, returns",
    )
    for above, below in (("promise", "service"), ("service", "cross")):
        yield from both(LEFT + wide / 2, TOPS[above] + 44, TOPS[below])
    for at, name in enumerate(FIRST):
        x = LEFT + at * (BOX + GAP)
        yield from box(x, TOPS["first"], BOX, known[name].title, known[name].technology, width=BOX)
        yield from both(x + BOX / 2, TOPS["cross"] + 44, TOPS["first"])
    for at, name in enumerate(SECOND):
        x = LEFT + at * (BOX + GAP)
        yield from box(
            x,
            TOPS["second"],
            BOX,
            known[name].title,
            known[name].technology,
            width=BOX,
            fill="#eef6ee",
        )
    for at, name in enumerate(FIRST):
        for other in (each for each in known[name].equivalents if each in SECOND):
            x1 = LEFT + at * (BOX + GAP) + BOX / 2
            x2 = LEFT + SECOND.index(other) * (BOX + GAP) + BOX / 2
            way = f"M{x1} {TOPS['first'] + 44} L{x2} {TOPS['second']}"
            yield f'<path d="{way}" stroke="#3a7d3a" stroke-dasharray="4 3" fill="none"/>'
    x = LEFT + wide + 30
    for at, said in enumerate(
        (
            "down: intents, budgets of delay,",
            "loss, outages and MOS",
            "up: reports, observed and",
            "predicted an hour ahead",
            "dashed: may stand in",
            "each domain has a loop of its own:",
            "see, choose, act, prove, take back",
        )
    ):
        yield f'<text x="{x}" y="{TOPS["promise"] + 24 + 22 * at}" style="{SMALL}">{said}</text>'
    yield "</svg>"


def box(
    x: float,
    y: float,
    span: float,
    title: str,
    said: str,
    *,
    width: float = 0.0,
    fill: str = "#eef2fb",
) -> Iterator[str]:
    """Draw a box with a title and a line below it."""
    w = width or span
    yield f'<rect x="{x}" y="{y}" width="{w}" height="44" rx="5" fill="{fill}" stroke="#8899bb"/>'
    yield f'<text x="{x + w / 2}" y="{y + 19}" text-anchor="middle" style="{TEXT}">{title}</text>'
    yield f'<text x="{x + w / 2}" y="{y + 34}" text-anchor="middle" style="{SMALL}">{said}</text>'


def both(x: float, top: float, bottom: float) -> Iterator[str]:
    """Draw an arrow down and a thin one up."""
    down = f"M{x - 6} {top} V{bottom - 2} l-3 -6 m3 6 l3 -6"
    up = f"M{x + 6} {bottom} V{top + 2} l-3 6 m3 -6 l3 6"
    yield f'<path d="{down}" stroke="#334" stroke-width="1.6" fill="none"/>'
    yield f'<path d="{up}" stroke="#889" fill="none"/>'


if __name__ == "__main__":
    main()

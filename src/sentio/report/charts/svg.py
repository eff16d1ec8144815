"""SVG by pieces; every text and attribute is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | float | None


def element(name: str, *inside: str | Markup, **attributes: Attribute) -> Markup:
    """Write an element; ``_`` in an attribute's name stands for ``-``, None leaves it out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = Markup("").join(escape(part) for part in inside)
    if not content:
        return Markup(f"<{name}{written}/>")  # noqa: S704  (all its parts are escaped)
    return Markup(f"<{name}{written}>{content}</{name}>")  # noqa: S704  (all its parts are escaped)


def drawing(parts: Iterable[Markup], *, width: float, height: float, label: str) -> Markup:
    """Put parts into a drawing with a label that says what it shows."""
    return element(
        "svg",
        *parts,
        class_="chart",
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        role="img",
        aria_label=label,
    )


def text(
    at_x: float, at_y: float, content: str, *, anchor: str = "start", kind: str = "tick"
) -> Markup:
    """Write a label; ``anchor`` is start, middle or end."""
    found = None if anchor == "start" else anchor
    return element("text", content, x=at_x, y=at_y, class_=kind, text_anchor=found)


def line(x1: float, y1: float, x2: float, y2: float, *, kind: str = "grid") -> Markup:
    """Draw a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def box(
    x: float, y: float, width: float, height: float, *, kind: str, tip: str | None = None
) -> Markup:
    """Draw a rectangle, with a tip that appears under the pointer."""
    return element(
        "rect", x=x, y=y, width=max(width, 0), height=max(height, 0), class_=kind, data_tip=tip
    )


def path(points: Iterable[tuple[float, float]], *, kind: str) -> Markup:
    """Draw a line through points."""
    steps = " ".join(f"{_value(x)},{_value(y)}" for x, y in points)
    return element("polyline", points=steps, class_=kind)


def _value(value: Attribute) -> Markup:
    if isinstance(value, float):
        return escape(f"{value:.2f}".rstrip("0").rstrip("."))
    return escape(value)

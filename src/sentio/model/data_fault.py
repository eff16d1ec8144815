"""A fault of the data and not of the network: what a source does wrong, since when, how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

DATA = "data"
"""The domain of a cause that lies in the data; beside those of `sentio.model.domain`."""

What = Literal[
    "silent",
    "fewer",
    "rejected",
    "duplicates",
    "late",
    "suspect",
    "skewed",
    "factor",
    "constant",
    "empty",
]
Key: TypeAlias = tuple[What, str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What speaks against the data of a source in one period.

    ``seen`` and ``expected`` are counts for "silent" and "fewer", shares [0, 1] for what is said
    of rows and for "empty", seconds for "skewed", values for "factor" and "constant".
    """

    what: What
    source: str
    place_kind: str = ""
    place: str = ""
    service: str = ""
    indicator: str = ""
    seen: float
    expected: float
    nats: float
    periods: int = 1  # that it has lasted, the present one included

    @property
    def key(self) -> Key:
        """What is wrong where; there is one fault of each at a time."""
        return _key_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFault:
    """A fault of the data from ``since_ns`` to ``until_ns``, or still open.

    Where no place, service or indicator is named, the whole source is at fault. ``seen`` and
    ``expected`` are those of the period in which it was told, in the units of `Doubt`.
    """

    id: str
    what: What
    source: str
    place_kind: str = ""
    place: str = ""
    service: str = ""
    indicator: str = ""
    since_ns: int
    seen_ns: int
    until_ns: int | None = None
    seen: float
    expected: float
    nats: float
    sentence: str

    @property
    def state(self) -> Literal["open", "over"]:
        """Whether it still goes on."""
        return "open" if self.until_ns is None else "over"

    @property
    def key(self) -> Key:
        """What is wrong where."""
        return _key_of(self)


def _key_of(one: Doubt | DataFault) -> Key:
    return one.what, one.source, one.place_kind, one.place, one.service, one.indicator

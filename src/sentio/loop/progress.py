"""How far a long reading has come, told to whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A snapshot of a reading; totals are None where nobody knows them beforehand."""

    input: str
    inputs_done: int
    inputs_total: int | None
    bytes_done: int
    bytes_total: int | None
    rows_read: int
    rows_rejected: int
    records: int
    elapsed_s: float


OnProgress: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a reading did; ``rows_read == rows_kept + rows_rejected``, always.

    ``skipped`` counts inputs that had been read before; ``failed`` lists inputs that could not be
    read at all, with the reason (each is a dead letter as well).
    """

    source: str
    inputs: int = 0
    skipped: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    records: int = 0
    bytes_read: int = 0
    commits: int = 0
    elapsed_s: float = 0.0
    failed: tuple[tuple[str, str], ...] = ()
    by_kind: tuple[tuple[str, int], ...] = ()

"""What acting asks of whoever sees: what goes on, how its uses fare, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import pyarrow as pa

from sentio.awareness.series import Place
from sentio.kernel.arrays import FloatArray
from sentio.loop.looking import Following
from sentio.model.diagnosis import Diagnosis

WithId: TypeAlias = tuple[str, Diagnosis]
"""A diagnosis, and the id by which plans refer to it."""


class Counts(Protocol):
    """Who counts uses."""

    def uses(self, place: Place, *, window: int, services: Sequence[str] = ()) -> float:
        """Count the uses of a place in a window, of some services or of all."""
        ...


class Eyes(Protocol):
    """Who sees: gives the last uses, each with its MOS above its usual; None where none were."""

    @property
    def judged(self) -> tuple[pa.Table, FloatArray] | None:
        """Give the uses of the period that ended."""
        ...


class Open(Protocol):
    """What goes on, and who sees it: `Watching`, or what a domain sees of itself."""

    @property
    def open(self) -> Sequence[Following]:
        """Degradations that go on, the oldest first."""
        ...

    @property
    def sight(self) -> Eyes:
        """Who sees."""
        ...

    @property
    def watch(self) -> Counts:
        """Who counts."""
        ...


def following(degradation: str, watching: Open) -> Following | None:
    """Give what goes on of that id, None where it is over."""
    return next((one for one in watching.open if one.told.id == degradation), None)

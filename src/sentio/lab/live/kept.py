"""What the lab remembers between two runs: which city it was, and how far it has sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from sentio.kernel.errors import RefusedError, StoreError
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.operator.rhythm import PERIOD_NS

BEGIN_HOUR = 8  # of simulated time: the city is awake


class Kept(BaseModel):
    """The city, when its live part began, and until when all is sent; times in ns since 1970."""

    model_config = ConfigDict(extra="forbid")

    cells: int
    users: int
    things: int
    seed: int
    begin_ns: int
    sent_ns: int

    @property
    def next_ns(self) -> int:
        """Where the next run goes on: nothing is sent twice, a begun period stays half."""
        return -(-self.sent_ns // PERIOD_NS) * PERIOD_NS


@dataclass(frozen=True, slots=True)
class Memory:
    """Keeps it in a file."""

    path: Path

    def read(self) -> Kept | None:
        """Give what an earlier run left, None where there was none; raises `StoreError`."""
        try:
            return Kept.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise StoreError(
                "the lab's memory cannot be read",
                where=str(self.path),
                next_step="Give --again: the lab begins anew.",
            ) from error

    def write(self, kept: Kept) -> None:
        """Write it whole, or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.path.with_suffix(".part")
        unfinished.write_bytes(orjson.dumps(kept.model_dump()))
        unfinished.replace(self.path)


def resumed(memory: Memory, wanted: Kept) -> Kept:
    """Give what is kept if it is of the same city, else what is wanted where nothing is kept.

    Raises
    ------
    RefusedError
        The lab was another city before: both in one store would be nonsense.
    """
    kept = memory.read()
    if kept is None:
        return wanted
    city = ("cells", "users", "things", "seed")
    other = [f"{name} {getattr(kept, name)}" for name in city]
    if any(getattr(kept, name) != getattr(wanted, name) for name in city):
        raise RefusedError(
            "the lab was another city before",
            where=str(memory.path),
            expected=", ".join(other),
            next_step="Give those, or --again, and let it send to an empty Sentio.",
        )
    return kept


def begin_ns(now_ns: int, behind_days: int) -> int:
    """Tell where the live part begins: in the morning of an earlier day, or now.

    Simulated time runs faster than the wall's and must not come before it, since no record of
    the future is taken: a week is caught up in nine hours at 20 times the speed.
    """
    if behind_days == 0:
        return now_ns // PERIOD_NS * PERIOD_NS
    return (now_ns // DAY_NS - behind_days) * DAY_NS + BEGIN_HOUR * HOUR_NS

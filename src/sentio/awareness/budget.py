"""How much detail may travel: a share of the bulk, saved up and spent where it tells most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHARE = 0.01  # of the bulk that would travel if everything did
MOST_SAVED_PERIODS = 2016.0  # a week of calm may be spent in a bad one


LEAST_EASE = 0.1


@dataclass(slots=True)
class Budget:
    """Bytes of detail: allowed, spent, and spared against sending everything."""

    share: float = SHARE
    bulk_bytes: int = 0
    spent_bytes: int = 0
    refused: int = 0
    _room: float = 0.0
    _usual: float = 0.0

    def earn(self, bulk_bytes: int) -> None:
        """Let a period pass in which so many bytes of bulk were collected."""
        self.bulk_bytes += bulk_bytes
        # over days: a quiet night must not eat up what was saved
        self._usual += 0.002 * (bulk_bytes - self._usual) if self._usual else bulk_bytes
        most = MOST_SAVED_PERIODS * self.share * self._usual
        self._room = min(self._room + self.share * bulk_bytes, most)

    @property
    def ease(self) -> float:
        """How freely to spend, [0.1, 1]: the share of what may be saved that is there."""
        most = MOST_SAVED_PERIODS * self.share * self._usual
        return min(max(self._room / most, LEAST_EASE), 1.0) if most > 0.0 else 1.0

    def rows(self, wanted: int, row_bytes: int) -> int:
        """Give how many rows of those wanted there is room for."""
        fit = int(max(self._room, 0.0) // max(row_bytes, 1))
        self.refused += fit < min(wanted, 1)
        return min(wanted, fit)

    def spend(self, size_bytes: int) -> None:
        """Note what was fetched."""
        self.spent_bytes += size_bytes
        self._room -= size_bytes

    def saved(self) -> dict[str, float]:
        """Give all of it, by name."""
        return {
            "share": self.share,
            "bulk_bytes": self.bulk_bytes,
            "spent_bytes": self.spent_bytes,
            "refused": self.refused,
            "room": self._room,
            "usual": self._usual,
        }

    @classmethod
    def restored(cls, saved: Mapping[str, float]) -> Budget:
        """Go on from what `saved` gave."""
        return cls(
            share=saved["share"],
            bulk_bytes=int(saved["bulk_bytes"]),
            spent_bytes=int(saved["spent_bytes"]),
            refused=int(saved["refused"]),
            _room=saved["room"],
            _usual=saved["usual"],
        )

    @property
    def detail_share(self) -> float:
        """Fetched over bulk, so far."""
        return self.spent_bytes / max(self.bulk_bytes, 1)

    @property
    def saved_bytes(self) -> int:
        """What did not have to travel."""
        return self.bulk_bytes - self.spent_bytes


def value(nats: float, uses: float, row_bytes: int, *, most_rows: int) -> float:
    """Value a zoom: what is at stake and how sure, for what its bytes cost."""
    rows = min(max(uses, 1.0), float(most_rows))
    return nats * uses**0.5 / (rows * row_bytes) ** 0.5

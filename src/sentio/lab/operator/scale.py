"""How large the simulated operator is."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_CELLS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes of the operator; 12 cells are the least, 36 cells and 2,000 users a good small one.

    With the defaults, some 3 million records a day.
    """

    cells: int = 1000
    users: int = 100_000
    things: int = 20_000

    @property
    def sites(self) -> int:
        """Count the sites: three cells each, in the mean."""
        return round(self.cells / 3)

    @property
    def rings(self) -> int:
        """Count the transport rings: twelve sites each, and never fewer than three."""
        return max(3, round(self.sites / 12))

    @property
    def routers(self) -> int:
        """Count the aggregation routers: five rings each, and never fewer than two."""
        return max(2, round(self.rings / 5))

"""How large the simulated operator is."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.kernel.errors import ConfigError

FEWEST_CELLS, FEWEST_USERS, FEWEST_THINGS = 24, 200, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes of the operator; 24 cells, 200 users and 50 things are the least.

    With the defaults, some 3 million records a day.
    """

    cells: int = 1000
    users: int = 100_000
    things: int = 20_000

    def __post_init__(self) -> None:
        """Refuse a city too small to have every kind of place."""
        if self.cells < FEWEST_CELLS or self.users < FEWEST_USERS or self.things < FEWEST_THINGS:
            raise ConfigError(
                f"{self.cells} cells, {self.users} users and {self.things} things are no city",
                expected=f"at least {FEWEST_CELLS}, {FEWEST_USERS} and {FEWEST_THINGS} of them",
            )

    @property
    def subjects(self) -> int:
        """Count users and things together."""
        return self.users + self.things

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

"""What a target will be an hour from now: its usual at that time of day, and where it is heading.

Holt's linear method with a damped trend on what is left when the usual of the half hour is taken
off (E. S. Gardner and E. McKenzie, Management Science 31 (1985) 1237-1246).
"""

from __future__ import annotations

from dataclasses import dataclass, field

DAY_NS, SLOT_NS = 86_400_000_000_000, 1_800_000_000_000
LEVEL, TREND, DAMPED = 0.4, 0.2, 0.95  # smoothing; a trend goes on for twenty periods at most
SLOTS_A_DAY = DAY_NS // SLOT_NS
FEWEST = 6  # periods, before anything is foretold
SLOT_KEPT = 0.8  # of what a half hour was like, after another day


@dataclass(slots=True)
class Foresight:
    """The course of one value, and what it will come to."""

    count: int = 0
    level: float = 0.0
    trend: float = 0.0
    is_seasonal: bool = False  # whether the level is what is left of the usual, or the whole value
    slots: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # weight, mean

    def see(self, value: float, at_ns: int) -> None:
        """Take in the value of a period."""
        if not self.is_seasonal and len(self.slots) >= SLOTS_A_DAY:
            self.is_seasonal, self.level = True, self.level - self.usual(at_ns)
        rest = value - self.usual(at_ns)
        before = self.level
        if self.count == 0:
            self.level = rest
        else:
            self.level = LEVEL * rest + (1.0 - LEVEL) * (self.level + DAMPED * self.trend)
            self.trend = TREND * (self.level - before) + (1.0 - TREND) * DAMPED * self.trend
        self.count += 1

    def learn(self, value: float, at_ns: int) -> None:
        """Learn what is usual at this time of day: of healthy periods only."""
        key = _slot(at_ns)
        weight, mean = self.slots.get(key, [0.0, 0.0])
        kept = min(weight, 1.0 / (1.0 - SLOT_KEPT)) * (SLOT_KEPT if weight >= 1.0 else 1.0)
        self.slots[key] = [kept + 1.0, (kept * mean + value) / (kept + 1.0)]

    def usual(self, at_ns: int) -> float:
        """Give the usual value at a time of day; 0 before a whole day is known."""
        known = self.slots.get(_slot(at_ns))
        return known[1] if known and self.is_seasonal else 0.0

    def ahead(self, at_ns: int, *, periods: int, period_ns: int) -> float | None:
        """Foretell the value so many periods after a moment; None before enough was seen."""
        if self.count < FEWEST:
            return None
        going = DAMPED * (1.0 - DAMPED**periods) / (1.0 - DAMPED)
        return self.usual(at_ns + periods * period_ns) + self.level + going * self.trend


def _slot(at_ns: int) -> str:
    return str(at_ns % DAY_NS // SLOT_NS)

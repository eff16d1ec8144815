"""How often actions help, counted at ever narrower circumstances, each drawn towards the wider.

A chain of Beta distributions: what is known of a kind of action is the prior of the kind in a
domain, that of the kind in a domain with a symptom, and so on. A narrow one with no outcomes says
what the wider one says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sentio.model.plan import Verdict

WIDER_COUNT = 4.0  # outcomes that the wider circumstances are worth to the narrower
FORGOTTEN = 0.01  # of an outcome: less is dropped

Key = tuple[str, ...]
"""A kind of action, then categories from the widest to the narrowest."""
Counts = Mapping[Key, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Faded numbers of successes and of tries, by `Key`."""

    counts: Counts = field(default_factory=dict[Key, tuple[float, float]])

    def with_outcomes(self, outcomes: Iterable[tuple[Key, Verdict, float]]) -> Tally:
        """Count outcomes, each with how much it counts; an undecided one tells nothing."""
        held = dict(self.counts)
        for key, verdict, weight in outcomes:
            if verdict == "undecided":
                continue
            helped = weight if verdict == "improved" else 0.0
            for length in range(1, len(key) + 1):
                successes, tries = held.get(key[:length], (0.0, 0.0))
                held[key[:length]] = (successes + helped, tries + weight)
        return Tally(held)

    def faded(self, factor: float) -> Tally:
        """Let all that was counted count for a part."""
        return Tally(
            {
                key: (successes * factor, tries * factor)
                for key, (successes, tries) in self.counts.items()
                if tries * factor >= FORGOTTEN
            }
        )

    def chance(self, key: Key, *, believed: float, count: float) -> float:
        """Give the probability of success; the belief is worth ``count`` tries of the kind.

        Examples
        --------
        >>> tally = Tally().with_outcomes([(("restart", "core"), "improved", 1.0)])
        >>> tally.chance(("restart",), believed=0.5, count=1.0)
        0.75
        >>> tally.chance(("restart", "core"), believed=0.5, count=1.0)
        0.8
        >>> tally.chance(("restart", "ran"), believed=0.5, count=1.0)
        0.75
        """
        chance = believed
        for length in range(1, len(key) + 1):
            successes, tries = self.counts.get(key[:length], (0.0, 0.0))
            chance = (successes + count * chance) / max(tries + count, FORGOTTEN)
            count = WIDER_COUNT
        return chance

"""How often actions help, begun with the catalogue's word and counted on from what was proven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentio.decision.effects import of_outcomes
from sentio.decision.kind import ActionKind, Remedy
from sentio.decision.learning.tally import Key, Tally
from sentio.decision.need import Need
from sentio.kernel.values import to_plain
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Candidate, Estimate, Verdict

DAY_NS = 86_400_000_000_000
HALF_LIFE_NS = 90 * DAY_NS  # after which an outcome counts for half


class Tallied:
    """Counts outcomes by kind of action, what was wrong, and kind of element."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._at_ns = 0

    def success(self, kind: ActionKind, remedy: Remedy, cause: Hypothesis, need: Need) -> Estimate:
        """Give the probability that an action helps if the cause is right, [0, 1]."""
        del need
        key = (kind.name, cause.kind, cause.element_kind)
        mean = self._tally.chance(key, believed=remedy.success, count=remedy.sure)
        tries = remedy.sure + self._tally.counts.get(key, (0.0, 0.0))[1]
        return of_outcomes(mean * tries, (1.0 - mean) * tries)

    def learn(self, done: Candidate, verdict: Verdict, *, at_ns: int) -> None:
        """Take in what came of an action; what is old has faded until then."""
        if self._at_ns:
            age_ns = max(at_ns - self._at_ns, 0)
            self._tally = self._tally.faded(0.5 ** (age_ns / HALF_LIFE_NS))
        self._at_ns = max(at_ns, self._at_ns)
        key = (done.action.kind, done.against, done.action.target_kind)
        self._tally = self._tally.with_outcomes([(key, verdict, 1.0)])

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give what was learned, as JSON."""
        counts = [[list(key), *pair] for key, pair in self._tally.counts.items()]
        return {"at_ns": self._at_ns, "counts": to_plain(counts)}

    def restore(self, saved: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on from what `saved` gave; it may be empty."""
        if not saved:
            return
        self._at_ns = int(saved["at_ns"])
        counts: dict[Key, tuple[float, float]] = {
            tuple(str(part) for part in key): (float(helped), float(tries))
            for key, helped, tries in saved["counts"]
        }
        self._tally = Tally(counts)

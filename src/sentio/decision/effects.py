"""What an action probably does: from the catalogue's word, until something better is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from scipy.stats import beta

from sentio.decision.kind import ActionKind, Remedy
from sentio.decision.need import Need
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Candidate, Estimate, Verdict


class EffectModel(Protocol):
    """Whoever foretells effects: the catalogue, what was learned, the twin."""

    def success(self, kind: ActionKind, remedy: Remedy, cause: Hypothesis, need: Need) -> Estimate:
        """Give the probability that an action helps if the cause is right, [0, 1]."""
        ...

    def learn(self, done: Candidate, verdict: Verdict, *, at_ns: int) -> None:
        """Take in what came of an action."""
        ...

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give what was learned, as JSON."""
        ...

    def restore(self, saved: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on from what `saved` gave; it may be empty."""
        ...


class Catalogued:
    """Believes the catalogue, whatever comes of it."""

    def learn(self, done: Candidate, verdict: Verdict, *, at_ns: int) -> None:
        """Learn nothing."""

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give nothing."""
        return {}

    def restore(self, saved: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on as ever."""

    def success(self, kind: ActionKind, remedy: Remedy, cause: Hypothesis, need: Need) -> Estimate:
        """Give the remedy's own figure, as sure as it says."""
        del kind, cause, need
        return of_outcomes(remedy.success * remedy.sure, (1.0 - remedy.success) * remedy.sure)


def of_outcomes(helped: float, not_helped: float) -> Estimate:
    """Give the share that helps after so many outcomes: mean and 90 % interval (beta law).

    Examples
    --------
    >>> of_outcomes(9.0, 1.0).mean
    0.9
    """
    low, high = beta.ppf((0.05, 0.95), max(helped, 1e-6), max(not_helped, 1e-6))
    return Estimate(mean=helped / (helped + not_helped), low=float(low), high=float(high))

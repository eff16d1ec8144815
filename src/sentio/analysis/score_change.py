"""Why a mean score changed: what each domain of the path adds to the change, and what none does.

Every scored use carries, per domain, the MOS that the return of this domain's indicators to their
nominal values would regain (`sentio.experience.drivers`). With the mean loss ``L_d`` of a domain:

    MOS_now - MOS_before = sum over d of (L_d,before - L_d,now) + rest

The rest is what no domain explains: domains that hurt together (impairments that add are not
regained one at a time), and a change of what is used (another mix of apps, codecs, screens). It is
told as such, never spread over the domains; with it the sum is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A mean MOS, and the mean loss of each domain below it."""

    mos: float
    loss: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """The change of a mean score; contributions and ``rest`` add up to ``delta``."""

    delta: float
    contributions: Mapping[str, float]
    rest: float


def score_change(now: Level, before: Level) -> ScoreChange:
    """Break the change of a score down by domain.

    Examples
    --------
    >>> found = score_change(
    ...     Level(mos=3.5, loss={"ran": 0.75, "core": 0.25}),
    ...     Level(mos=4.25, loss={"ran": 0.125, "core": 0.125}),
    ... )
    >>> found.delta, dict(found.contributions), found.rest
    (-0.75, {'ran': -0.625, 'core': -0.125}, 0.0)
    """
    delta = now.mos - before.mos
    contributions = {name: before.loss[name] - now.loss[name] for name in now.loss}
    return ScoreChange(
        delta=delta, contributions=contributions, rest=delta - sum(contributions.values())
    )

"""Which alarms are symptoms of others: what an alarm log has taught, applied to those at hand.

An alarm speaks for a cause only as far as no alarm before it, on a neighbour, explains it
(`propagation`). What triggers what is learned from the operator's own log, kind by kind of alarm;
a kind is what is wrong with which kind of element.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from sentio.analysis.propagation.learn import Propagation, learn_propagation
from sentio.analysis.propagation.log import AlarmLog, Neighbourhood, alarm_log, neighbourhood
from sentio.analysis.propagation.roots import HORIZON_S, explain_alarms
from sentio.model.topology import Topology

MOST_ALARMS, MOST_KINDS = 20_000, 60  # learned from: what comes last, and most often
MOST_STANDING = 400  # traced at once: the last of a storm
FEWEST_ALARMS = 50  # from which anything can be learned
NUMBERS = re.compile(r"\d+")
HORIZON_NS = round(HORIZON_S * 1e9)

Kind: TypeAlias = tuple[str, str]
Name: TypeAlias = tuple[str, str]
"""Of an alarm: its element and its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that was raised."""

    ts: int
    element: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """An alarm that another may have triggered: how probably, and which."""

    probability: float
    root: Alarm


@dataclass(frozen=True, slots=True)
class AlarmRoots:
    """What a log has taught, over one topology; nothing as long as it was too short."""

    topology: Topology
    learned: Propagation | None = None
    kinds: Mapping[Kind, int] = field(default_factory=dict[Kind, int])

    @classmethod
    def learn(cls, alarms: Sequence[Alarm], topology: Topology) -> AlarmRoots:
        """Learn from alarms in order of time; those of rare kinds teach nothing."""
        alarms = alarms[-MOST_ALARMS:]
        often = Counter(_kind(each, topology) for each in alarms).most_common(MOST_KINDS)
        kinds = {kind: code for code, (kind, _) in enumerate(often)}
        blank = cls(topology, None, kinds)
        kept, log = blank._log(alarms)
        if len(kept) < FEWEST_ALARMS:
            return blank
        return cls(topology, learn_propagation(log), kinds)

    def symptoms(self, alarms: Iterable[Alarm]) -> dict[Name, Symptom]:
        """Tell which of the alarms that stand are symptoms of others, and of which in the end.

        Repeated alarms of one element are taken for one, the first.
        """
        if self.learned is None:
            return {}
        first: dict[tuple[str, Kind], Alarm] = {}
        for each in sorted(alarms, key=lambda alarm: alarm.ts):
            first.setdefault((each.element, _kind(each, self.topology)), each)
        kept, log = self._log(list(first.values())[-MOST_STANDING:])
        traced = explain_alarms(log, self.learned)
        return {
            (each.element, each.title): Symptom(probability=float(probability), root=kept[root])
            for row, (each, root, probability) in enumerate(
                zip(kept, traced.root.tolist(), traced.symptom_probability, strict=True)
            )
            if root != row
        }

    def _log(self, alarms: Sequence[Alarm]) -> tuple[list[Alarm], AlarmLog]:
        """Give the alarms of known kinds in order of time, and their log."""
        codes = [self.kinds.get(_kind(each, self.topology)) for each in alarms]
        known = [(each, code) for each, code in zip(alarms, codes, strict=True) if code is not None]
        known.sort(key=lambda pair: pair[0].ts)
        names = sorted({each.element for each, _ in known})
        number = {name: code for code, name in enumerate(names)}
        log = alarm_log(
            np.array([each.ts / 1e9 for each, _ in known]),
            np.array([code for _, code in known], dtype=np.int64),
            element=np.array([number[each.element] for each, _ in known], dtype=np.int64),
            kinds=len(self.kinds),
            near=self._near(number),
        )
        return [each for each, _ in known], log

    def _near(self, number: Mapping[str, int]) -> Neighbourhood:
        """Alarms reach what is above and below an element, at any height."""
        links = [
            (code, number[above])
            for name, code in number.items()
            for above in self.topology.above(name)
            if above in number
        ]
        return neighbourhood(len(number), links)


def _kind(alarm: Alarm, topology: Topology) -> Kind:
    """Give what is wrong with which kind of element; numbers in a title are told apart by none."""
    return topology.kind.get(alarm.element, ""), NUMBERS.sub("#", alarm.title.casefold())

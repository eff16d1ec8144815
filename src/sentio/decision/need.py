"""What a decision starts from: a cause, what it costs people, and what is going on besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.model.plan import Action

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
USE_MIN = 5.0  # of its subject's time that a use stands for: a period


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a degradation costs as long as nothing is done.

    An experience minute is lost where a use of so long is as poor as can be; where it is half as
    poor, half a minute is lost. ``by_segment`` and ``by_slice`` count the subjects touched,
    ``remaining_min`` is how long it will probably last.
    """

    degradation: Degradation
    diagnosis: Diagnosis
    diagnosis_id: str
    lost_min_per_hour: float
    subjects: int
    remaining_min: float
    by_segment: Mapping[str, int] = field(default_factory=dict[str, int])
    by_slice: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An action that was begun: of which degradation, when, and whether it was taken back.

    ``ended_ns`` is when it was judged; what ``stands`` helped, and is in force until it is given
    back (``returned_ns``). It was ``against`` what was wrong, and was to regain ``worth_min``
    weighted experience minutes.
    """

    plan: str
    degradation: str
    action: Action
    began_ns: int
    ended_ns: int | None = None  # None until it is judged
    was_undone: bool = False
    touches: bool = True  # the network, or only tells somebody
    stands: bool = False
    returned_ns: int | None = None
    against: str = ""
    worth_min: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is going on besides: deeds, planned works, who hangs on an element, the switch.

    ``reach`` gives how many subjects use an element (by its name), ``uses_per_min`` how many uses
    it has, ``things_per_min`` how many of these are of each kind of thing, ``works`` the elements
    on which a planned work goes on now. ``locks`` are elements that another loop holds, with its
    name.
    """

    now_ns: int
    all_subjects: int
    deeds: tuple[Deed, ...] = ()
    works: frozenset[str] = frozenset()
    locks: Mapping[str, str] = field(default_factory=dict[str, str])
    reach: Mapping[str, int] = field(default_factory=dict[str, int])
    uses_per_min: Mapping[str, float] = field(default_factory=dict[str, float])
    things_per_min: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, Mapping[str, float]]
    )
    is_stopped: bool = False

    def of_degradation(self, name: str) -> tuple[Deed, ...]:
        """List what was done about a degradation."""
        return tuple(each for each in self.deeds if each.degradation == name)

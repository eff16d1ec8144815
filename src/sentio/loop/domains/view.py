"""Troubles as degradations with diagnoses: what an acting loop sees of a domain."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.awareness.series import Place
from sentio.kernel.arrays import BoolArray, FloatArray
from sentio.loop.domains.glance import Glance
from sentio.loop.domains.troubles import Trouble
from sentio.loop.looking import Following
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Evidence, Hypothesis, Impact

WINDOW = 4  # periods that are remembered, to count uses (`sentio.loop.acting.WINDOW_PERIODS`)
POOR_BELOW = 3.0
WithId = tuple[str, Diagnosis]


@dataclass(slots=True)
class View:
    """What goes on in a domain, and the eyes that see it."""

    open: list[Following] = field(default_factory=list[Following])
    made: dict[str, WithId] = field(default_factory=dict[str, WithId])
    judged: tuple[pa.Table, FloatArray] | None = None
    _last: deque[Glance] = field(default_factory=lambda: deque[Glance](maxlen=WINDOW))

    @property
    def sight(self) -> View:
        """Who sees: the view itself."""
        return self

    @property
    def watch(self) -> View:
        """Who counts: the view itself."""
        return self

    def turn(self, glance: Glance) -> None:
        """Begin a period."""
        self._last.append(glance)
        self.judged = (glance.uses, glance.gap)
        self.open, self.made = [], {}

    def show(self, trouble: Trouble, wrong: str, domain: str, *, name: str = "") -> None:
        """Show a trouble, as caused by what is ``wrong`` with its element.

        ``domain`` is that of experience which its autonomous domain answers for.
        """
        glance = self._last[-1]
        told = degradation_of(trouble, name or trouble.id)
        self.open.append(Following(told=told, place=told.scope, fall=2.0))
        made = diagnosis_of(trouble, told, wrong, domain, glance)
        self.made[told.id] = (f"{told.id}-D", made)

    def uses(self, place: Place, *, window: int, services: Sequence[str] = ()) -> float:
        """Count the uses of a place in the last periods; as if there had been four of them."""
        del window  # there is one only
        count = 0
        for each in self._last:
            here = np.ones(each.uses.num_rows, dtype=np.bool_)
            if place.dimension != "all":
                here = each.within({place.dimension: place.member})
            if services:
                codes, names = each.codes("service")
                here &= np.isin(codes, [at for at, name in enumerate(names) if name in services])
            count += int(here.sum())
        return count * WINDOW / max(len(self._last), 1)


def degradation_of(trouble: Trouble, name: str) -> Degradation:
    """Tell a trouble in the words of awareness."""
    lost = max(trouble.mos_usual - trouble.mos_seen, 0.0)
    return Degradation(
        id=name,
        scope=trouble.scope,
        services=(),
        began_ns=trouble.began_ns,
        seen_ns=trouble.seen_ns,
        uses=trouble.uses,
        poor_uses=trouble.uses if trouble.mos_seen < POOR_BELOW else 0,
        mos_usual=trouble.mos_usual,
        mos_seen=trouble.mos_seen,
        nats=100.0 * lost,
        per_day=1e-9,
    )


def diagnosis_of(
    trouble: Trouble, told: Degradation, wrong: str, domain: str, glance: Glance
) -> Diagnosis:
    """Tell why, in the words of analysis: the element of the trouble."""
    cause = Hypothesis(
        element=trouble.element,
        element_kind=trouble.element_kind,
        domain=domain,
        scope=told.scope,
        kind=wrong,
        probability=trouble.probability,
        evidence=(Evidence(what=trouble.reason, weight=5.0, element=trouble.element),),
    )
    return Diagnosis(
        degradation=told.id,
        made_ns=glance.end_ns,
        sentence=trouble.reason,
        hypotheses=(cause,),
        abstains=False,
        impact=_impact(trouble, glance),
    )


def _impact(trouble: Trouble, glance: Glance) -> Impact:
    here = np.ones(glance.uses.num_rows, dtype=np.bool_)
    here = glance.within(trouble.scope) if trouble.scope else here
    return Impact(
        users=trouble.subjects,
        things=0,
        uses=trouble.uses,
        by_segment=_count(glance, "segment", here),
        by_slice=_count(glance, "slice", here),
        by_service=_count(glance, "service", here),
    )


def _count(glance: Glance, column: str, here: BoolArray) -> Mapping[str, int]:
    codes, names = glance.codes(column)
    told: Iterable[int] = codes[here].tolist()
    return {names[code]: n for code, n in Counter(told).items() if code >= 0}

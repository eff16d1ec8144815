"""Whom a degradation touches: every subject with a use in its scope, worked out when asked."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.loop.detail import StoreDetail
from sentio.loop.periods import Periods
from sentio.model.degradation import Degradation
from sentio.store.cube import MINUTE_NS
from sentio.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A subject's uses in the scope of a degradation since it began, over all services."""

    subject: int
    uses: int
    poor_uses: int
    mos_mean: float


def touched(warehouse: Warehouse, one: Degradation, *, until_ns: int) -> list[Touched]:
    """List the subjects that a degradation touches, those with the most poor uses first.

    Exact, not drawn; costs a look at every use since it began.
    """
    topology = Periods(warehouse, period_ns=MINUTE_NS).topology()
    return [
        Touched(subject=int(subject), uses=int(uses), poor_uses=int(poor), mos_mean=float(mos))
        for subject, uses, poor, mos in StoreDetail(warehouse, topology).by_subject(
            one.scope, one.began_ns, until_ns
        )
    ]

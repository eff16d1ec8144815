"""How scopes fare from period to period, against others with the same services elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.execution.verifying import Period
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.sight import inside
from sentio.model.degradation import Scope

KEPT = 24  # periods of a course
FEWEST_CONTROLS = 30.0  # uses of a service elsewhere, for it to be compared


class Courses:
    """Notes each period of each scope that is asked for."""

    def __init__(self, known: Mapping[str, list[Period]] | None = None) -> None:
        self.of: dict[str, list[Period]] = dict(known or {})

    def see(
        self,
        uses: pa.Table,
        gap: FloatArray,
        scopes: Mapping[str, Scope],
        *,
        end_ns: int,
        besides: Iterable[Scope] = (),
    ) -> None:
        """Note a period: its uses, and the MOS of each above its usual, shape (uses,).

        ``besides`` are scopes in which something else is wrong: nobody there is a control. Courses
        that are no longer asked for are dropped.
        """
        self.of = {name: self.of.get(name, []) for name in scopes}
        if not scopes:
            return
        service, services = coded(uses, "service")
        known = np.isfinite(gap)
        within = {name: inside(uses, scope) & known for name, scope in scopes.items()}
        is_odd = np.zeros(uses.num_rows, dtype=np.bool_)
        for each in (*within.values(), *(inside(uses, scope) for scope in besides)):
            is_odd |= each
        control = _by_service(gap, service, known & ~is_odd, len(services))
        for name, here in within.items():
            period = _period(gap, service, here, control, end_ns=end_ns)
            self.of[name] = [*self.of[name], period][-KEPT:]


def _by_service(
    gap: FloatArray, service: IntArray, which: BoolArray, services: int
) -> tuple[FloatArray, FloatArray]:
    """Count some uses by service, and give the mean of each."""
    n = np.bincount(service[which], minlength=services).astype(np.float64)
    total = np.bincount(service[which], gap[which], minlength=services)
    return n, total / np.maximum(n, 1.0)


def _period(
    gap: FloatArray,
    service: IntArray,
    here: BoolArray,
    control: tuple[FloatArray, FloatArray],
    *,
    end_ns: int,
) -> Period:
    control_n, control_mean = control
    here = here & (control_n >= FEWEST_CONTROLS)[service] if len(control_n) else here
    own = gap[here]
    n = float(len(own))
    mix = np.bincount(service[here], minlength=len(control_n)) / max(n, 1.0)
    return Period(
        end_ns=end_ns,
        n=n,
        mean=float(own.mean()) if n else 0.0,
        variance=float(own.var()) if n else 0.0,
        control_n=float(control_n[mix > 0.0].sum()),
        control_mean=float((mix * control_mean).sum()),
    )

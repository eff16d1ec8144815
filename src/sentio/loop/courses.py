"""How scopes fare from period to period, against others with the same services elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.execution.verifying import Period
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.kernel.values import from_plain, to_plain
from sentio.loop.sight import inside
from sentio.model.degradation import Scope

KEPT = 24  # periods of a course
FEWEST_USES = 3
MOST_MET = 4000  # subjects with an app that are remembered of a scope
MIXED = 6_364_136_223_846_793_005  # odd, so that no two subjects become one (Knuth, MMIX)
People: TypeAlias = tuple[Sequence[int], Sequence[str]]
"""Subjects, and the services of theirs that count."""
FEWEST_CONTROLS = 30.0  # uses of a service elsewhere, for it to be compared


class Courses:
    """Notes each period of each scope that is asked for.

    Uses of a service of which too few are elsewhere are left out, unless ``keeps_unmatched``: then
    they are held against their usual only, as if nothing had changed for anybody else.
    """

    def __init__(
        self, known: Mapping[str, list[Period]] | None = None, *, keeps_unmatched: bool = False
    ) -> None:
        self.of: dict[str, list[Period]] = dict(known or {})
        self.met: dict[str, IntArray] = {}  # who used which app in each scope, as keys
        self.apps: dict[str, int] = {}  # number of each service and app
        self.keeps_unmatched = keeps_unmatched

    def see(
        self,
        uses: pa.Table,
        gap: FloatArray,
        scopes: Mapping[str, Scope],
        *,
        end_ns: int,
        people: Mapping[str, People] | None = None,
        beside: Mapping[str, Scope] | None = None,
    ) -> None:
        """Note a period: its uses, and the MOS of each above its usual, shape (uses,).

        Where a scope has hardly a use any more, as that of a server that was switched, those who
        had used an app in it are followed with that app; where there are none, all uses of the
        ``people`` who had been in it count. Scopes ``beside`` are noted too, but nothing need
        be wrong there: others are compared with them. Courses that nobody asks for are dropped.
        """
        beside = beside or {}
        self.of = {name: self.of.get(name, []) for name in (*scopes, *beside)}
        self.met = {name: each for name, each in self.met.items() if name in scopes}
        if not self.of:
            return
        service, services = coded(uses, "service")
        known = np.isfinite(gap)
        within = {name: inside(uses, scope) & known for name, scope in scopes.items()}
        keys = self.keys(uses)
        for name, here in within.items():
            self._meet(name, keys[here])
        for name, (subjects, of) in (people or {}).items():
            if name in within and within[name].sum() < FEWEST_USES:
                again = np.isin(keys, self.met[name]) & known
                if not again.any():
                    again = _of_people(uses, subjects, service, services, of) & known
                within[name] |= again
        is_odd = np.zeros(uses.num_rows, dtype=np.bool_)
        for each in within.values():
            is_odd |= each
        control = _by_service(gap, service, known & ~is_odd, len(services))
        if self.keeps_unmatched:
            control = _or_usual(*control)
        within |= {name: inside(uses, scope) & known for name, scope in beside.items()}
        for name, here in within.items():
            period = _period(gap, service, here, control, end_ns=end_ns)
            self.of[name] = [*self.of[name], period][-KEPT:]

    def keys(self, uses: pa.Table) -> IntArray:
        """Give a number for the subject, service and app of each use, the same whenever they meet.

        Two may share one by chance, about as often as two random numbers of 64 bits.
        """
        service, services = coded(uses, "service")
        app, apps = coded(uses, "app") if "app" in uses.column_names else (service * 0 - 1, [])
        both, at = np.unique(service * (len(apps) + 1) + app + 1, return_inverse=True)
        known = np.zeros(len(both), dtype=np.int64)
        for i, code in enumerate(both.tolist()):
            of, its = divmod(code, len(apps) + 1)
            name = f"{services[of]} {apps[its - 1] if its else ''}"
            known[i] = self.apps.setdefault(name, len(self.apps))
        subject = uses.column("subject").to_numpy().astype(np.int64)
        return subject * MIXED + known[at]

    def follow(self, name: str, of: str) -> None:
        """Let a new course know whom another one has met."""
        self.met[name] = self.met.get(of, np.zeros(0, dtype=np.int64))

    def _meet(self, name: str, keys: IntArray) -> None:
        known = self.met.get(name, np.zeros(0, dtype=np.int64))
        if len(known) < MOST_MET:
            known = np.union1d(known, keys)[:MOST_MET]
        self.met[name] = known

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give all that is known, as JSON."""
        met = {name: each.tolist() for name, each in self.met.items()}
        return {"of": to_plain(self.of), "met": met, "apps": self.apps}

    def restore(self, saved: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on from what `saved` gave, or an earlier release, which knew the courses alone."""
        known = saved if set(saved) == {"of", "met", "apps"} else {"of": saved}
        self.of = from_plain(dict[str, list[Period]], known["of"])
        met = from_plain(dict[str, list[int]], known.get("met", {}))
        self.met = {name: np.array(each, dtype=np.int64) for name, each in met.items()}
        self.apps = from_plain(dict[str, int], known.get("apps", {}))


def _of_people(
    uses: pa.Table,
    subjects: Sequence[int],
    service: IntArray,
    services: Sequence[str],
    of: Sequence[str],
) -> BoolArray:
    """Tell which uses are of some subjects and services."""
    who = np.isin(uses.column("subject").to_numpy(), np.array(subjects, dtype=np.int64))
    codes = [code for code, name in enumerate(services) if name in of]
    return who & np.isin(service, codes)


def _by_service(
    gap: FloatArray, service: IntArray, which: BoolArray, services: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Count some uses by service, and give mean and variance of each."""
    n = np.bincount(service[which], minlength=services).astype(np.float64)
    total = np.bincount(service[which], gap[which], minlength=services)
    mean = total / np.maximum(n, 1.0)
    off = (gap[which] - mean[service[which]]) ** 2
    return n, mean, np.bincount(service[which], off, minlength=services) / np.maximum(n, 1.0)


def _or_usual(
    n: FloatArray, mean: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Let the usual stand for a control group that is too small."""
    is_enough = n >= FEWEST_CONTROLS
    return np.where(is_enough, n, FEWEST_CONTROLS), np.where(is_enough, mean, 0.0), variance


def _period(
    gap: FloatArray,
    service: IntArray,
    here: BoolArray,
    control: tuple[FloatArray, FloatArray, FloatArray],
    *,
    end_ns: int,
) -> Period:
    control_n, control_mean, control_variance = control
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
        control_variance=float((mix * control_variance).sum()),
    )

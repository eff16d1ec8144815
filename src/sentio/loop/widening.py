"""Is what was found but a part of something wider? Then the wider scope is looked at instead.

A fault of one function is often noticed first where it hits most: one service, one segment, one
part of its area. Everything else within its reach falls as well, which a look outside tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from sentio.analysis.causes import WHOLE
from sentio.analysis.scopes import Found
from sentio.awareness.series import Place
from sentio.awareness.watch import Watch
from sentio.loop.looking import Looked, constants, holds, lean
from sentio.loop.sight import LIKE, Odd, Sight
from sentio.model.degradation import Scope
from sentio.model.topology import Topology

AS_MUCH = 0.2  # of a fall, that a wider place must show in all else
REMAINS = 4.0  # standard deviations that a place must still fall to be the wider cause
PROBE_ROWS, FEWEST_OUTSIDE = 150, 10
HALF = 0.5  # of a fall, that a looser scope must show outside
OUTSIDE_NATS = 6.0
SERVING = ("upf", "edge", "segment")  # may hold just the uses of a slice
Look = Callable[[Scope, int, int, int], Looked | None]
"""``look(scope, since_ns, until_ns, most)``: a sample of the uses that nothing explains."""


def wider_place(watch: Watch, found: Found, odd: Odd, rows: Looked) -> Scope | None:
    """Find a wider place in which all else falls as what was found does."""
    n, fall = found.uses / rows.share, found.lost / rows.share
    best, most = None, REMAINS
    for name, member in constants(rows, found.rows).items():
        if name == "service" or odd.scope == {name: member}:
            continue
        other = Place(dimension=name, member=member)
        together, each = watch.remainder(other, window=odd.window, n=n, deviations=fall)
        if each > AS_MUCH * fall / n and together > most:
            best, most = {name: member}, together
    return best


def looser_scope(
    sight: Sight, found: Found, odd: Odd, rows: Looked, end_ns: int, look: Look
) -> Scope | None:
    """Find a scope of fewer attributes, or a function above one of them, that falls as a whole.

    Of a server the app that all uses have is tried as well. Costs a look at a sample of each such
    scope. Of several the surest is given; if there is none, one of fewer attributes that holds
    hardly any use more: the simpler name says the same.
    """
    scope = lean({**odd.scope, **found.scope})
    fall = found.lost / found.uses
    since_ns = end_ns - odd.periods * sight.watch.period_ns
    best, most, simpler = None, 0.0, None
    held = constants(rows, found.rows)
    for wider in _looser(scope, held, sight.watch.book.topology):
        probe = look(wider, since_ns, end_ns, PROBE_ROWS)
        if probe is None:
            continue
        inside = holds(probe.attributes, scope, len(probe.fall))
        outside = probe.fall[~inside]
        if len(wider) < len(scope) and len(inside) and inside.mean() * LIKE > 1.0:
            simpler = simpler or wider
        if len(outside) < FEWEST_OUTSIDE or outside.mean() < HALF * fall:
            continue
        n = np.array([len(outside), len(probe.fall)], dtype=np.float64)
        means = np.array([outside.mean(), probe.fall.mean()])
        there, whole = sight.watch.law(n, means)
        excess = sight.watch.excess(wider, n[0] / probe.share, window=odd.window)
        if there > OUTSIDE_NATS * excess and whole / probe.share > most:
            best, most = wider, float(whole / probe.share)
    return best or simpler


def by_slice(
    sight: Sight, scope: Scope, held: Mapping[str, str], odd: Odd, end_ns: int, look: Look
) -> Scope:
    """Name a part of a place by its slice, where that holds the same uses as what serves it.

    ``held`` are the attributes that all uses of the scope share. Things of one slice pass through
    one UPF, but what a place gives to a part of its uses alone, it gives by slice.
    """
    if "slice" in scope or "slice" not in held:
        return scope
    since_ns = end_ns - odd.periods * sight.watch.period_ns
    for name in SERVING:
        if name not in scope or len(scope) == 1:
            continue
        other = {n: m for n, m in scope.items() if n != name} | {"slice": held["slice"]}
        probe = look(other, since_ns, end_ns, PROBE_ROWS)
        if probe is None:
            continue
        inside = holds(probe.attributes, scope, len(probe.fall))
        if len(inside) and inside.mean() * LIKE > 1.0:
            return other
    return scope


def _looser(scope: Scope, held: Mapping[str, str], topology: Topology) -> Iterator[Scope]:
    for name, member in scope.items():
        rest = {n: m for n, m in scope.items() if n != name}
        if any(whole == name for whole in map(WHOLE.get, rest)):
            continue
        if rest.keys() - {"service"}:
            yield rest
            if name in SERVING and "slice" in held and "slice" not in scope:
                yield {**rest, "slice": held["slice"]}
            if name == "server" and "app" in held and "app" not in scope:
                yield {**rest, "app": held["app"]}
        for above in above_of((name, member), held, topology):
            if rest and above.keys().isdisjoint(rest):
                yield {**rest, **above}


def above_of(
    one: tuple[str, str], held: Mapping[str, str], topology: Topology
) -> Iterator[dict[str, str]]:
    """Name what all uses share and what is above or beside one of their elements."""
    for kind in topology.derived:
        if kind in held and kind != one[0] and topology.is_tied(one, (kind, held[kind])):
            yield {kind: held[kind]}

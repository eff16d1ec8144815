"""One subject's uses, one by one and added up: when, where, with what, and what spoilt each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.awareness.ring import LOSSES
from sentio.experience.perception import remembered
from sentio.kernel.arrays import FloatArray, IntArray
from sentio.loop.care.history import History, history_of
from sentio.loop.care.works import Works
from sentio.loop.detail import StoreDetail
from sentio.model.degradation import Scope
from sentio.model.domain import DOMAINS
from sentio.model.record import PATH
from sentio.store.cube import HOUR_NS
from sentio.store.warehouse import Warehouse

LEAST_LOSS = 0.05  # MOS that a domain must have cost to be named
MOST_MEMBERS = 12  # of a dimension
SHOWN = ("device_model", "cell", "slice", "segment", "app")
MOST_SCORED = 20_000  # uses that are scored anew for what spoilt them


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use. ``lost`` is the MOS that each domain cost, the most first."""

    ts_ns: int
    service: str
    mos: float
    is_poor: bool
    duration_s: float | None
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    lost: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Uses added up: of an hour, which ``ts_ns`` begins, or of a member of a dimension."""

    uses: int
    poor_uses: int
    mos_mean: float
    ts_ns: int
    member: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectUses:
    """All uses of a subject in a span of time.

    ``mos_mean`` is what people on average would have said of them; ``mos_perceived`` is drawn
    towards what the same subject went through before. ``latest`` are the last ones, the newest
    first; of members ``ts_ns`` is the last use there.
    """

    subject: int
    since_ns: int
    until_ns: int
    uses: int
    poor_uses: int
    mos_mean: float | None
    mos_perceived: float | None
    hours: tuple[Tally, ...]
    members: Mapping[str, tuple[Tally, ...]]
    latest: tuple[Use, ...]


def uses_of(
    warehouse: Warehouse, works: Works, scope: Scope, *, since_ns: int, until_ns: int, limit: int
) -> SubjectUses:
    """Read a subject's uses; the last ``limit`` of them are told one by one.

    ``scope`` names the subject, and perhaps one of its services.
    """
    con = warehouse.con.cursor()
    detail = StoreDetail(warehouse, works.ways().topology)
    detail.refresh(con)
    history = history_of(con, detail, list(detail.parts(con, scope, since_ns, until_ns)))
    mos = history.mos
    return SubjectUses(
        subject=int(scope["subject"]),
        since_ns=since_ns,
        until_ns=until_ns,
        uses=len(mos),
        poor_uses=int(history.is_poor.sum()),
        mos_mean=round(float(mos.mean()), 3) if len(mos) else None,
        mos_perceived=_perceived(history),
        hours=tuple(_by_hour(history)),
        members={name: tuple(_by_member(history, name)) for name in SHOWN},
        latest=tuple(_latest(detail, history, scope, until_ns, limit)),
    )


def _perceived(history: History) -> float | None:
    if not len(history.mos):
        return None
    who = np.zeros(len(history.mos), dtype=np.uint64)  # all of one
    return round(float(remembered(who, history.ts, history.mos).mean()), 3)


def _by_hour(history: History) -> Iterator[Tally]:
    hours, at = np.unique(history.ts // HOUR_NS * HOUR_NS, return_inverse=True)
    for each, hour in zip(_tallies(history, at, len(hours)), hours.tolist(), strict=True):
        yield Tally(uses=each[0], poor_uses=each[1], mos_mean=each[2], ts_ns=hour)


def _by_member(history: History, name: str) -> Iterator[Tally]:
    if name not in history.uses.column_names:
        return
    column = history.uses.column(name).cast(pa.string()).to_pylist()
    names = np.array([each or "" for each in column], dtype=str)
    members, at = np.unique(names, return_inverse=True)
    last = np.zeros(len(members), dtype=np.int64)
    np.maximum.at(last, at, history.ts)
    found = [
        Tally(uses=n, poor_uses=poor, mos_mean=mean, ts_ns=int(seen), member=str(member))
        for (n, poor, mean), seen, member in zip(
            _tallies(history, at, len(members)), last, members, strict=True
        )
        if member
    ]
    yield from sorted(found, key=lambda each: (-each.uses, each.member))[:MOST_MEMBERS]


def _tallies(history: History, at: IntArray, groups: int) -> list[tuple[int, int, float]]:
    uses = np.bincount(at, minlength=groups)
    poor = np.bincount(at, history.is_poor, minlength=groups)
    mean: FloatArray = np.bincount(at, history.mos, minlength=groups) / np.maximum(uses, 1)
    return [
        (int(n), int(bad), round(float(mos), 3))
        for n, bad, mos in zip(uses, poor, mean, strict=True)
    ]


def _latest(
    detail: StoreDetail, history: History, scope: Scope, until_ns: int, limit: int
) -> Iterator[Use]:
    """Tell the last uses one by one; only they are scored anew."""
    shown = range(len(history.ts) - 1, max(len(history.ts) - limit, 0) - 1, -1)
    if not shown:
        return
    first_ns = int(history.ts[shown[-1]])
    lost = _lost(detail, scope, first_ns, until_ns)
    length = history.uses.column("duration_ms").to_pylist()
    path = {
        name: history.uses.column(name).cast(pa.string()).to_pylist()
        for name in PATH
        if name in history.uses.column_names
    }
    for at in shown:
        key = int(history.ts[at]), history.service[at]
        yield Use(
            ts_ns=key[0],
            service=key[1],
            mos=round(float(history.mos[at]), 2),
            is_poor=bool(history.is_poor[at]),
            duration_s=None if length[at] is None else round(length[at] / 1000.0, 1),
            path={name: column[at] for name, column in path.items() if column[at]},
            lost=lost.get(key, {}),
        )


def _lost(
    detail: StoreDetail, scope: Scope, since_ns: int, until_ns: int
) -> dict[tuple[int, str], dict[str, float]]:
    """Give the loss by domain of each use, by its time and service."""
    scored = detail.fetch(scope, since_ns, until_ns, most_rows=MOST_SCORED, losses=True).uses
    columns = [scored.column(name).to_pylist() for name in LOSSES]
    keys = zip(
        scored.column("ts").to_pylist(),
        scored.column("service").cast(pa.string()).to_pylist(),
        strict=True,
    )
    return {
        (int(ts), str(service)): _ordered(losses)
        for (ts, service), losses in zip(keys, zip(*columns, strict=True), strict=True)
    }


def _ordered(losses: tuple[float, ...]) -> dict[str, float]:
    pairs = zip(DOMAINS, losses, strict=True)
    kept = {name: round(loss, 2) for name, loss in pairs if loss >= LEAST_LOSS}
    return dict(sorted(kept.items(), key=lambda each: -each[1]))

"""The network's state by cell and quarter of an hour, and what it gives a user there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.city import (
    CENTRE_SITES,
    CONGESTED_CELL,
    FACTORY_SITE,
    LOSSY_SITE,
    SITES,
    STADIUM_CELL,
    City,
)
from sentio.lab.day import MINUTE_NS, Span, every, hour_of_day, rhythm
from sentio.lab.stories import Story

SLOT_NS = 15 * MINUTE_NS
OVERLOAD = 0.95  # load from which requests are refused
FULL = 0.985  # of all resource blocks
STADIUM_LOAD = 0.68  # much more than usual, and still room enough
LOSS_RATIO = 0.06  # of the packets on the bad link
CELL_KBPS = 85_000.0  # what a user gets in an empty cell, half-way out
MSS_BITS = 1460 * 8
CONNECTIONS = 4.0  # that a page or player opens at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the network gives at some places and moments, shape (rows,)."""

    load: FloatArray  # share of the resource blocks in use
    rate_kbps: FloatArray
    rtt_ms: FloatArray
    loss_ratio: FloatArray
    jitter_ms: FloatArray

    @property
    def is_full(self) -> BoolArray:
        """Tell where the cell refuses some of those who ask."""
        return self.load > OVERLOAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Load of shape (cells, slots) and loss on the backhaul of shape (sites, slots)."""

    span: Span
    site: IntArray
    load: FloatArray
    backhaul_loss: FloatArray

    def at(
        self,
        rng: np.random.Generator,
        *,
        cell: IntArray,
        ts_ns: IntArray,
        radio: FloatArray | float = 1.0,
    ) -> Conditions:
        """Give the conditions of uses in cells at moments.

        Delay follows a queue's 1 / (1 - load); TCP on a lossy path gets no more than the law of
        Mathis allows (M. Mathis et al., Comp. Comm. Rev. 27 (1997) 67-82).
        """
        slot = np.clip((ts_ns - self.span.start_ns) // SLOT_NS, 0, self.load.shape[1] - 1)
        load = self.load[cell, slot]
        queue = load / (1.0 - load)
        rows = len(cell)
        rtt = 26.0 + (6.0 * queue + 6.0) * np.exp(rng.normal(0.0, 0.35, rows))
        backhaul = self.backhaul_loss[self.site[cell], slot]
        loss = 0.0004 * (1.0 + queue) * np.exp(rng.normal(0.0, 0.6, rows)) + backhaul
        rate = CELL_KBPS * (1.0 - load) * radio * np.exp(rng.normal(0.0, 0.55, rows))
        allowed = CONNECTIONS * 1.22 * MSS_BITS / rtt / np.sqrt(loss + 1e-6)  # bit/ms is kbit/s
        return Conditions(
            load=load,
            rate_kbps=np.minimum(rate, allowed),
            rtt_ms=np.minimum(rtt, 900.0),
            loss_ratio=np.minimum(loss, 0.5),
            jitter_ms=1.5 + 0.05 * (rtt - 30.0).clip(0.0),
        )


def run_network(
    rng: np.random.Generator, city: City, span: Span, told: tuple[Story, ...]
) -> Network:
    """Load the cells by the rhythm of their kind, then let the stories happen."""
    slots = every(span, SLOT_NS)
    cells = len(city.cells)
    office = np.interp(hour_of_day(slots), [0, 6, 9, 12, 14, 17, 20, 24], _OFFICE)
    is_office = np.isin(city.site, (*CENTRE_SITES, FACTORY_SITE))
    shape = np.where(is_office[:, None], office, rhythm(slots) / 1.9)
    load = rng.uniform(0.34, 0.5, cells)[:, None] * shape + rng.normal(
        0.0, 0.02, (cells, len(slots))
    )
    load = np.clip(load, 0.02, 0.7)
    lossy = np.zeros((SITES, len(slots)))
    for story in told:
        now = (slots >= story.start_ns) & (slots < story.end_ns)
        if story.kind == "congestion":
            load[CONGESTED_CELL, now] = FULL - rng.uniform(0.0, 0.01, int(now.sum()))
            before = (slots >= story.start_ns - 4 * SLOT_NS) & (slots < story.end_ns + 2 * SLOT_NS)
            load[CONGESTED_CELL, before & ~now] = 0.8
        elif story.kind == "loss":
            lossy[LOSSY_SITE, now] = LOSS_RATIO * rng.uniform(0.8, 1.2, int(now.sum()))
        elif story.kind == "peak":
            load[STADIUM_CELL, now] = STADIUM_LOAD + rng.uniform(-0.03, 0.03, int(now.sum()))
    return Network(span=span, site=city.site, load=load, backhaul_loss=lossy)


_OFFICE = [0.1, 0.15, 0.9, 1.05, 1.05, 0.8, 0.35, 0.15]

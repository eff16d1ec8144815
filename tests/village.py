"""A village whose uses of one service are watched; its falls are made to order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.awareness.budget import Budget
from sentio.awareness.ring import LOSSES, Ring
from sentio.awareness.totals import totals_of_uses
from sentio.awareness.watch import Watch
from sentio.loop.watching import Watching
from sentio.model.topology import Derived, Topology

PERIOD_NS = 300_000_000_000
START_NS = 1_732_147_200_000_000_000
USES, SUBJECTS, CELLS = 900, 4000, 12
OF_UPF = {"upf-0": "ims-0", "upf-1": "ims-0", "upf-2": "ims-1", "upf-3": "ims-1"}
SIZES = {"app": 4, "cell": CELLS, "upf": 4, "segment": 3}


class Village:
    """Uses of one service by four apps, watched from the first period on."""

    def __init__(self) -> None:
        derived = {"ims": Derived(kind="ims", below="upf", of=OF_UPF)}
        self.topology = Topology(derived=derived)
        self.rng = np.random.default_rng(4)
        self.ring = Ring(periods=40, known_above=("subject", "ims"))
        self.budget = Budget(share=1.0)
        watch = Watch(period_ns=PERIOD_NS, topology=self.topology)
        self.watching = Watching(watch, self.ring, budget=self.budget)
        self.period = 0

    def turn(
        self, *, learn: bool, worst: str = "", also: dict[str, str] | None = None, **hit: str
    ) -> None:
        """Let a period pass; the uses that ``hit`` names fall, and most those of one segment.

        Those that ``also`` names fall by as much again.
        """
        start_ns = START_NS + self.period * PERIOD_NS
        uses = self._drawn(start_ns, (hit, also or {}), worst)
        self.budget.earn(uses.nbytes)
        self.ring.keep(start_ns, start_ns + PERIOD_NS, [uses], bulk_bytes=uses.nbytes)
        totals = totals_of_uses({"web": uses})
        step = self.watching.learn if learn else self.watching.see
        step(totals.rows, totals.bins, uses, start_ns=start_ns)
        self.period += 1

    def _drawn(
        self, start_ns: int, hits: tuple[dict[str, str], dict[str, str]], worst: str
    ) -> pa.Table:
        codes = {name: self.rng.integers(0, size, USES) for name, size in SIZES.items()}
        names = {
            name: pa.array([f"{name}-{code}" for code in of]).dictionary_encode()
            for name, of in codes.items()
        }
        names["ims"] = pa.array([OF_UPF[f"upf-{code}"] for code in codes["upf"]])
        is_worst = np.array(names["segment"].to_pylist()) == worst
        lost = np.where(is_worst, 1.8, 0.8) if worst else 1.0
        mos = self.rng.normal(4.1, 0.4, USES)
        for hit in filter(None, hits):
            inside = [np.array(names[name].to_pylist()) == member for name, member in hit.items()]
            mos -= np.logical_and.reduce(inside) * lost
        return pa.table(
            {
                "ts": np.sort(start_ns + self.rng.integers(0, PERIOD_NS, USES)),
                "subject": self.rng.integers(0, SUBJECTS, USES),
                "service": pa.array(["web"] * USES).dictionary_encode(),
                **{
                    name: column.cast(pa.dictionary(pa.int32(), pa.string()))
                    if pa.types.is_dictionary(column.type)
                    else column.dictionary_encode()
                    for name, column in names.items()
                },
                "mos": np.clip(mos, 1.0, 5.0),
                **{name: np.zeros(USES) for name in LOSSES},
            }
        )

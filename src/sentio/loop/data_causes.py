"""Where the data are at fault: as the cause of what seems to fall, and whom not to believe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sentio.loop.live import Live
from sentio.model.data_fault import DATA, DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Evidence, Hypothesis

SHARE = 0.6  # of the uses that fell, which must come from the source that is at fault
SURE = 0.95  # that values off by a factor everywhere explain what they make of the score
WEIGHT = 8.0  # nats, as much as a perfect fit (`sentio.analysis.causes`)


def with_data(
    causes: Sequence[Hypothesis], live: Live, told: Degradation, now_ns: int
) -> list[Hypothesis]:
    """Put a fault of the data in front of all causes, where it explains what fell."""
    faults = live.data_faults.of_values(told)
    if not faults:
        return list(causes)
    uses = live.bringing.sources_of(told.scope, told.began_ns, now_ns)
    whole = sum(n for (_, service), n in uses.items() if service in told.services)
    for fault in faults:
        if uses.get((fault.source, fault.service), 0) >= SHARE * whole > 0.0:
            others = [replace(each, probability=(1.0 - SURE) * each.probability) for each in causes]
            return [_hypothesis(fault), *others]
    return list(causes)


def trusted(rows: pa.RecordBatch, faults: Iterable[DataFault]) -> pa.RecordBatch:
    """Leave out what wrong counters told while they were wrong."""
    for fault in faults:
        if not rows.num_rows:
            break
        elements, indicators = (
            np.array(rows.column(n).to_pylist()) for n in ("element", "indicator")
        )
        ts = rows.column("ts").to_numpy()
        wrong = (elements == fault.place) & (indicators == fault.indicator) & (ts > fault.since_ns)
        wrong &= ts <= (fault.until_ns or ts.max())
        rows = rows.filter(pa.array(~wrong)) if wrong.any() else rows
    return rows


def _hypothesis(fault: DataFault) -> Hypothesis:
    evidence = Evidence(what=fault.sentence, weight=WEIGHT, element=fault.source, source="data")
    return Hypothesis(
        element=fault.source,
        element_kind="source",
        domain=DATA,
        scope={},
        kind=fault.what,
        probability=SURE,
        evidence=(evidence,),
    )

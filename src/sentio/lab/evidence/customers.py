"""What the business knows of all subjects: segment, contract and value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.lab.operator.estate import Estate
from sentio.lab.uses.batches import coded
from sentio.model.record import CUSTOMER

CONTRACTS = pa.array(["prepaid", "12 months", "24 months"], pa.string())


def customers_of(estate: Estate, ts_ns: int) -> pa.RecordBatch:
    """Give one row a subject, in the order of their numbers: the columns of CUSTOMER behind it."""
    people = estate.subjects
    rows = len(people)
    rng = np.random.default_rng([estate.seed, 15])
    told = {
        "ts": pa.array(np.full(rows, ts_ns)),
        "segment": coded(people.segment, estate.dictionaries["segment"]),
        "contract": coded(rng.choice(3, rows, p=(0.3, 0.3, 0.4)), CONTRACTS),
        "value_per_month": pa.array(people.value_per_month),
        "tenure_months": pa.array(rng.gamma(2.0, 16.0, rows).round()),
        "has_churned": pa.array(np.zeros(rows, dtype=np.bool_)),
        "attributes": pa.nulls(rows, pa.string()),
        "quality": pa.array(np.zeros(rows, dtype=np.uint8)),
    }
    columns = {name: told[name] for name in CUSTOMER}
    return pa.RecordBatch.from_pydict({"subject": pa.array(np.arange(rows)), **columns})

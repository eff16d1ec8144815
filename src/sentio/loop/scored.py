"""Scored uses as a table: what a collection point keeps in its ring, and what detail looks like."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.awareness.ring import LOSSES
from sentio.experience.scoring import domain_loss, score
from sentio.experience.service import SERVICES
from sentio.model.domain import DIMENSIONS, DOMAINS, Domain
from sentio.model.topology import Topology, with_derived

WIDE = (*(name for name in DIMENSIONS if name != "all"), "app_version", "firmware")
CODED = pa.dictionary(pa.int32(), pa.string())


def scored_uses(service: str, uses: pa.RecordBatch, topology: Topology) -> pa.Table:
    """Score uses of one service and keep who, when, where, the score and the loss by domain.

    ``uses`` are gated experience records with the column ``subject``.
    """
    model = SERVICES[service]
    found = score(model, uses)
    rows = uses.num_rows
    lost = domain_loss(model, found.loss)
    columns: dict[str, pa.Array] = {
        "ts": uses.column("ts"),
        "subject": uses.column("subject"),
        "service": _one(service, rows),
        "mos": pa.array(found.mos),
    }
    for name in WIDE:
        place = uses.schema.get_field_index(name)
        columns[name] = uses.column(place) if place >= 0 else pa.nulls(rows, CODED)
    for domain, name in zip(DOMAINS, LOSSES, strict=True):
        columns[name] = pa.array(
            np.asarray(lost.get(Domain(domain), np.zeros(rows)), dtype=np.float32)
        )
    return with_derived(pa.table(columns), topology)


def _one(name: str, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int32), pa.array([name]))

"""What the business knows and asks: the list of customers, and survey answers, CSV out of a CRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.lab.operator.subjects import THINGS
from sentio.lab.simulation import Operator
from sentio.lab.stream.names import OUI, imsi_of, serial_of
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.tables import csv_parcel, dated
from sentio.lab.wire.text import clock, fixed, glue, whole

SOURCE = "crm"
IMPORTANT_VALUE = 120.0  # a month, from which on the business calls a customer important
IMPORTANT_SEGMENT = "emergency"
ISO, DATE = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"
ASKED = 2e-3  # of the uses are followed by a survey that is answered
ANNOYING = {
    # from where on a use annoys: what a person notices, in the unit of the indicator
    "is_success": (-1.0, 0.5),
    "is_retained": (-1.0, 0.5),
    "page_load_ms": (1.0, 6_000.0),
    "stall_total_ms": (1.0, 4_000.0),
    "freeze_ratio": (1.0, 0.1),
    "packet_loss_ratio": (1.0, 0.03),
    "frame_loss_ratio": (1.0, 0.05),
    "post_duration_ms": (1.0, 9_000.0),
}


def customers(operator: Operator) -> Parcel:
    """Write all customers; boxes at home go by their serial number, all else by its SIM."""
    batch = operator.customers()
    subject = batch.column("subject").to_numpy()
    is_box = boxes_of(operator)
    value = batch.column("value_per_month").to_numpy()
    segment = batch.column("segment").dictionary_decode()
    vip = (value >= IMPORTANT_VALUE) | pc.equal(segment, IMPORTANT_SEGMENT).to_numpy(
        zero_copy_only=False
    )
    date = str(clock(np.array([operator.start_ns]), DATE)[0])
    nothing = pa.scalar(None, pa.string())
    columns = {
        "imsi": pc.if_else(pa.array(is_box), nothing, imsi_of(subject)),
        "device_serial": pc.if_else(pa.array(is_box), glue(f"{OUI}-", serial_of(subject)), nothing),
        "segment": segment,
        "contract": batch.column("contract").dictionary_decode(),
        "monthly_charges": fixed(value, 2),
        "tenure_months": batch.column("tenure_months"),
        "churn": pa.array(["no"] * len(subject)),
        "important": pa.array(np.where(vip, "yes", "no"), pa.string()),
        "snapshot_date": pa.array([date] * len(subject)),
    }
    return csv_parcel(SOURCE, dated("customers", operator.start_ns), columns, "customers")


def surveys(
    start_ns: int, uses: Mapping[str, pa.RecordBatch], rng: np.random.Generator
) -> Iterator[Parcel]:
    """Ask a few users after a use how likely they would recommend the operator (NPS)."""
    asked = [
        _answers(batch, rng)
        for batch in uses.values()
        if str(batch.column("subject_kind")[0]) == "user"
    ]
    if not any(len(subject) for subject, *_ in asked):
        return
    subject, ts_ns, score = (np.concatenate(each) for each in zip(*asked, strict=True))
    number = whole(ts_ns // 1_000_000)
    columns = {
        "survey_id": glue("S", number),
        "survey_date": clock(ts_ns, ISO),
        "imsi": imsi_of(subject),
        "nps_score": pa.array(score),
        "touchpoint": pa.array(["after use"] * len(subject)),
    }
    yield csv_parcel(SOURCE, dated("surveys", start_ns), columns, "surveys")


def _answers(
    batch: pa.RecordBatch, rng: np.random.Generator
) -> tuple[IntArray, IntArray, IntArray]:
    chosen = np.flatnonzero(rng.random(batch.num_rows) < ASKED)
    drop = 3.5 * _is_annoying(batch)[chosen]
    score = np.rint(rng.normal(8.2, 1.6, len(chosen)) - drop).clip(0, 10).astype(np.int64)
    subject, ts_ns = (batch.column(name).to_numpy()[chosen] for name in ("subject", "ts"))
    return subject, ts_ns, score


def _is_annoying(batch: pa.RecordBatch) -> BoolArray:
    found = np.zeros(batch.num_rows, dtype=np.bool_)
    for name, (sign, bound) in ANNOYING.items():
        if name in batch.schema.names:
            found |= sign * batch.column(name).to_numpy() > sign * bound
    return found


def boxes_of(operator: Operator) -> BoolArray:
    """Tell which subjects are boxes at home, shape (subjects,)."""
    people = operator.estate.subjects
    boxes = people.thing_kind == list(THINGS).index("cpe")
    return np.concatenate([np.zeros(people.users, dtype=np.bool_), boxes])

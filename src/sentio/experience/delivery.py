"""What became of the messages of a thing, as shares of those that were due (3GPP TS 22.104)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Lists
from sentio.experience.models.availability import in_time, lost_messages, service_availability
from sentio.experience.requirements import Messages, Span

MESSAGE_COLUMNS = ("message_latency_ms", "lost_count", "message_count", "transfer_interval_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of the messages of each row: shares of them, shape (rows,), [0, 1]."""

    late_or_lost: FloatArray
    unavailable: FloatArray


def delivery(timing: Messages, columns: Columns) -> Delivery:
    """Judge the messages of each row: from their latencies, or where there are none from counts."""
    latency_ms = _latencies(columns)
    interval_ms = np.asarray(columns["transfer_interval_ms"])
    interval_ms = np.where(interval_ms > 0.0, interval_ms, timing.transfer_interval_ms)
    survival_ms = _span_ms(timing.survival_time, interval_ms)
    up = service_availability(
        in_time(latency_ms, _span_ms(timing.latency_limit, interval_ms)),
        latency_ms.offsets,
        transfer_interval_ms=interval_ms,
        survival_time_ms=survival_ms,
    )
    late_or_lost = up.missed / np.maximum(up.messages, 1)
    unavailable = 1.0 - up.availability
    rows = np.flatnonzero(up.messages == 0)
    if len(rows):
        late_or_lost[rows] = counted = _lost_by_count(columns)[rows]
        # Only the mean is known: as if the losses were independent (TS 22.104 table 5.1-1).
        survivals = np.floor(survival_ms[rows] / interval_ms[rows] + 1e-9)
        unavailable[rows] = counted ** (survivals + 1.0)
    return Delivery(late_or_lost=late_or_lost, unavailable=unavailable)


def lost_ratio(columns: Columns) -> FloatArray:
    """Share of the messages that never came, shape (rows,), [0, 1]."""
    latency_ms = _latencies(columns)
    counts = latency_ms.counts
    lost = lost_messages(latency_ms) / np.maximum(counts, 1)
    rows = np.flatnonzero(counts == 0)
    if len(rows):
        lost[rows] = _lost_by_count(columns)[rows]
    return lost


def _lost_by_count(columns: Columns) -> FloatArray:
    due, lost = np.asarray(columns["message_count"]), np.asarray(columns["lost_count"])
    # Losses out of an unknown number: one message at least is taken to have come.
    return lost / np.where(due > 0.0, np.maximum(due, lost), lost + 1.0)


def _latencies(columns: Columns) -> Lists:
    latency_ms = columns["message_latency_ms"]
    assert isinstance(latency_ms, Lists)  # its shape in the catalogue  # noqa: S101
    return latency_ms


def _span_ms(span: Span, interval_ms: FloatArray) -> FloatArray:
    if span.intervals is not None:
        return span.intervals * interval_ms
    return np.full(len(interval_ms), span.ms)

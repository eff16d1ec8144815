"""Probe packets with their times t1 to t4 (RFC 5357, RFC 8762): round trips, or delays one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sentio.ingest.wire.active.run import Answers
from sentio.ingest.wire.csv.measured import is_nothing, numbers
from sentio.ingest.wire.times.columns import year_first_ns
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

NAMES: dict[str, tuple[str, ...]] = {
    "seq": (
        "seq",
        "sequence",
        "sequencenumber",
        "seqno",
        "sn",
        "senderseq",
        "sendersequencenumber",
    ),
    "t1": ("t1", "sendertimestamp", "sendtime", "senttime", "txtime", "txtimestamp", "t1ns"),
    "t2": ("t2", "receivetimestamp", "reflectorrxtime", "reflectorreceivetime", "t2ns"),
    "t3": ("t3", "reflectortimestamp", "reflectortxtime", "reflectorsendtime", "t3ns"),
    "t4": ("t4", "senderreceivetimestamp", "receivetime", "rxtime", "rxtimestamp", "t4ns"),
    "rtt_ms": ("rttms", "rtt", "roundtripms", "roundtrip"),
    "rtt_us": ("rttus", "roundtripus"),
    "rtt_ns": ("rttns", "roundtripns"),
}
"""What each is called (lower case letters and digits only); t2 and t3 are the reflector's."""

RTT_SCALE_MS = {"rtt_ms": 1.0, "rtt_us": 1e-3, "rtt_ns": 1e-6}

SEQUENCE_END = 2**32
NTP_OFFSET_NS = 2_208_988_800 * SECOND_NS
"""NTP counts from 1900 (RFC 5905); as seconds since 1970 its times lie after 2061."""
NTP_FROM_NS = 2_890_000_000 * SECOND_NS
LONGEST_NS = 600 * SECOND_NS
"""A packet that takes longer is a damaged row."""

Reject = Callable[[int, str, str, str], None]


def columns_of(names: Sequence[str]) -> dict[str, str]:
    """Say which column gives what, if the columns are those of packets; empty if not."""
    found = {
        ours: next(name for name in theirs if name in names)
        for ours, theirs in NAMES.items()
        if set(theirs) & set(names)
    }
    has_latency = "t4" in found or RTT_SCALE_MS.keys() & found.keys()
    return found if {"seq", "t1"} <= found.keys() and has_latency else {}


def packets(
    columns: Mapping[str, pa.StringArray], lines: IntArray, reject: Reject, *, one_way: bool
) -> Answers:
    """Understand rows of packets.

    Parameters
    ----------
    columns
        Texts by our names; a packet without t4 (and RTT) never came back.
    lines
        The line of each, shape (rows,).
    reject
        ``reject(index, field, reason, message)`` is called for each row that is damaged.
    one_way
        Whether the two clocks agree, so that t2 - t1 is the delay there.

    Returns
    -------
    answers
        Numbers, the time the answer came (or the packet left, if lost), and the latency:
        (t4 - t1) - (t3 - t2) of RFC 5357, or t2 - t1.
    """
    bad = np.zeros(len(lines), dtype=np.bool_)
    number, is_wrong = _sequence(columns["seq"])
    _note(is_wrong, bad, reject, "seq", "not_a_number", "seq is no whole number of 32 bits")
    at: dict[str, tuple[IntArray, BoolArray]] = {}
    for name in ("t1", "t2", "t3", "t4"):
        if name in columns:
            at[name] = _clock(columns[name])
            is_wrong = ~at[name][1] & ~is_nothing(columns[name]).to_numpy(zero_copy_only=False)
            _note(is_wrong, bad, reject, name, "bad_time", f"{name} is no time")
    _note(~at["t1"][1], bad, reject, "t1", "missing", "no time at which the packet left")
    latency_ns = _latency_ns(columns, at, one_way=one_way)
    outside = (latency_ns < 0) | (latency_ns > LONGEST_NS)
    _note(outside, bad, reject, "t4", "out_of_range", "the times make no sense together")
    took = np.where(bad, 0.0, np.nan_to_num(latency_ns))
    every = Answers(
        line=lines,
        number=number,
        at_ns=at["t1"][0] + np.rint(took).astype(np.int64),
        is_local=np.zeros(len(lines), dtype=np.bool_),
        rtt_ms=latency_ns / 1e6,
    )
    return every.where(~bad)


def _sequence(texts: pa.StringArray) -> tuple[IntArray, BoolArray]:
    found, _ = numbers(texts)
    values = np.nan_to_num(found.to_numpy(zero_copy_only=False), nan=-1.0, posinf=-1.0)
    is_wrong = (values < 0) | (values >= SEQUENCE_END) | (values % 1 != 0)
    return np.where(is_wrong, 0, values).astype(np.int64), is_wrong


def _latency_ns(
    columns: Mapping[str, pa.StringArray],
    at: Mapping[str, tuple[IntArray, BoolArray]],
    *,
    one_way: bool,
) -> FloatArray:
    def apart(later: str, earlier: str) -> FloatArray:
        if later not in at or earlier not in at:
            return np.full(len(at["t1"][0]), np.nan)
        both = at[later][1] & at[earlier][1]
        return np.where(both, (at[later][0] - at[earlier][0]).astype(np.float64), np.nan)

    if one_way:
        return apart("t2", "t1")
    for name, scale in RTT_SCALE_MS.items():
        if name in columns:
            given = np.array(numbers(columns[name])[0].to_numpy(zero_copy_only=False))
            return given * scale * 1e6
    return apart("t4", "t1") - np.nan_to_num(np.maximum(apart("t3", "t2"), 0.0))


def _clock(texts: pa.StringArray) -> tuple[IntArray, BoolArray]:
    ns, good = year_first_ns(texts, "UTC")
    return np.where(ns > NTP_FROM_NS, ns - NTP_OFFSET_NS, ns), good


def _note(
    wrong: BoolArray, bad: BoolArray, reject: Reject, field: str, reason: str, message: str
) -> None:
    """Reject rows that are wrong and not rejected yet."""
    for index in np.flatnonzero(wrong & ~bad):
        reject(int(index), field, reason, message)
    bad |= wrong

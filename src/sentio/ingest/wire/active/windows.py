"""Cyclic messages, each answered or lost, gathered into windows of equal length (TS 22.104)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.ingest.piece import Reading
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.kernel.arrays import FloatArray, IntArray
from sentio.kernel.errors import ConfigError

MS_NS = 1_000_000
WINDOW_MS = 1000.0
LONGEST_WINDOW_MS = 3_600_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Messages in the order of their numbers, each number once.

    ``sent_ns`` is when each left, never falling; ``latency_ms`` is NaN where it never came back.
    """

    sent_ns: IntArray
    latency_ms: FloatArray

    def __len__(self) -> int:
        """Count the messages."""
        return len(self.sent_ns)


def number_option(reading: Reading, name: str, otherwise: float | None) -> float | None:
    """Give a positive number of milliseconds out of the options, or raise `ConfigError`."""
    given = reading.options.get(name)
    if given is None:
        return otherwise
    try:
        value = float(given)
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_WINDOW_MS:
        raise ConfigError(
            f"{given!r} is no length of time",
            where=f"option {name}",
            expected="milliseconds above 0, at most an hour",
        )
    return value


def filled(
    answered: tuple[IntArray, IntArray, FloatArray], *, first: int, last: int, interval_ns: float
) -> Messages:
    """Put lost messages between the answered ones.

    Parameters
    ----------
    answered
        Number, time sent (ns) and latency (ms) of the answered messages, rising numbers; at
        least one.
    first, last
        The numbers of the first and last message that should have come.
    interval_ns
        Time between messages, to place those before the first and after the last answer.

    Returns
    -------
    messages
        A lost message between two answers left at the time in proportion between theirs.
    """
    number, sent, latency = answered
    every = np.arange(first, last + 1)
    base = sent[0]
    left = np.interp(every, number, (sent - base).astype(np.float64))
    left += np.minimum(every - number[0], 0) * interval_ns
    left += np.maximum(every - number[-1], 0) * interval_ns
    came = np.full(len(every), np.nan)
    is_here = (number >= first) & (number <= last)
    came[number[is_here] - first] = latency[is_here]
    whole = np.maximum.accumulate(np.rint(left).astype(np.int64)) + base
    return Messages(sent_ns=whole, latency_ms=came)


def window_columns(
    messages: Messages, *, window_ms: float, interval_ms: float | None
) -> dict[str, pa.Array]:
    """Make one record of each window in which a message should have come.

    Windows start at multiples of their length since 1970, so they are the same however the
    input was cut.
    """
    window_ns = max(int(window_ms * MS_NS), 1)
    start = messages.sent_ns // window_ns * window_ns
    first = np.flatnonzero(np.concatenate([[True], np.diff(start) != 0]))
    offsets = np.append(first, len(start))
    lost = np.isnan(messages.latency_ms)
    counts = np.diff(offsets)
    losses = np.add.reduceat(lost.astype(np.int64), first)
    sums = np.add.reduceat(np.where(lost, 0.0, messages.latency_ms), first)
    came = counts - losses
    means = np.divide(sums, came, out=np.full(len(first), np.nan), where=came > 0)
    interval = np.full(len(first), np.nan if interval_ms is None else interval_ms)
    return {
        "ts": pa.array(start[first]),
        "duration_ms": pa.array(np.full(len(first), window_ms)),
        "message_latency_ms": pa.ListArray.from_arrays(
            pa.array(offsets.astype(np.int32)), pa.array(messages.latency_ms, mask=lost)
        ),
        "transfer_interval_ms": pa.array(interval, mask=np.isnan(interval)),
        "message_count": pa.array(counts.astype(np.float64)),
        "lost_count": pa.array(losses.astype(np.float64)),
        "rtt_ms": pa.array(means, mask=came == 0),
    }


def spacing_ns(number: IntArray, sent_ns: IntArray) -> float | None:
    """Median time between consecutive messages, in the order of their numbers; None if unknown."""
    step, apart = np.diff(number), np.diff(sent_ns)
    is_next = (step == 1) & (apart > 0) & (apart < LONGEST_WINDOW_MS * MS_NS)
    if is_next.any():
        return float(np.median(apart[is_next]))
    if len(number) > 1 and sent_ns[-1] - sent_ns[0] > 0 and number[-1] > number[0]:
        return float((sent_ns[-1] - sent_ns[0]) / (number[-1] - number[0]))
    return None


DEFAULT_INTERVAL_NS = float(SECOND_NS)
"""What ping and TWAMP senders wait between two packets unless told otherwise."""

"""A WebRTC call cut into windows: counters differenced, gauges averaged, one record a window."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.ingest.wire.webrtc.metrics import Metric, Role

LONGEST_STEP_NS = 600 * SECOND_NS  # after ten minutes without a report a counter begins anew
MAX_COUNTERS = 10_000


@dataclass(slots=True)
class Sums:
    """What one stream did in a window: growth of counters over how long, sums of gauges."""

    growth: dict[str, float] = field(default_factory=dict[str, float])
    span_s: dict[str, float] = field(default_factory=dict[str, float])
    total: dict[str, float] = field(default_factory=dict[str, float])
    count: dict[str, int] = field(default_factory=dict[str, int])

    def rate(self, name: str) -> float | None:
        """Give a counter's growth per second."""
        span = self.span_s.get(name, 0.0)
        return self.growth[name] / span if span > 0 else None

    def mean(self, name: str) -> float | None:
        """Give a gauge's mean."""
        return self.total[name] / self.count[name] if self.count.get(name) else None


class Call:
    """One end of a call: takes samples in time, gives a record when a window is over."""

    def __init__(self, key: str, account: str | None, window_ns: int) -> None:
        self.key = key
        self.has_record = False
        self._account = account
        self._window_ns = window_ns
        self._start_ns: int | None = None
        self._last_ns = 0
        self._sums: dict[tuple[Role, str], Sums] = {}
        self._rates: set[str] = set()
        self._before: dict[tuple[Role, str, str], tuple[int, float]] = {}

    def step(self, time_ns: int) -> Record | None:
        """Move to a time; gives the record of the window that this ends, if it holds anything."""
        record = None
        if self._start_ns is None:
            self._start_ns = time_ns
        elif time_ns > self._start_ns + self._window_ns:
            # A report speaks for the time before it: one at the window's very end belongs to it.
            record = self._record(self._start_ns + self._window_ns)
            skipped = (time_ns - 1 - self._start_ns) // self._window_ns
            self._start_ns += skipped * self._window_ns
        self._last_ns = max(self._last_ns, time_ns)
        return record

    def see(self, time_ns: int, stream: str, metric: Metric, value: float) -> None:
        """Take one sample; -1 and what is no finite number say that there is none."""
        if value == -1 or not math.isfinite(value):
            return
        sums = self._sums.setdefault((metric.role, stream), Sums())
        if metric.name == "packets" and (stream in self._rates or not value.is_integer()):
            # Packets are whole; a column of fractions is the rate that Chrome shows beside them.
            self._rates.add(stream)
            metric = metric._replace(name="packets_per_s", how="gauge")
        if metric.how == "gauge":
            sums.total[metric.name] = sums.total.get(metric.name, 0.0) + value
            sums.count[metric.name] = sums.count.get(metric.name, 0) + 1
            return
        key = (metric.role, stream, metric.name)
        before = self._before.get(key)
        if len(self._before) >= MAX_COUNTERS and before is None:
            self._rates.clear()
            self._before.clear()  # streams come and go; the old ones are never heard of again
        self._before[key] = (time_ns, value)
        if before is None or not 0 < time_ns - before[0] <= LONGEST_STEP_NS:
            return
        grown = value - before[1]
        # Only the number of lost packets may fall (late packets arrive after all); any other
        # counter that falls was started anew.
        if grown >= 0 or metric.name == "lost":
            sums.growth[metric.name] = sums.growth.get(metric.name, 0.0) + grown
            span = (time_ns - before[0]) / SECOND_NS
            sums.span_s[metric.name] = sums.span_s.get(metric.name, 0.0) + span

    def end(self) -> Record | None:
        """Give the record of the last, shorter window."""
        return None if self._start_ns is None else self._record(self._last_ns)

    def _record(self, end_ns: int) -> Record | None:
        sums, self._sums = self._sums, {}
        start_ns = self._start_ns or 0
        values = indicators(sums)
        if all(value is None for value in values.values()):
            return None
        self.has_record = True
        return {
            "ts": start_ns,
            "duration_ms": (end_ns - start_ns) / 1e6,
            "subject_kind": "user",
            "account": self._account,
            "session_key": self.key,
            **values,
            "quality": 0,
        }


def indicators(sums: dict[tuple[Role, str], Sums]) -> dict[str, float | None]:
    """Compute a window's indicators from the sums of its streams.

    Size, frame rate, freezing and jitter are those of the video stream that received most; loss
    is over all received streams. Without candidate pair or received packets, what the other side
    reports stands in for round trip and loss.
    """
    videos = _streams(sums, "video")
    audios = _streams(sums, "audio")
    video = max(videos, key=_weight, default=Sums())
    audio = max(audios, key=_weight, default=Sums())
    pair = max(_streams(sums, "pair"), key=lambda each: each.count.get("rtt_s", 0), default=Sums())
    remotes = _streams(sums, "remote")
    rtt_s = _first(pair.mean("rtt_s"), *(each.mean("rtt_s") for each in remotes))
    loss = _loss([*videos, *audios])
    volume = [each.growth["bytes"] for each in (*videos, *audios) if "bytes" in each.growth]
    return {
        "stream_bitrate_kbps": _kbps(video),
        "stream_fps": _first(video.mean("fps"), video.rate("frames")),
        "stream_width_px": video.mean("width"),
        "stream_height_px": video.mean("height"),
        "freeze_ratio": _at_most(video.rate("frozen_s"), 1.0),
        "rtt_ms": _times(rtt_s, 1000),
        "jitter_ms": _times(_first(video.mean("jitter_s"), audio.mean("jitter_s")), 1000),
        "packet_loss_ratio": _first(loss, *(each.mean("fraction_lost") for each in remotes)),
        "jitter_buffer_ms": _first(_buffer_ms(video), _buffer_ms(audio)),
        "audio_bitrate_kbps": _kbps(audio),
        "volume_dl_bytes": sum(volume) if volume else None,
    }


def _streams(sums: dict[tuple[Role, str], Sums], role: Role) -> list[Sums]:
    return [each for (its, _), each in sums.items() if its == role]


def _weight(sums: Sums) -> tuple[float, int]:
    return sums.growth.get("bytes", 0.0), sum(sums.count.values())


def _kbps(sums: Sums) -> float | None:
    bytes_per_s = sums.rate("bytes")
    bits_per_s = sums.mean("bits_per_s") if bytes_per_s is None else bytes_per_s * 8
    return _times(bits_per_s, 0.001)


def _loss(streams: list[Sums]) -> float | None:
    lost = sum(each.growth.get("lost", 0.0) for each in streams)
    there = sum(_packets(each) for each in streams)
    known = any("lost" in each.growth for each in streams)
    if not known or lost + there <= 0:
        return None
    return min(max(lost / (lost + there), 0.0), 1.0)


def _packets(sums: Sums) -> float:
    rate = sums.mean("packets_per_s")
    if rate is None:
        return sums.growth.get("packets", 0.0)
    return rate * sums.span_s.get("lost", 0.0)


def _buffer_ms(sums: Sums) -> float | None:
    emitted = sums.growth.get("emitted", 0.0)
    if emitted > 0 and "buffered_s" in sums.growth:
        return sums.growth["buffered_s"] / emitted * 1000
    return sums.mean("buffered_ms")


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _at_most(value: float | None, most: float) -> float | None:
    return None if value is None else min(value, most)

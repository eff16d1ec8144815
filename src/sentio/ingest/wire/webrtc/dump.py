"""Series out of a chrome://webrtc-internals dump: one for each statistic of each report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from sentio.ingest.wire.json.values import as_number
from sentio.ingest.wire.times.iso8601 import epoch_ns, time_ns
from sentio.ingest.wire.webrtc.metrics import Metric, metric_of, type_of_id

MAX_VALUES = 1_000_000


class Bad(NamedTuple):
    """Why a series is not used."""

    reason: str
    what: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The samples of one statistic, in time."""

    stream: str
    metric: Metric
    times_ns: list[int]
    values: list[float]


def split_key(key: str) -> tuple[str, str]:
    """Split ``<report id>-<statistic>``; ids hold hyphens, derived rates stand in brackets."""
    at = key.rfind("-[") if key.endswith("]") else key.rfind("-")
    return (key[:at], key[at + 1 :]) if at > 0 else ("", key)


def series_of(stats: Mapping[str, object]) -> Iterator[tuple[str, Series | Bad]]:
    """Read all series of a peer connection; those that nothing is made of come as `Bad`."""
    stamps = {
        split_key(key)[0]: found for key, found in stats.items() if split_key(key)[1] == "timestamp"
    }
    kinds = {
        split_key(key)[0]: kind
        for key, found in stats.items()
        if split_key(key)[1] in ("kind", "mediaType") and (kind := _first_text(found))
    }
    for key, found in stats.items():
        report, name = split_key(key)
        yield key, _series(report, name, found, stamps.get(report), kinds.get(report, ""))


def _series(report: str, name: str, found: object, stamps: object, kind: str) -> Series | Bad:
    if not isinstance(found, dict):
        return Bad("unreadable", "the series is no JSON object")
    type_by_id, kind_by_id = type_of_id(report)
    said = found.get("statsType")
    metric = metric_of(said if isinstance(said, str) else type_by_id, kind or kind_by_id, name)
    if metric is None:
        return Bad("not_telemetry", "nothing is made of this statistic")
    values = _values(found)
    if values is None:
        return Bad("unreadable", "the values are no JSON list", "values")
    times_ns = _times(found, _values(stamps) if isinstance(stamps, dict) else None, len(values))
    if times_ns is None:
        return Bad("bad_time", "startTime or endTime cannot be understood", "startTime")
    numbers = [math.nan if (n := as_number(value)) is None else n for value in values]
    return Series(stream=report, metric=metric, times_ns=times_ns, values=numbers)


def _values(found: Mapping[str, object]) -> list[object] | None:
    values = found.get("values")
    if isinstance(values, str):
        try:
            values = orjson.loads(values)
        except orjson.JSONDecodeError:
            return None
    return values if isinstance(values, list) and len(values) <= MAX_VALUES else None


def _first_text(found: object) -> str:
    values = _values(found) if isinstance(found, dict) else None
    return values[0] if values and isinstance(values[0], str) else ""


def _times(
    found: Mapping[str, object], stamps: list[object] | None, count: int
) -> list[int] | None:
    """Give each sample's time: Chrome's own stamps, or evenly from start to end."""
    if stamps is not None and len(stamps) == count:
        own = [epoch_ns(stamp) for stamp in stamps]
        if all(own):
            return [each[0] for each in own if each is not None]
    start, end = (_moment(found.get(name)) for name in ("startTime", "endTime"))
    if start is None or end is None or end < start:
        return None
    step = (end - start) / max(count - 1, 1)
    return [start + round(i * step) for i in range(count)] if count > 1 else [end] * count


def _moment(value: object) -> int | None:
    epoch = epoch_ns(value)
    if epoch is not None:
        return epoch[0]
    found = time_ns(value) if isinstance(value, str) else None
    return found if found is not None and found > 0 else None

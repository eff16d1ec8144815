"""WebRTC statistics one report or row at a time: JSON lines of several shapes, and flat rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sentio.ingest.wire.json.values import as_number, as_text
from sentio.ingest.wire.times.iso8601 import epoch_ns, time_ns
from sentio.ingest.wire.webrtc.metrics import (
    TYPES,
    Metric,
    column_of,
    metric_of,
    plain,
    type_of_id,
)

CALLS = (
    *("callid", "peerconnectionid", "pcid", "sessionid", "conferenceid", "roomid", "meetingid"),
    *("connectionid", "peerid"),
)
PEOPLE = ("userid", "participantid", "account", "user", "customerid")
TIMES = ("timestamp", "time", "ts", "datetime", "date")
LISTS = ("stats", "report", "reports", "getstats", "values", "data")


class Sample(NamedTuple):
    """One value of one stream."""

    stream: str
    metric: Metric
    value: float


@dataclass(slots=True)
class Snapshot:
    """What one row says of one end of a call at one time."""

    time_ns: int | None
    call: str
    person: str | None
    party: str = ""
    samples: list[Sample] = field(default_factory=list[Sample])


def snapshots(found: object) -> list[Snapshot]:
    """Read one parsed JSON line: a report, a list or mapping of reports, or a flat row."""
    if isinstance(found, list) and len(found) == 4 and isinstance(found[0], str):  # rtcstats
        method, connection, reports, when = found
        if method.lower() != "getstats":
            return []
        found = {"timestamp": when, "connectionId": connection, "stats": reports}
    if isinstance(found, list):
        found = {"stats": found}
    if not isinstance(found, dict):
        return []
    said = {plain(name): value for name, value in found.items()}
    shot = Snapshot(
        time_ns=_time(next((said[name] for name in TIMES if said.get(name)), None)),
        call=_first_text(said, CALLS),
        person=_first_text(said, PEOPLE) or None,
    )
    reports = list(_reports(found, said))
    if not reports:
        return flat_snapshots(found, shot)
    for report in reports:
        _see_report(report, shot)
    return [shot]


def flat_snapshots(row: Mapping[str, object], shot: Snapshot) -> list[Snapshot]:
    """Read a flat row; columns of several parties give one snapshot each."""
    by_party: dict[str, Snapshot] = {}
    for name, value in row.items():
        column = column_of(name)
        if column is None:
            continue
        metric, party, is_time = column
        own = by_party.setdefault(
            party, Snapshot(time_ns=shot.time_ns, call=shot.call, person=shot.person, party=party)
        )
        number = as_number(value)
        if is_time:
            own.time_ns = _time(value) or own.time_ns
        elif metric is not None and number is not None and number != -1:
            own.samples.append(Sample(metric.role, metric, number))
    return [own for own in by_party.values() if own.samples]


def _reports(
    found: Mapping[str, object], said: Mapping[str, object]
) -> Iterator[Mapping[str, object]]:
    """Yield the reports of a line, whatever holds them."""
    if _type(found) in TYPES:
        yield found
        return
    members: list[object] = list(found.values())
    for name in LISTS:
        holder = said.get(name)
        if isinstance(holder, list | dict):
            members = list(holder.values() if isinstance(holder, dict) else holder)
            break
    for member in members:
        is_pair = isinstance(member, list) and len(member) == 2  # a Map, written as pairs
        report = member[1] if is_pair else member  # pyright: ignore[reportIndexIssue]
        if isinstance(report, dict) and _type(report) in TYPES:
            yield report


def _see_report(report: Mapping[str, object], shot: Snapshot) -> None:
    identity = as_text(report.get("id")) or ""
    kind = as_text(report.get("kind")) or as_text(report.get("mediaType"))
    type_name = _type(report)
    stream = identity or as_text(report.get("ssrc")) or kind or type_name
    if type_name == "candidate-pair" and report.get("nominated") is False:
        return
    if shot.time_ns is None:
        shot.time_ns = _time(report.get("timestamp"))
    for name, value in report.items():
        metric = metric_of(type_name, kind or type_of_id(identity)[1], name)
        number = as_number(value)
        if metric is not None and number is not None and number != -1:
            shot.samples.append(Sample(stream, metric, number))


def _type(report: Mapping[str, object]) -> str:
    value = report.get("type")
    return value if isinstance(value, str) else ""


def _time(value: object) -> int | None:
    epoch = epoch_ns(value)
    if epoch is not None:
        return epoch[0]
    found = time_ns(value) if isinstance(value, str) else None
    return found if found is not None and found > 0 else None


def _first_text(said: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := as_text(said.get(name)))), "")

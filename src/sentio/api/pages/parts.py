"""The parts of this process as people see them: loop, intake, store, state, disk, outbox."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from sentio.api.intake import Intake
from sentio.loop.platform import MEGABYTE, Platform, warehouse_path
from sentio.loop.running import Running
from sentio.store.ask import Answers
from sentio.store.state.outbox import Outbox

LOW_DISK_BYTES = 2_147_483_648
LATE_PERIODS = 3  # behind the newest data, from which on the loop is late
KILOBYTE = 1024  # what getrusage counts in, on Linux

Health = Literal["well", "warns", "down", "off"]


class Figure(BaseModel):
    """One number of a part; ``unit`` is count, bytes, s, share or text."""

    name: str
    value: float | str | None
    unit: Literal["count", "bytes", "s", "share", "text", "moment_ns"]


class Part(BaseModel):
    """A part and how it is, with the reason where it is not well."""

    name: str
    health: Health
    says: str
    figures: list[Figure]


def own_parts(platform: Platform, loop: Running, intake: Intake, outbox: Outbox) -> list[Part]:
    """List all parts, those of the data's way first."""
    return [
        _intake(intake),
        _loop(platform, loop),
        _automation(platform, loop),
        _store(platform),
        _state(platform),
        _disk(platform),
        _outbox(outbox),
        _memory(platform),
    ]


def _intake(intake: Intake) -> Part:
    health: Health = "well" if intake.is_working else "down"
    if intake.is_working and not intake.has_room:
        health = "warns"
    says = {"well": "takes records", "warns": "is full: senders are told to wait"}
    return Part(
        name="intake",
        health=health,
        says=says.get(health, "takes no records"),
        figures=[
            Figure(name="bodies held", value=intake.held, unit="count"),
            Figure(name="room for", value=intake.depth, unit="count"),
        ],
    )


def _loop(platform: Platform, loop: Running) -> Part:
    live, pace = loop.live, loop.pace
    figures = [
        Figure(name="period", value=pace.period_ns / 1e9, unit="s"),
        Figure(name="grace", value=pace.grace_ns / 1e9, unit="s"),
    ]
    if not platform.settings.awareness_enabled:
        return Part(
            name="watch", health="off", says="is switched off by a setting", figures=figures
        )
    if live is not None:
        span = live.periods.span_ns()
        lag_s = (span[1] - live.next_ns) / 1e9 if span and live.next_ns else None
        figures += [
            Figure(name="seen until", value=live.next_ns, unit="moment_ns"),
            Figure(name="behind the data", value=lag_s, unit="s"),
            Figure(name="periods learned", value=live.learned, unit="count"),
            Figure(name="periods judged", value=live.judged, unit="count"),
            Figure(name="open degradations", value=len(live.open), unit="count"),
        ]
        late_s = (LATE_PERIODS * pace.period_ns + pace.grace_ns) / 1e9
        if lag_s is not None and lag_s > late_s:
            return Part(name="watch", health="warns", says="is behind the data", figures=figures)
    if loop.trouble:
        return Part(name="watch", health="warns", says=loop.trouble, figures=figures)
    if not loop.is_running:
        return Part(name="watch", health="down", says="does not run", figures=figures)
    says = "judges each period"
    if live is None or live.is_learning:
        says = "begins" if live is None else "learns what is usual"
    return Part(name="watch", health="well", says=says, figures=figures)


def _automation(platform: Platform, loop: Running) -> Part:
    switch = loop.hands.steering.switch()
    return Part(
        name="automation",
        health="off" if switch.is_stopped else "well",
        says=f"stopped by {switch.who}: {switch.why}" if switch.is_stopped else "is not stopped",
        figures=[
            Figure(name="goes at most to", value=platform.settings.decision_autonomy, unit="text"),
            Figure(name="policy", value=platform.settings.decision_policy, unit="text"),
        ],
    )


def _store(platform: Platform) -> Part:
    path = warehouse_path(platform.settings)
    families = Answers(platform.warehouse).ask("contents").to_pylist()
    rows = sum(int(each["rows"]) for each in families)
    settings = platform.settings
    return Part(
        name="store",
        health="well",
        says="answers",
        figures=[
            Figure(name="size", value=_size(path), unit="bytes"),
            Figure(name="rows", value=rows, unit="count"),
            Figure(name="families of facts", value=len(families), unit="count"),
            Figure(name="memory limit", value=settings.memory_limit_mb * MEGABYTE, unit="bytes"),
        ],
    )


def _state(platform: Platform) -> Part:
    url = platform.settings.state_url
    figures = [Figure(name="engine", value=url.split(":", 1)[0], unit="text")]
    if url.startswith("sqlite:///"):
        size = _size(Path(url.removeprefix("sqlite:///")))
        figures.append(Figure(name="size", value=size, unit="bytes"))
    return Part(name="state", health="well", says="answers", figures=figures)


def _disk(platform: Platform) -> Part:
    found = shutil.disk_usage(platform.settings.data_folder)
    is_low = found.free < LOW_DISK_BYTES
    return Part(
        name="disk",
        health="warns" if is_low else "well",
        says="is nearly full" if is_low else "has room",
        figures=[
            Figure(name="free", value=found.free, unit="bytes"),
            Figure(name="used", value=found.used / found.total, unit="share"),
        ],
    )


def _outbox(outbox: Outbox) -> Part:
    standings = outbox.standings()
    failing = [each for each in standings if each.faring.parked_ns or each.faring.failing_ns]
    named = ", ".join(each.subscriber.id for each in failing[:3])
    return Part(
        name="outbox",
        health="warns" if failing else "well",
        says=f"{len(failing)} do not answer: {named}" if failing else "delivers",
        figures=[
            Figure(name="subscribers", value=len(standings), unit="count"),
            Figure(name="waiting", value=sum(e.waiting for e in standings), unit="count"),
            Figure(name="given up", value=sum(e.parked for e in standings), unit="count"),
            Figure(name="missed", value=sum(e.faring.missed for e in standings), unit="count"),
        ],
    )


def _memory(platform: Platform) -> Part:
    del platform
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Part(
        name="process",
        health="well",
        says="runs",
        figures=[
            Figure(name="most memory", value=used.ru_maxrss * KILOBYTE, unit="bytes"),
            Figure(name="processor time", value=used.ru_utime + used.ru_stime, unit="s"),
        ],
    )


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in _files(path))


def _files(path: Path) -> Iterator[Path]:
    """Give a database file with what lies beside it: logs that are written ahead."""
    if path.parent.is_dir():
        yield from (p for p in path.parent.glob(f"{path.name}*") if p.is_file())

"""A small operator's day in real wire formats, with dirt in them and the truth beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sentio.kernel.errors import ConfigError, RefusedError
from sentio.lab.city import CITY
from sentio.lab.day import Span, span_before
from sentio.lab.stories import Story
from sentio.lab.wire import (
    cells,
    cmcd_log,
    crm,
    ping,
    pm_xml,
    probe,
    s1_mme,
    s1u_http,
    things,
    usp_bulk,
    ves,
    vq_rtcpxr,
    webrtc_stats,
)
from sentio.lab.wire.text import Written
from sentio.lab.world import World, build_world

TRUTH = "truth.json"
MOST_HOURS, FEWEST_USERS, MOST_USERS = 168, 10, 20_000

WRITERS: tuple[Callable[[Path, World], list[Written]], ...] = (
    cells.write,
    crm.write_customers,
    s1u_http.write,
    s1_mme.write,
    pm_xml.write,
    ves.write,
    usp_bulk.write,
    cmcd_log.write,
    vq_rtcpxr.write,
    probe.write_calls,
    probe.write_videos,
    webrtc_stats.write,
    ping.write,
    things.write,
    crm.write_tickets,
    crm.write_surveys,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was written, where, and over which span: [start, end), ns since 1970 UTC."""

    folder: Path
    truth: Path
    start_ns: int
    end_ns: int
    files: tuple[Written, ...]
    stories: tuple[Story, ...]

    @property
    def rows(self) -> int:
        """Rows of all files, the soiled ones among them."""
        return sum(each.rows for each in self.files)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(each.size_bytes for each in self.files)

    def holds(self, story: Story) -> bool:
        """Tell whether any of a story falls into the sample."""
        return story.is_within(Span(start_ns=self.start_ns, end_ns=self.end_ns))


def write_sample(
    folder: Path,
    *,
    now_ns: int,
    seed: int = 1,
    hours: int = 24,
    users: int = 2000,
    on_files: Callable[[list[Written]], None] = lambda _: None,
) -> Summary:
    """Simulate a small operator and write what its systems would send.

    Parameters
    ----------
    folder
        Made if it is not there; an older sample in it is replaced. ``truth.json`` is written
        beside it, so that reading the folder does not tell the answers.
    now_ns
        The span ends at the last 23:00 UTC before: two calls on one day give the same bytes.
    on_files
        Told the files of each system as they are written.

    Raises
    ------
    ConfigError
        ``hours`` is not in [1, 168] or ``users`` not in [10, 20000].
    RefusedError
        The folder holds something that is no older sample.
    """
    _check("hours", hours, 1, MOST_HOURS)
    _check("users", users, FEWEST_USERS, MOST_USERS)
    truth = folder.parent / TRUTH
    _clear(folder, truth)
    world = build_world(seed=seed, span=span_before(now_ns, hours=hours), users=users)
    files: list[Written] = []
    for write in WRITERS:
        new = write(folder, world)
        on_files(new)
        files += new
    summary = Summary(
        folder=folder,
        truth=truth,
        start_ns=world.span.start_ns,
        end_ns=world.span.end_ns,
        files=tuple(files),
        stories=world.stories,
    )
    text = json.dumps(_truth(summary, world, users=users), indent=2)
    truth.write_text(text + "\n", "utf-8")
    return summary


def _truth(summary: Summary, world: World, *, users: int) -> Mapping[str, object]:
    return {
        "made_by": "sentio sample",
        "city": CITY,
        "folder": summary.folder.name,
        "seed": world.seed,
        "users": users,
        "start_ns": summary.start_ns,
        "end_ns": summary.end_ns,
        "rows": summary.rows,
        "stories": [{**asdict(each), "is_within": summary.holds(each)} for each in summary.stories],
        "files": [asdict(each) for each in summary.files],
    }


def _clear(folder: Path, truth: Path) -> None:
    """Remove the files of an older sample; refuse a folder that holds anything else."""
    if not folder.is_dir():
        return
    known = {folder / path for path in _known_files(folder, truth)}
    strange = next((p for p in sorted(folder.rglob("*")) if p.is_file() and p not in known), None)
    if strange is not None:
        raise RefusedError(
            "the folder holds a file that is not of an older sample",
            where=str(strange),
            expected="a new or empty folder, or one that this verb has filled",
            next_step="Name another folder.",
        )
    for path in known:
        path.unlink(missing_ok=True)


def _known_files(folder: Path, truth: Path) -> list[str]:
    try:
        told = json.loads(truth.read_text("utf-8"))
        if told["made_by"] != "sentio sample" or told["folder"] != folder.name:
            return []
        paths = [str(each["path"]) for each in told["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [path for path in paths if ".." not in Path(path).parts and not Path(path).is_absolute()]


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ConfigError(
            f"{value} is out of range", where=name, expected=f"a number from {least} to {most}"
        )

"""What is said of a planned work: one sentence, and the care that it needs, by when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sentio.loop.care.seen import DAY_NS, HOUR_NS
from sentio.model.work import Care, Forecast, Window

AHEAD_NS = DAY_NS  # people are told a day before
PERSONALLY_NS = 3 * DAY_NS  # the important ones earlier
CRITICAL = ("emergency", "safety", "public_safety", "hospital", "mission_critical")
SOMEBODY = 0.5  # expected, from which on somebody is reckoned with
BETTER = 0.7  # of what is lost as planned: a window worth moving to
WAYS = {
    "lost": "takes the only way of",
    "longer": "leaves a way round to",
    "served": "takes the only function of its kind from",
}


def sentence_of(made: Forecast) -> str:
    """Say what a work will do, the verdict first."""
    work, reach = made.work, made.reach
    name = f"{work.title or 'The work'} on {work.element}"
    when = f"{_moment(work.begins_ns)} to {_moment(work.ends_ns)} UTC"
    size = f"{len(reach.members)} {reach.dimension}{'' if len(reach.members) == 1 else 's'}"
    if made.is_harmless:
        why = f"it {WAYS[reach.way]} {size}" if reach.way == "longer" else "works of its kind were"
        tail = why if reach.way == "longer" else f"{why} not felt so far"
        return f"Nobody should notice: {name}, {when}; {tail}."
    told = (
        f"About {made.subjects.mean:,.0f} subjects will notice {name}, {when}: it "
        f"{WAYS[reach.way]} {size}"
    )
    if made.important >= 1.0:
        told += f"; {made.important:,.0f} of them are important"
    best = better_window(made)
    if best is not None:
        told += (
            f". From {_moment(best.begins_ns)} on it would be about {best.subjects:,.0f}, "
            f"and {best.lost_min:,.0f} experience minutes lost instead of {made.lost_min:,.0f}"
        )
    return told + "."


def better_window(made: Forecast) -> Window | None:
    """Give the least harmful window if it is worth moving to."""
    if made.is_harmless or not made.windows:
        return None
    best = made.windows[0]
    return best if best.lost_min < BETTER * made.lost_min else None


def care_of(made: Forecast) -> tuple[Care, ...]:
    """List whom to tell, and what else to do before a work begins; nothing for a harmless one."""
    return () if made.is_harmless else tuple(_needed(made))


def _needed(made: Forecast) -> Iterator[Care]:
    begins_ns = made.work.begins_ns
    best = better_window(made)
    if best is not None:
        what = f"move the work to {_moment(best.begins_ns)} UTC, where it costs least"
        yield Care(
            who="change manager",
            subjects=round(made.subjects.mean - best.subjects),
            what=what,
            by_ns=_by(made, begins_ns - AHEAD_NS),
        )
    for segment, count in sorted(made.by_segment.items(), key=lambda each: -each[1]):
        is_critical = segment.lower() in CRITICAL
        if is_critical and count >= SOMEBODY:
            what = "agree on another way for the time of the work before it begins"
            by_ns = _by(made, begins_ns - PERSONALLY_NS)
            yield Care(who=segment, subjects=max(round(count), 1), what=what, by_ns=by_ns)
    if made.important >= SOMEBODY:
        yield Care(
            who="important customers",
            subjects=max(round(made.important), 1),
            what="tell them in person, with the window and a contact",
            by_ns=_by(made, begins_ns - PERSONALLY_NS),
        )
    for segment, count in sorted(made.by_segment.items(), key=lambda each: -each[1]):
        if segment.lower() not in CRITICAL and round(count) >= 1:
            what = "send a message with the window and the services it concerns"
            by_ns = _by(made, begins_ns - AHEAD_NS)
            yield Care(who=segment, subjects=round(count), what=what, by_ns=by_ns)
    if not made.by_segment:
        yield Care(
            who="all who are expected to be touched",
            subjects=len(made.touched),
            what="send a message with the window and the services it concerns",
            by_ns=_by(made, begins_ns - AHEAD_NS),
        )
    yield Care(
        who="customer care",
        subjects=len(made.touched),
        what="brief the agents, and have complaints of its window linked to the work",
        by_ns=_by(made, begins_ns - HOUR_NS),
    )


def _by(made: Forecast, wanted_ns: int) -> int:
    """Give a moment by which something should be done, never one that is past."""
    return max(wanted_ns, made.made_ns)


def _moment(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).strftime("%a %d %b %H:%M")

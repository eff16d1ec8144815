"""What is wrong with an element: the signs it shows, and the word for them.

A sign is an indicator that left its usual course, with its signed deviations; or an event on the
element (`change`, `planned_work`, `alarm`) with the minutes by which it came before the decline;
or `asleep`, `full`, `load_alarm`. What an operator can do about a cause depends on them more than
on its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sentio.analysis.alarm_roots import Name, Symptom
from sentio.analysis.load_alarms import tells_load
from sentio.analysis.measured import Log, Measured

MINUTE_NS = 60_000_000_000
EVENTS: Mapping[str, tuple[float, float]] = {
    "change": (360.0, 5.0),
    "planned_work": (0.0, 5.0),
    "alarm": (30.0, 10.0),
}
"""How many minutes before the decline, and after it, an event still belongs to it; a work lasts."""
AT_ONCE_MIN = 20.0  # between a change and a decline that it may have brought
LATE_MIN = 60.0  # the same, where nothing else tells: a slow decline is seen late
LEAST = 4.0  # deviations

UP, DOWN = 1.0, -1.0
TABLE: tuple[tuple[str, float, str], ...] = (
    ("throughput_dl_ratio", DOWN, "degraded"),
    ("interference_dbm", UP, "interference"),
    ("sinr_db", DOWN, "interference"),
    ("cache_hit_ratio", DOWN, "slow"),
    ("response_ms", UP, "slow"),
    ("dns_response_ms", UP, "slow"),
    ("session_setup_ms", UP, "slow"),
    ("call_setup_ms", UP, "slow"),
    ("rate_ul_ratio", DOWN, "slow"),
    ("access_failure_ratio", UP, "failing"),
    ("drop_ratio", UP, "failing"),
    ("registration_failure_ratio", UP, "failing"),
    ("session_failure_ratio", UP, "failing"),
    ("dns_failure_ratio", UP, "failing"),
    ("call_failure_ratio", UP, "failing"),
    ("error_ratio", UP, "failing"),
    ("frame_drop_ratio", UP, "failing"),
    ("loss_ratio", UP, "loss"),
    ("packet_loss_ratio", UP, "loss"),
    ("delay_ms", UP, "delay"),
    ("rtt_ms", UP, "delay"),
    ("jitter_ms", UP, "jitter"),
    ("prb_load_ratio", UP, "overload"),
    ("active_users", UP, "overload"),
    ("utilisation_ratio", UP, "overload"),
    ("cpu_ratio", UP, "overload"),
)
"""What an indicator tells where it goes that way (names as in `definitions/indicators`)."""
FIRST = ("degraded", "jitter")
"""What tells more than the rest: whoever jitters is late and loses too, and not the other way."""
FULL = 0.9  # of what an element can carry: beyond, all else that it shows may come of its load
SHARES = ("prb_load_ratio", "utilisation_ratio", "cpu_ratio")
OF_LOAD = ("loss", "delay", "jitter", "slow", "failing", "overload")
"""What may come of too much load; what else is seen is believed before an alarm."""
IS_SYMPTOM = 0.5  # probability that another alarm triggered it, from which an alarm says nothing


def signs_of(
    names: Iterable[str],
    element: str,
    measured: Measured,
    log: Log,
    *,
    began_ns: int,
    until_ns: int,
    symptoms: Mapping[Name, Symptom] | None = None,
) -> dict[str, float]:
    """Give the signs that an element shows around the beginning of a decline.

    ``names`` are those under which events speak of it. A load share beyond `FULL` is told once
    more as ``full``, by how much of it is used. An alarm that tells of too much load is told once
    more as ``load_alarm``, unless the measured load is as usual, or the alarm one of the
    ``symptoms`` of others.
    """
    span = (began_ns - MINUTE_NS, until_ns + MINUTE_NS)
    odd = measured.oddities(element, *span, least=LEAST)
    found = {each.indicator: round(each.deviations, 1) for each in odd}
    used = [each.seen for each in odd if each.indicator in SHARES and each.deviations > 0.0]
    if used and max(used) >= FULL:
        found["full"] = round(max(used), 3)
    is_usual = not used and measured.is_known(element, SHARES, span)
    if measured.is_asleep(element, began_ns, until_ns):
        found["asleep"] = 1.0
    early_ns = began_ns - round(max(before for before, _ in EVENTS.values()) * MINUTE_NS)
    for event in log.about(set(names), early_ns, until_ns):
        kind = str(event.get("event_kind"))
        before, after = EVENTS.get(kind, (-1.0, -1.0))
        minutes = (began_ns - int(str(event["ts"]))) / MINUTE_NS
        since_end = minutes if kind != "planned_work" else _since_end(event, began_ns)
        if -after <= minutes and since_end <= before:
            _note(found, kind, minutes)
            if not is_usual and tells_load(event) and not _is_symptom(event, symptoms or {}):
                _note(found, "load_alarm", minutes)
    return found


def _note(found: dict[str, float], sign: str, minutes: float) -> None:
    """Note an event; of several the nearest counts."""
    known = found.get(sign)
    found[sign] = minutes if known is None else min(known, minutes, key=abs)


def _is_symptom(event: Mapping[str, object], symptoms: Mapping[Name, Symptom]) -> bool:
    known = symptoms.get((str(event.get("element")), str(event.get("title"))))
    return known is not None and known.probability >= IS_SYMPTOM


def _since_end(event: Mapping[str, object], began_ns: int) -> float:
    """Tell how many minutes before a decline a work was over; negative if it goes on."""
    end = event.get("end_ts")
    return (began_ns - int(str(event["ts"] if end is None else end))) / MINUTE_NS


def word_for(signs: Mapping[str, float]) -> str:
    """Give one word for what is wrong, empty where nothing tells.

    Examples
    --------
    >>> word_for({"cpu_ratio": 9.0, "full": 0.97, "response_ms": 14.0})
    'overload'
    >>> word_for({"rtt_ms": 40.0, "jitter_ms": 25.0})
    'jitter'
    >>> word_for({"loss_ratio": 30.0, "alarm": -3.0, "load_alarm": -3.0})
    'overload'
    >>> word_for({"loss_ratio": 30.0}), word_for({"change": 4.0, "loss_ratio": 30.0}), word_for({})
    ('loss', 'change', '')
    """
    if "planned_work" in signs:
        return "planned_work"
    if abs(signs.get("change", AT_ONCE_MIN + 1.0)) <= AT_ONCE_MIN:
        return "change"
    if "asleep" in signs:
        return "asleep"
    if "full" in signs:
        return "overload"
    told = [
        (abs(signs[name]), -place, word)
        for place, (name, way, word) in enumerate(TABLE)
        if signs.get(name, 0.0) * way >= LEAST
    ]
    words = {word for _, _, word in told}
    first = next((word for word in FIRST if word in words), max(told)[2] if told else "")
    if "load_alarm" in signs and first in {"", *OF_LOAD}:
        return "overload"
    is_change = abs(signs.get("change", LATE_MIN + 1.0)) <= LATE_MIN
    return first or ("change" if is_change else "")

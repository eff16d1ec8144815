"""What task resources do as they are created: acknowledge, clear, group, cancel (TMF642...)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sentio.api.tmf.engine import Engine, Place, Task
from sentio.api.tmf.errors import bad
from sentio.api.tmf.events import Event, Subscriber, check_callback, wants
from sentio.api.tmf.moments import moment
from sentio.store.state.open_api_search import Clause, Kind, Sought
from sentio.store.state.open_api_values import is_named, number_of, text_of

Body = dict[str, Any]  # Any: JSON
DONE = "done"
OF_TOPICS = "~topic"  # behind the API of those who listen to a topic, not at its hub
MOST_MATCHED = 10_000


def acknowledge(engine: Engine, place: Place, body: Body) -> None:
    """Acknowledge the alarms that match."""
    with_ = {"ackState": "acknowledged", **_taken(body, "ackSystemId", "ackUserId")}
    body["ackedAlarm"] = _on_alarms(engine, place, body, with_)


def take_back(engine: Engine, place: Place, body: Body) -> None:
    """Take the acknowledgement of the alarms that match back."""
    with_ = {"ackState": "unacknowledged", **_taken(body, "ackSystemId", "ackUserId")}
    body["unAckedAlarm"] = _on_alarms(engine, place, body, with_)


def clear(engine: Engine, place: Place, body: Body) -> None:
    """Clear the alarms that match."""
    names = ("alarmClearedTime", "clearSystemId", "clearUserId")
    body["clearedAlarm"] = _on_alarms(
        engine, place, body, {"state": "cleared", **_taken(body, *names)}
    )


def comment(engine: Engine, place: Place, body: Body) -> None:
    """Add a comment to the alarms that match."""

    def change(alarm: Body) -> Body:
        return {**alarm, "comment": [*_listed(alarm.get("comment")), body["comment"]]}

    body["commentedAlarm"] = _change_alarms(engine, place, body, change)


def group(engine: Engine, place: Place, body: Body) -> None:
    """Put alarms below a parent."""
    body["groupedAlarm"] = _regroup(engine, place, body, _with)


def ungroup(engine: Engine, place: Place, body: Body) -> None:
    """Take alarms away from a parent."""
    body["unGroupedAlarm"] = _regroup(engine, place, body, _without)


def acknowledge_problems(engine: Engine, place: Place, body: Body) -> None:
    """Acknowledge the problems that are named."""
    body["ackProblem"] = _on_problems(engine, place, body, "acknowledged")


def take_problems_back(engine: Engine, place: Place, body: Body) -> None:
    """Take the acknowledgement of problems back: they wait again."""
    body["unackProblem"] = _on_problems(engine, place, body, "pending")


def group_problems(engine: Engine, place: Place, body: Body) -> None:
    """Put problems below a parent."""
    _regroup_problems(engine, place, body, _with)


def ungroup_problems(engine: Engine, place: Place, body: Body) -> None:
    """Take problems away from a parent."""
    _regroup_problems(engine, place, body, _without)


def cancel_order(engine: Engine, place: Place, body: Body) -> None:
    """Cancel a service order."""
    order = body["serviceOrder"]
    name = str(order.get("id", ""))
    now = moment(engine.clock.now_ns())
    of = Place(place.api, "serviceOrder")
    more = {"state": "cancelled", "cancellationDate": now}
    if body.get("cancellationReason"):
        more["cancellationReason"] = body["cancellationReason"]
    engine.change(of, name, lambda known: {**known, **more})
    body |= {"state": DONE, "effectiveCancellationDate": now}


def tell_topic(engine: Engine, place: Place, body: Body) -> None:
    """Pass an event on to those who listen to its topic."""
    now = moment(engine.clock.now_ns())
    body.setdefault("eventId", body["id"])
    body.setdefault("eventTime", now)
    body.setdefault("timeOcurred", now)
    told = {name: value for name, value in body.items() if not name.startswith("^")}
    event = Event(id=body["id"], api=place.api.key, type=str(body.get("eventType", "")), body=told)
    hubs = [
        Subscriber(
            id=hub["id"],
            api=f"{place.api.key}{OF_TOPICS}",
            callback=hub["callback"],
            secret="",
            query=str(hub.get("query") or ""),
        )
        for hub in engine.below(Place(place.api, "hub", place.parent))
    ]
    if wanted := [each for each in hubs if wants(each.query, told)]:
        engine.desk.offer(event, wanted)


def check_hub(_engine: Engine, _place: Place, body: Body) -> None:
    """See that the hub of a topic can be called back."""
    check_callback(str(body["callback"]))


def _on_alarms(engine: Engine, place: Place, body: Body, more: Mapping[str, Any]) -> list[Body]:
    return _change_alarms(engine, place, body, lambda alarm: {**alarm, **more})


def _change_alarms(
    engine: Engine, place: Place, body: Body, change: Callable[[Body], Body]
) -> list[Body]:
    alarms = Place(place.api, "alarm")
    now = moment(engine.clock.now_ns())
    changed: list[Body] = []
    for name in _matching(engine, alarms, body["alarmPattern"]):
        engine.change(alarms, name, lambda alarm: {**change(alarm), "alarmChangedTime": now})
        changed.append(_reference(engine, alarms, name))
    body["state"] = DONE
    return changed


def _matching(engine: Engine, alarms: Place, patterns: list[Mapping[str, Any]]) -> list[str]:
    """Name the alarms whose attributes equal all those of any pattern."""
    found: dict[str, None] = {}
    for pattern in patterns:
        wanted = {name: value for name, value in pattern.items() if name not in {"@type", "href"}}
        if not wanted:
            raise bad("a pattern has no attribute", where="alarmPattern")
        live = engine.live.rows(alarms.kind)
        kept = engine.store.each(alarms.kind, list(_clauses(wanted)))
        for body in (*live, *(row.body for row in kept)):
            if all(body.get(name) == value for name, value in wanted.items()):
                found[body["id"]] = None
        if len(found) > MOST_MATCHED:
            raise bad("too many alarms match", expected=f"{MOST_MATCHED} at most")
    return list(found)


def _clauses(wanted: Mapping[str, Any]) -> Iterator[Clause]:
    for name, value in wanted.items():
        is_plain = isinstance(value, str | int | float) and len(str(value)) < 200  # noqa: PLR2004  (characters in the index)
        if is_plain and is_named((name,)):
            text = text_of(value)
            yield (Sought(name, "eq", ((text, number_of(text)),)),)


def _regroup(
    engine: Engine, place: Place, body: Body, change: Callable[[object, Body], list[Body]]
) -> list[Body]:
    alarms = Place(place.api, "alarm")
    parent = str(body["parentAlarm"].get("id", ""))
    above = _reference(engine, alarms, parent)
    below = [
        _reference(engine, alarms, str(each.get("id", ""))) for each in body["correlatedAlarm"]
    ]
    for each in below:
        _change_list(engine, alarms, each["id"], "parentAlarm", lambda now: change(now, above))
        _change_list(
            engine, alarms, parent, "correlatedAlarm", lambda now, each=each: change(now, each)
        )
    body["state"] = DONE
    return below


def _on_problems(engine: Engine, place: Place, body: Body, status: str) -> list[Body]:
    problems = Place(place.api, "serviceProblem")
    names = [str(each.get("id", "")) for each in body["problem"]]
    for name in names:
        _reference(engine, problems, name)
    for name in names:
        engine.change(problems, name, lambda problem: {**problem, "status": status})
    if "state" in place.resource.fields:
        body["state"] = DONE
    return [_reference(engine, problems, name) for name in names]


def _regroup_problems(
    engine: Engine, place: Place, body: Body, change: Callable[[object, Body], list[Body]]
) -> None:
    problems = Place(place.api, "serviceProblem")
    parent = str(body["parentProblem"].get("id", ""))
    above = _reference(engine, problems, parent)
    for each in body["childProblem"]:
        below = _reference(engine, problems, str(each.get("id", "")))
        _change_list(engine, problems, below["id"], "parentProblem", lambda now: change(now, above))
        _change_list(
            engine,
            problems,
            parent,
            "underlyingProblem",
            lambda now, below=below: change(now, below),
        )
    if "state" in place.resource.fields:
        body["state"] = DONE


def _change_list(
    engine: Engine, place: Place, name: str, field: str, change: Callable[[object], list[Body]]
) -> None:
    engine.change(place, name, lambda body: {**body, field: change(body.get(field))})


def _reference(engine: Engine, place: Place, name: str) -> Body:
    """Refer to a resource that must be there."""
    known = engine.retrieve(place, name)
    return {"id": name, "href": known["href"], "@type": f"{place.resource.type}Ref"}


def _with(now: object, each: Body) -> list[Body]:
    return [*_without(now, each), each]


def _without(now: object, each: Body) -> list[Body]:
    return [other for other in _listed(now) if other.get("id") != each["id"]]


def _listed(value: object) -> list[Body]:
    return value if isinstance(value, list) else []


def _taken(body: Body, *names: str) -> Body:
    return {name: body[name] for name in names if name in body}


_ALARMS: Mapping[str, Task] = {
    "ackAlarms": acknowledge,
    "unAckAlarms": take_back,
    "clearAlarms": clear,
    "commentAlarms": comment,
    "groupAlarms": group,
    "unGroupAlarms": ungroup,
}
_PROBLEMS: Mapping[str, Task] = {
    "problemAcknowledgement": acknowledge_problems,
    "problemUnacknowledgement": take_problems_back,
    "problemGroup": group_problems,
    "problemUngroup": ungroup_problems,
}
TASKS: Mapping[Kind, Task] = {
    **{("TMF642v4", name): task for name, task in _ALARMS.items()},
    **{(key, name): task for key in ("TMF656v4", "TMF656v5") for name, task in _PROBLEMS.items()},
    ("TMF641v4", "cancelServiceOrder"): cancel_order,
    ("TMF688v4", "event"): tell_topic,
    ("TMF688v4", "hub"): check_hub,
}
"""What is done as a resource of a kind is created."""

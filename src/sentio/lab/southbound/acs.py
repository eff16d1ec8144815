"""An auto-configuration server in the manner of GenieACS: boxes at home change their channel."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from sentio.lab.southbound.asked import (
    ACCEPTED,
    BAD_REQUEST,
    NO_METHOD,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    maybe_list,
    maybe_object,
    text_of,
)
from sentio.lab.southbound.network import Done, Network, Want
from sentio.lab.stream.names import OUI

PREFIX = "/acs"
GROUP = "group-"
"""Begins the name of the one device that stands for all boxes of a cell."""
CHANNEL = "Device.WiFi.Radio.1.Channel"
CHANNELS = (1, 6, 11)  # of 2.4 GHz, those that do not overlap
MOST_CHANNEL = 177  # IEEE 802.11, annex E


@dataclass(slots=True)
class Task:
    """What a device is to do, and under which order."""

    name: str
    device: str
    order: str
    told: Json


@dataclass(slots=True)
class AutoConfiguration:
    """One device stands for all boxes of a cell; away from their usual channel they are changed.

    A task that comes with a connection request is done at once, others when the boxes report:
    before the next period.
    """

    network: Network
    channels: dict[str, int] = field(default_factory=dict[str, int])
    tags: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    prefix: str = PREFIX
    _done: dict[str, Done] = field(default_factory=dict[str, Done])
    _made: int = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer for devices, their tags and tasks."""
        parts = tuple(part for part in asked.parts if part)  # GenieACS asks for /devices/
        match asked.method, parts:
            case "GET", ("devices",):
                return self._listed(asked)
            case "POST", ("devices", device, "tasks"):
                return self._task(asked, device)
            case (("POST" | "DELETE"), ("devices", device, "tags", tag)):
                return self._tag(asked.method, device, tag)
            case "GET", ("tasks",):
                query = _query(asked.one("query"))
                return Reply(
                    body=[each for each in map(_told, self.tasks.values()) if _all(each, query)]
                )
            case "DELETE", ("tasks", name) if name in self.tasks:
                del self.tasks[name]
                return Reply()
            case _, ("tasks", _):
                raise Problem(NOT_FOUND, "there is no such task")
            case _, (("devices" | "tasks"), *_):
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem; GenieACS has no form for it."""
        return {"error": problem.what}

    def pass_time(self, now_ns: int) -> None:
        """Let the boxes report, and do what waits for them."""
        del now_ns  # they report in each period
        for each in tuple(self.tasks.values()):
            self._run(each)
            del self.tasks[each.name]

    def _task(self, asked: Asked, device: str) -> Reply:
        self._cell(device)
        told = asked.body()
        self._made += 1
        name = f"task-{self._made:04d}"
        order = asked.headers.get("x-correlator") or next(iter(self.tags.get(device, ())), name)
        task = Task(name, device, order, told)
        _check(told)
        if "connection_request" in asked.query:
            self._run(task)
            return Reply(body=_told(task))
        self.tasks[name] = task
        return Reply(status=ACCEPTED, body=_told(task))

    def _run(self, task: Task) -> None:
        if task.told["name"] == "reboot":
            self.network.record(self._want(task, "reboot"))
            return
        for _, value, *_ in task.told["parameterValues"]:
            self._set(task, int(str(value)))

    def _set(self, task: Task, channel: int) -> None:
        """Set a channel: the usual one takes a change back, another one is one."""
        want, done = self._want(task, "cpe_channel"), self._done.get(task.device)
        if channel == self._channel(task.device):
            if done is not None:
                self.network.asked_again(done.want)
            return
        self.channels[task.device] = channel
        if done is not None:
            self.network.undo(self._done.pop(task.device))
        if channel != self._usual(task.device):
            self._done[task.device] = self.network.do(want)

    def _want(self, task: Task, action: str) -> Want:
        return Want(
            order=task.order,
            interface="acs",
            action=action,
            element=self._cell(task.device),
            element_kind="cell",
        )

    def _tag(self, method: str, device: str, tag: str) -> Reply:
        self._cell(device)
        held = self.tags.setdefault(device, [])
        if method == "POST" and tag not in held:
            held.append(tag)
        elif method == "DELETE" and tag in held:
            held.remove(tag)
        return Reply()

    def _listed(self, asked: Asked) -> Reply:
        query, wanted = _query(asked.one("query")), asked.one("projection")
        cells = self.network.estate.names["cell"]
        found = [
            each
            for each in map(self._device, (GROUP + cell for cell in cells))
            if _all(each, query)
        ]
        paths = [each for each in wanted.split(",") if each]
        return Reply(
            body=[_projected(each, paths) for each in found], headers={"total": str(len(found))}
        )

    def _device(self, name: str) -> Json:
        value: Json = {
            "_object": False,
            "_writable": True,
            "_value": self._channel(name),
            "_type": "xsd:unsignedInt",
            "_timestamp": self.network.now,
        }
        return {
            "_id": name,
            "_deviceId": {"_OUI": OUI, "_ProductClass": "group", "_SerialNumber": name},
            "_lastInform": self.network.now,
            "_tags": list(self.tags.get(name, ())),
            "Device": {"WiFi": {"Radio": {"1": {"Channel": value}}}},
        }

    def _channel(self, device: str) -> int:
        return self.channels.get(device, self._usual(device))

    def _usual(self, device: str) -> int:
        cell = self.network.estate.code("cell", self._cell(device))
        return CHANNELS[cell % len(CHANNELS)]

    def _cell(self, device: str) -> str:
        cell = device.removeprefix(GROUP)
        if cell == device or cell not in self.network.estate.names["cell"]:
            raise Problem(NOT_FOUND, f"there is no device {device}")
        return cell


def _check(told: Json) -> None:
    """Refuse a task that no box can do."""
    name = text_of(told.get("name"), "name")
    if name not in {"setParameterValues", "reboot"}:
        raise Problem(BAD_REQUEST, f"there is no task {name!r} here")
    if name == "reboot":
        return
    values = maybe_list(told.get("parameterValues"))
    if not values:
        raise Problem(BAD_REQUEST, "parameterValues is no list with something in it")
    for each in values:
        path, value = (*map(str, maybe_list(each)), "", "")[:2]
        is_number = value.isascii() and value.isdigit()
        if path != CHANNEL or not is_number or not 1 <= int(value) <= MOST_CHANNEL:
            raise Problem(BAD_REQUEST, f"{each!r} is not [{CHANNEL!r}, a channel]")


def _told(task: Task) -> Json:
    return {"_id": task.name, "device": task.device, **task.told}


def _query(told: str) -> Json:
    if not told:
        return {}
    try:
        found = orjson.loads(told)
    except orjson.JSONDecodeError as error:
        raise Problem(BAD_REQUEST, f"the query is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Problem(BAD_REQUEST, "the query is no JSON object")
    return maybe_object(found)


def _all(told: Json, query: Json) -> bool:
    return all(_fits(told, name, value) for name, value in query.items())


def _fits(device: Json, path: str, wanted: object) -> bool:
    """Tell whether a device has a value (a query by equality, or ``$in``)."""
    found = _at(device, path)
    told = maybe_object(found).get("_value", found)
    several = maybe_object(wanted).get("$in")
    allowed = [wanted] if several is None else maybe_list(several)
    return any(each in allowed for each in maybe_list(told) or [told])


def _projected(device: Json, paths: list[str]) -> Json:
    if not paths:
        return device
    found: Json = {"_id": device["_id"]}
    for path in paths:
        value = _at(device, path)
        if value is None:
            continue
        at, *rest = path.split(".")[::-1]
        holder = found
        for name in reversed(rest):
            holder = holder.setdefault(name, {})
        holder[at] = value
    return found


def _at(device: Json, path: str) -> object:
    found: object = device
    for name in path.split("."):
        found = maybe_object(found).get(name)
    return found

"""The Wi-Fi channel of home gateways, by their ACS (TR-069, northbound as GenieACS's)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Peer, PeerNonsense, PeerRefused
from sentio.execution.things import GONE, SAID, UNKNOWN, at, inside, name_of, segment, texts, word

PREFIX = "/acs"
CHANNEL = "Device.WiFi.Radio.1.Channel"  # TR-181
CHANNELS = ((1, 6, 11), (36, 44, 149))
"""Those that do not overlap, of 2.4 and of 5 GHz (IEEE 802.11)."""
HIGHEST_OF_2_4_GHZ = 14
NOT_IN_A_TAG = re.compile(r"[^a-zA-Z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acs:
    """Sets another channel; what it was is in the diff, and is set again to take it back.

    The device is tagged with the order's id before, so that the order is known by its own mark.
    """

    name: str = "acs"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read the channel, and choose another one."""
        device = order.route.get("device", "group-{target}").format(target=order.action.target)
        old, _ = _device(device, order, peer)
        new = int(order.action.parameters.get("channel", _other(old)))
        sentence = f"The CPEs {device} change from Wi-Fi channel {old} to {new}."
        before, after = {"device": device, "channel": old}, {"device": device, "channel": new}
        return Diff(order=order, before=before, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Set the channel, unless it is set or on its way."""
        device = str(diff.after["device"])
        if self.verify(diff, peer).state == "absent":
            peer.ask("POST", _tag(device, diff.order))
            _set(diff.after, diff.order, peer)
        return (device,)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Read tag and channel; where it is not ours, look whether a task waits that sets it."""
        device = str(diff.after["device"])
        channel, is_tagged = _device(device, diff.order, peer)
        said = f"channel {channel}"
        if is_tagged and channel == diff.after["channel"]:
            return Found(state="standing", handles=(device,), said=said)
        if is_tagged and _tasks(diff.after, diff.order, peer):
            return Found(state="pending", handles=(device,), said="a task waits for the device")
        return Found(state="absent", said=said)

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Set the former channel again, unless somebody has chosen a third one since."""
        device = str(diff.after["device"])
        channel, is_tagged = _device(device, diff.order, peer)
        if not is_tagged or device not in handles:
            return
        for task in _tasks(diff.after, diff.order, peer):
            path = f"{at(PREFIX, diff.order)}/tasks/{segment(name_of(task, '_id'))}"
            peer.ask("DELETE", path, also=GONE)
        if channel == diff.after["channel"]:
            _set(diff.before, diff.order, peer)
        peer.ask("DELETE", _tag(device, diff.order), also=GONE)


def _device(device: str, order: Order, peer: Peer) -> tuple[int, bool]:
    """Read the channel of a device, and whether it has the order's tag."""
    query = {"query": json.dumps({"_id": device}), "projection": f"_tags,{CHANNEL}"}
    found = peer.ask("GET", f"{at(PREFIX, order)}/devices/", query=query).objects()
    mine = [each for each in found if each.get("_id") == device]
    if not mine:
        raise PeerRefused(f"no device is called {device!r}", where=f"{peer.url} /devices")
    value = inside(mine[0], *CHANNEL.split("."), "_value")
    try:
        return int(value), _mark(order) in texts(mine[0], "_tags")
    except (TypeError, ValueError, OverflowError) as error:
        said = str(value)[:SAID]
        raise PeerNonsense(f"{CHANNEL} of {device} is {said!r}", expected="a number") from error


def _mark(order: Order) -> str:
    return NOT_IN_A_TAG.sub("_", order.id)


def _tag(device: str, order: Order) -> str:
    return f"{at(PREFIX, order)}/devices/{segment(device)}/tags/{segment(_mark(order))}"


def _other(channel: int) -> int:
    """Choose the next of the channels of the same band."""
    band = CHANNELS[channel > HIGHEST_OF_2_4_GHZ]
    return next((each for each in band if each > channel), band[0])


def _set(wanted: Json, order: Order, peer: Peer) -> None:
    """Have the channel set: at once (200), or when the device is heard of next (202)."""
    value = [CHANNEL, wanted["channel"], "xsd:unsignedInt"]
    body = {"name": "setParameterValues", "parameterValues": [value]}
    path = f"{at(PREFIX, order)}/devices/{segment(str(wanted['device']))}/tasks"
    query, headers = {"connection_request": ""}, {"x-correlator": order.id}
    peer.ask("POST", path, body=body, query=query, headers=headers)


def _tasks(wanted: Json, order: Order, peer: Peer) -> list[Json]:
    """Find the tasks that wait to set this channel."""
    device = wanted["device"]
    query = {"query": json.dumps({"device": device})}
    answer = peer.ask("GET", f"{at(PREFIX, order)}/tasks/", query=query, also=UNKNOWN)
    if answer.status in UNKNOWN:  # not every ACS lists its tasks
        return []
    value = [CHANNEL, wanted["channel"]]
    return [
        task
        for task in answer.objects()
        if task.get("device") == device
        and word(task, "name") == "setParameterValues"
        and any(pair[:2] == value for pair in _pairs(task))
    ]


def _pairs(task: Json) -> list[list[object]]:
    found = task.get("parameterValues")
    return [each for each in found if isinstance(each, list)] if isinstance(found, list) else []


CONTROLLER = Acs()

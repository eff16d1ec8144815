"""What becomes of a body as it is created or patched: defaults, dates, what may not change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sentio.api.problems import RequestError
from sentio.api.tmf.errors import bad
from sentio.api.tmf.moments import moment
from sentio.api.tmf.patching import patched
from sentio.api.tmf.table import META, ApiTable, Resource
from sentio.api.tmf.values import check_body, check_mandatory

Body = dict[str, Any]  # Any: JSON
CHOSEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@~-]{0,199}")
STATE_EVENTS = ("StateChange", "StatusChange", "ExecutionStateChange")
IDENTITY = ("id", "@type")


def new_body(api: ApiTable, resource: Resource, given: object, *, new_id: str, at_ns: int) -> Body:
    """Make the body of a new resource; its ``href`` is not part of what is kept.

    Raises
    ------
    RequestError
        It is no object, lacks what it must have, or a value is not of its type.
    """
    if not isinstance(given, dict):
        raise bad("the body is no object", where="body", expected=f"a {resource.type}")
    given = {name: value for name, value in given.items() if value is not None}
    check_mandatory(resource, given)
    check_body(api, resource, given)
    body = {name: value for name, value in given.items() if name != "href" and name[:1] != "^"}
    body["id"] = _id(resource, given, new_id)
    body.setdefault("@type", resource.type)
    for name, default in resource.defaults.items():
        value = _default(default, body)
        if value is not None and name not in body:
            body[name] = value
    now = moment(at_ns)
    for name in (*resource.created, *resource.changed, *resource.state_changed):
        if name not in given or name in resource.fixed:
            body[name] = now
    return body


def patched_body(
    api: ApiTable,
    resource: Resource,
    before: Mapping[str, Any],
    patch: object,
    media_type: str,
    *,
    at_ns: int,
) -> Body:
    """Make the body that a patch leaves.

    Raises
    ------
    RequestError
        It changes what may not change or is not known, or a value is not of its type.
    """
    whole = patched(before, patch, media_type)
    after = {name: value for name, value in whole.items() if name != "href" and value is not None}
    changed = [name for name in changes(before, after) if name != "href"]
    for name in changed:
        is_known = name in resource.fields or name in META or name in before
        if name in IDENTITY or name in resource.fixed or not is_known:
            raise _not_patchable(resource, name)
    check_mandatory(resource, after)
    check_body(api, resource, {name: after[name] for name in changed if name in after})
    if changed:
        now = moment(at_ns)
        dates = [name for name in resource.changed if name not in changed]
        if resource.state in changed:
            dates += [name for name in resource.state_changed if name not in changed]
        after |= dict.fromkeys(dates, now)
    return after


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name the attributes that differ between two bodies."""
    names = [*before, *(name for name in after if name not in before)]
    return [
        name
        for name in names
        if name not in before or name not in after or not _is_same(before[name], after[name])
    ]


def change_events(
    resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    """Name the kinds of events that a change makes, as far as the API has them."""
    dates = {*resource.changed, *resource.state_changed}
    changed = [name for name in changes(before, after) if name not in dates]
    if resource.state in changed:
        yield from (kind for kind in STATE_EVENTS if kind in resource.events)
        if after.get(resource.state) == "resolved" and "Resolved" in resource.events:
            yield "Resolved"
        changed.remove(resource.state)
    if "operatingStatus" in changed and "OperatingStatusChange" in resource.events:
        yield "OperatingStatusChange"
        changed.remove("operatingStatus")
    if changed:
        kinds = ("AttributeValueChange", "Change")
        yield from (kind for kind in kinds if kind in resource.events)


def _id(resource: Resource, given: Mapping[str, Any], new_id: str) -> str:
    wanted = given.get("id")
    if not resource.chosen_id or not wanted:
        return new_id
    if not CHOSEN_ID.fullmatch(wanted):
        raise bad(f"the id is {wanted[:80]!r}", where="id", expected="letters, digits, . _ : @ ~ -")
    return wanted


def _default(default: object, body: Mapping[str, Any]) -> object:
    if isinstance(default, str) and default.startswith("="):
        return body.get(default[1:])
    if isinstance(default, str) and default.startswith("#"):
        found = body.get(default[1:])
        return len(found) if isinstance(found, list) else 0
    return default


def _is_same(a: object, b: object) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _not_patchable(resource: Resource, name: str) -> RequestError:
    open_ = [each for each in resource.fields if each not in resource.fixed]
    return bad(f"{name} may not be patched", where=name, expected=f"any of {', '.join(open_)}")

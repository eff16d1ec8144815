"""What all TM Forum Open APIs share (TMF630): collections that are created, found, patched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    CREATED,
    NO_CONTENT,
    NO_METHOD,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    maybe_list,
    maybe_object,
)
from sentio.lab.southbound.network import Done, Network, Want

PAGING = ("fields", "offset", "limit")
ALWAYS = ("id", "href", "@type")
"""What is told of a resource whatever fields are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of resource.

    Parameters
    ----------
    name, type
        Its path, and its ``@type``.
    mandatory
        What a new one must have.
    order_of
        Gives the id of the order that a body tells, empty where it tells none.
    wants
        Gives what is to stand in the network while a resource is as it is; may raise `Problem`.
    born
        Adds what the server sets, from the moment that it is.
    settled
        Moves it on once its creation was answered.
    is_final
        Tells that what was done stays done when it is deleted.
    """

    name: str
    type: str
    mandatory: tuple[str, ...]
    order_of: Callable[[Json], str]
    wants: Callable[[str, Json], tuple[Want, ...]]
    born: Callable[[Json, str], None]
    settled: Callable[[Json, str], None] = lambda _found, _now: None
    is_final: Callable[[Json], bool] = lambda _found: False


@dataclass(slots=True, kw_only=True)
class Kept:
    """A resource, and what was done for it."""

    resource: Json
    order: str
    done: list[Done] = field(default_factory=list[Done])


class Collection:
    """Resources of one kind, in memory; what they want is done as long as they are there."""

    def __init__(self, network: Network, prefix: str, kind: Kind) -> None:
        self.kind = kind
        self.kept: dict[str, Kept] = {}
        self._network = network
        self._base = f"{prefix}/{kind.name}"
        self._made = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer below the collection's path; raises `Problem`."""
        match asked.method, asked.parts[1:]:
            case "GET", ():
                return self._listed(asked)
            case "POST", ():
                return self.create(asked.body())
            case "GET", (name,):
                return Reply(body=_narrowed(self._read(name), asked.one("fields")))
            case "PATCH", (name,):
                return Reply(body=self._patch(name, asked.body()))
            case "DELETE", (name,):
                return self._delete(name)
            case _, (() | (_,)):
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def create(self, body: Json) -> Reply:
        """Make a resource, or give the one that is there of the same order."""
        for name in self.kind.mandatory:
            if body.get(name) in (None, "", [], {}):
                raise Problem(BAD_REQUEST, f"{name} is missing")
        order = self.kind.order_of(body)
        known = self._of_order(order)
        if known is not None and not self._network.mischief.forgets:
            for each in known.done:
                self._network.asked_again(each.want)
            return self._created(known.resource)
        self._made += 1
        name = f"{self.kind.name[0].upper()}{self._made:06d}"
        resource = {**body, "id": name, "href": f"{self._base}/{name}", "@type": self.kind.type}
        self.kind.born(resource, self._network.now)
        kept = Kept(resource=resource, order=order or name)
        self.kept[name] = kept
        try:
            self.follow(kept)
        except Problem:
            del self.kept[name]
            raise
        return self._created(resource)

    def follow(self, kept: Kept) -> None:
        """Do what a resource wants and is not done, and undo what it wants no more."""
        wants = self.kind.wants(kept.order, kept.resource)
        standing = [each.want for each in kept.done]
        new = [self._do(each) for each in wants if each not in standing]
        for each in kept.done:
            if each.want not in wants:
                self._network.undo(each)
        kept.done = [each for each in kept.done if each.want in wants] + new

    def find(self, name: str) -> Kept:
        """Give a resource by its id; raises `Problem` (404)."""
        if name not in self.kept:
            raise Problem(NOT_FOUND, f"there is no {self.kind.name} {name}")
        return self.kept[name]

    def of_order(self, order: str) -> Iterator[Kept]:
        """Give the resources that were made for an order."""
        return (each for each in self.kept.values() if each.order == order)

    def _of_order(self, order: str) -> Kept | None:
        return next(self.of_order(order), None) if order else None

    def _do(self, want: Want) -> Done:
        return self._network.do(want)

    def _created(self, resource: Json) -> Reply:
        return Reply(
            status=CREATED, body=deepcopy(resource), headers={"Location": resource["href"]}
        )

    def _read(self, name: str) -> Json:
        kept = self.find(name)
        self.kind.settled(kept.resource, self._network.now)
        return kept.resource

    def _patch(self, name: str, change: Json) -> Json:
        before = self._read(name)
        kept = self.find(name)
        kept.resource = merged(before, {key: change[key] for key in change if key not in ALWAYS})
        try:
            self.follow(kept)
        except Problem:
            kept.resource = before
            raise
        return kept.resource

    def _delete(self, name: str) -> Reply:
        kept = self.find(name)
        if not self.kind.is_final(kept.resource):
            for each in kept.done:
                self._network.undo(each)
        del self.kept[name]
        return Reply(status=NO_CONTENT)

    def _listed(self, asked: Asked) -> Reply:
        filters = {name: values for name, values in asked.query.items() if name not in PAGING}
        found = [
            each
            for each in map(self._read, tuple(self.kept))
            if all(_has(each, name.split("."), values) for name, values in filters.items())
        ]
        first, most = _whole(asked, "offset", 0), _whole(asked, "limit", len(found))
        page = found[first : first + most]
        return Reply(
            body=[_narrowed(each, asked.one("fields")) for each in page],
            headers={"X-Total-Count": str(len(found)), "X-Result-Count": str(len(page))},
        )


def error_of(problem: Problem) -> Json:
    """Tell a problem as TMF630 does."""
    return {
        "@type": "Error",
        "code": problem.code or str(problem.status),
        "reason": problem.what,
        "message": problem.what,
        "status": str(problem.status),
    }


def merged(target: Json, change: Json) -> Json:
    """Apply a merge patch (RFC 7386).

    Examples
    --------
    >>> merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    found = {name: value for name, value in target.items() if change.get(name, value) is not None}
    for name, value in change.items():
        if isinstance(value, dict):
            found[name] = merged(maybe_object(target.get(name)), maybe_object(value))
        elif value is not None:
            found[name] = value
    return found


def characteristics(owner: Json, name: str) -> dict[str, object]:
    """Give the values of a list of characteristics by their names."""
    told = map(maybe_object, maybe_list(owner.get(name)))
    return {str(each["name"]): each.get("value") for each in told if each.get("name")}


def _has(value: object, path: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether an attribute, or one of a list, has one of the values (dotted path)."""
    if isinstance(value, list):
        return any(_has(each, path, wanted) for each in maybe_list(value))
    if path:
        return _has(maybe_object(value).get(path[0]), path[1:], wanted)
    told = str(value).lower() if isinstance(value, bool) else str(value)
    allowed = {_bare(part) for each in wanted for part in (each, *each.split(","))}
    return value is not None and told in allowed


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _narrowed(resource: Json, fields: str) -> Json:
    if not fields:
        return resource
    wanted = {*ALWAYS, *fields.split(",")}
    return {name: value for name, value in resource.items() if name in wanted}


def _whole(asked: Asked, name: str, usual: int) -> int:
    told = asked.one(name)
    if told and not (told.isascii() and told.isdigit()):
        raise Problem(BAD_REQUEST, f"{name} is {told!r}, not a whole number")
    return int(told) if told else usual

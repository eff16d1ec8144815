"""What is asked of an interface and what it answers, apart from HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, cast

import orjson

Json: TypeAlias = dict[str, Any]  # Any: JSON
OK, CREATED, ACCEPTED, NO_CONTENT = 200, 201, 202, 204
BAD_REQUEST, UNAUTHORIZED, NOT_FOUND, NO_METHOD, CONFLICT = 400, 401, 404, 405, 409
WRONG_TYPE, UNPROCESSABLE = 415, 422


class Problem(ValueError):
    """An interface cannot do what is asked: an answer, in the form of its standard.

    ``status`` is that of HTTP, ``code`` the word of the standard, where it has one.
    """

    def __init__(self, status: int, what: str, *, code: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; ``parts`` are those of the path behind the prefix of its interface.

    ``headers`` have lower-case names; ``query`` has the values of each name in their order.
    """

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""

    def one(self, name: str) -> str:
        """Give the first value of a name in the query, empty where there is none."""
        return next(iter(self.query.get(name, ())), "")

    def body(self) -> Json:
        """Give the body, which must be a JSON object; raises `Problem` (400)."""
        try:
            found = orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            raise Problem(BAD_REQUEST, f"the body is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise Problem(BAD_REQUEST, "the body is no JSON object")
        return maybe_object(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: a status, a JSON body (None for no body), headers."""

    status: int = OK
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Interface(Protocol):
    """Answers below a path prefix as one standard says; called by one thread at a time."""

    @property
    def prefix(self) -> str:
        """Where it is found, without a slash at the end."""
        ...

    def answer(self, asked: Asked) -> Reply:
        """Do what is asked; raises `Problem`."""
        ...

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem in the form of the standard."""
        ...

    def pass_time(self, now_ns: int) -> None:
        """Do what is due before a period of the simulated time begins."""
        ...


def text_of(value: object, name: str) -> str:
    """Give a text that must be there; raises `Problem` (400)."""
    if not isinstance(value, str) or not value:
        raise Problem(BAD_REQUEST, f"{name} is {value!r}, not a text")
    return value


def object_of(value: object, name: str) -> Json:
    """Give an object that must be there; raises `Problem` (400)."""
    found = maybe_object(value)
    if not found:
        raise Problem(BAD_REQUEST, f"{name} is {value!r}, not an object with something in it")
    return found


def objects_of(value: object, name: str) -> list[Json]:
    """Give the objects of a list that must be there; raises `Problem` (400)."""
    found = maybe_list(value)
    if not found:
        raise Problem(BAD_REQUEST, f"{name} is {value!r}, not a list with something in it")
    return [object_of(each, name) for each in found]


def maybe_object(value: object) -> Json:
    """Give an object, an empty one where it is none."""
    return cast("Json", value) if isinstance(value, dict) else {}  # JSON has texts as names


def maybe_list(value: object) -> list[object]:
    """Give a list, an empty one where it is none."""
    return cast("list[object]", value) if isinstance(value, list) else []  # of whatever JSON has

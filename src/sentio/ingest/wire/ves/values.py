"""The numbers in a VES event: TS 28.532 results (perf3gpp), or any field of measurements."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import orjson

from sentio.ingest.wire.pieces.numbered import quoted
from sentio.ingest.wire.pm import dn
from sentio.ingest.wire.pm.counters import NotACounter, Results, Values, cell
from sentio.model.record import Quality

Json: TypeAlias = Mapping[str, Any]  # what a JSON object holds is known only once it is looked at

MAX_NAME_CHARS = 512
MAX_DEPTH = 12

V5_NAMES = {"vNicUsageArray": "nicPerformanceArray", "vNicPerformanceArray": "nicPerformanceArray"}
"""Arrays that VES 5 called otherwise."""

_TEXT_KEY = re.compile(r"(?:Identifier|Version|Type|State|Status|[nN]ame|Id|Suspect)$")
_FREE_KEYS = frozenset({"additionalFields", "additionalObjects", "objectKeys"})
_UNNAMED_STEPS = frozenset({"hashMap", "arrayOfFields", "objectInstances", "objectInstance"})
_NO_VALUES = frozenset({"measurementInterval"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A value inside an event that cannot be kept."""

    field: str
    reason: str
    what: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """The values of one measured object of an event; an empty name is the event's own source."""

    name: str
    quality: Quality
    results: Results


def as_object(value: object) -> Json:
    """Take a JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Take a JSON array as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Take a text or a number as text, anything else as none."""
    if isinstance(value, str):
        return value.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def is_true(value: object) -> bool:
    """Tell whether a flag is set; VES 7 writes it as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def written(value: object) -> bytes:
    """Write a value as JSON again; nothing where it is nested too deeply."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b""


def perf3gpp(collection: Json, bad: list[Bad]) -> Iterator[Object]:
    """Go through a measDataCollection, object by object; what is wrong is added to ``bad``."""
    entity = as_text(collection.get("measuredEntityDn"))
    for i, info in enumerate(as_list(collection.get("measInfoList"))):
        types = _types(as_object(info).get("measTypes"))
        for j, value in enumerate(as_list(as_object(info).get("measValuesList"))):
            place = f"measInfoList[{i}].measValuesList[{j}]"
            found = as_object(value)
            results = Results()
            for one in as_list(found.get("measResults")):
                _add_result(as_object(one), types, results, place=place, bad=bad)
            yield Object(
                name=dn.join(entity, as_text(found.get("measObjInstId"))),
                quality=Quality.SUSPECT if is_true(found.get("suspectFlag")) else Quality.GOOD,
                results=results,
            )


def measurements(fields: Json, bad: list[Bad]) -> list[Object]:
    """Collect every number under the measurement fields, its path as the indicator's name."""
    walk = _Walk(bad)
    for key, value in fields.items():
        if key not in _NO_VALUES and not _TEXT_KEY.search(key):
            walk.go(_At(path=V5_NAMES.get(key, key), is_free=key in _FREE_KEYS), value)
    return [
        Object(name="", quality=Quality.GOOD, results=walk.good),
        Object(name="", quality=Quality.SUSPECT, results=walk.suspect),
    ]


def _types(value: object) -> list[str]:
    names = as_object(value)
    for key in ("sMeasTypesList", "iMeasTypesList", "measType"):
        if key in names:
            return [as_text(name) for name in as_list(names[key])]
    return [as_text(name) for name in as_list(value)]


def _add_result(
    one: Json, types: list[str], results: Results, *, place: str, bad: list[Bad]
) -> None:
    position = one.get("p")
    is_known = isinstance(position, int) and 1 <= position <= len(types) and position is not True
    name = types[position - 1] if is_known else ""  # pyright: ignore[reportOptionalOperand]
    if not name or len(name) > MAX_NAME_CHARS:
        what = f"p={quoted(as_text(position) or position)} names none of {len(types)} measTypes"
        bad.append(Bad(field=f"{place}.p", reason="wrong_columns", what=what, raw=written(one)))
        return
    raw = next((one[key] for key in ("sValue", "rValue", "iValue") if key in one), None)
    values = _values(None if is_true(one.get("isNull")) else raw)
    if isinstance(values, NotACounter):
        what = f"{name} {quoted(as_text(raw) or raw)} {values.why}"
        bad.append(Bad(field=name, reason=values.reason, what=what, raw=written(raw)))
    elif isinstance(raw, str) and "," in raw:
        results.add_vector(name, values)
    else:
        results.add(name, values[0])


def _values(raw: object) -> Values | NotACounter:
    if raw is None:
        return [None]
    if isinstance(raw, str):
        return cell(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return NotACounter("not_a_number", "is not a number")
    return [float(raw)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """Where a value stands: its path, its place in an array, and what holds of all around it."""

    path: str
    is_free: bool  # text may stand here, too
    index: int | None = None
    is_suspect: bool = False
    depth: int = 1

    def below(self, path: str, *, index: int | None = None, is_free: bool = False) -> _At:
        return replace(
            self, path=path, index=index, is_free=self.is_free or is_free, depth=self.depth + 1
        )


class _Walk:
    """Goes down into fields and collects the numbers."""

    def __init__(self, bad: list[Bad]) -> None:
        self.good = Results()
        self.suspect = Results()
        self._bad = bad

    def go(self, at: _At, value: object) -> None:
        """Collect one value, or all below it."""
        if at.depth > MAX_DEPTH or len(at.path) > MAX_NAME_CHARS:
            what = f"{quoted(at.path)} lies deeper than {MAX_DEPTH} levels or its name is too long"
            self._bad.append(Bad(field=at.path[:MAX_NAME_CHARS], reason="too_large", what=what))
        elif isinstance(value, dict):
            self._go_object(at, value)
        elif isinstance(value, list):
            for i, each in enumerate(value):
                self.go(at.below(at.path, index=i), each)
        else:
            self._leaf(at, value)

    def _go_object(self, at: _At, found: Json) -> None:
        if set(found) == {"name", "value"}:
            self.go(at.below(f"{at.path}.{as_text(found['name'])}"), found["value"])
            return
        if is_true(found.get("valuesAreSuspect")):
            at = replace(at, is_suspect=True)
        if label := _label(found):
            at = replace(at, path=f"{at.path}[{label}]", index=None)
        for key, value in found.items():
            if not _TEXT_KEY.search(key):
                path = at.path if key in _UNNAMED_STEPS else f"{at.path}.{key}"
                self.go(at.below(path, index=at.index, is_free=key in _FREE_KEYS), value)

    def _leaf(self, at: _At, value: object) -> None:
        results = self.suspect if at.is_suspect else self.good
        values = _values(float(value) if isinstance(value, bool) else value)
        if isinstance(values, NotACounter):
            if not at.is_free:
                what = f"{at.path} {quoted(as_text(value))} {values.why}"
                raw = written(value)
                self._bad.append(Bad(field=at.path, reason=values.reason, what=what, raw=raw))
        elif len(values) > 1:
            results.add_vector(at.path, values)
        else:
            results.add(at.path, values[0], at.index)


def _label(found: Json) -> str:
    """Give the name that an entry of an array bears, such as its cpuIdentifier."""
    for key, value in found.items():
        if key.endswith("Identifier") or key in {"name", "objectName"}:
            return as_text(value)
    return ""

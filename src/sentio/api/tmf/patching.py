"""Patches: merge (RFC 7386), operations (RFC 6902), and operations found by query (TMF630)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sentio.api.problems import RequestError
from sentio.api.tmf.errors import bad
from sentio.api.tmf.filters import is_passed, parse_filters
from sentio.api.tmf.jsonpath import select_jsonpath

Body = dict[str, Any]  # Any: JSON
MERGE = "application/merge-patch+json"
OPERATIONS = "application/json-patch+json"
QUERY = "application/json-patch-query+json"
PLAIN = "application/json"
MOST_OPERATIONS = 200
KINDS = ("add", "remove", "replace", "move", "copy", "test")


def patched(body: Mapping[str, Any], patch: object, media_type: str) -> Body:
    """Give a body as a patch leaves it; the body itself stays.

    Raises
    ------
    RequestError
        The patch cannot be read (400), or it does not fit the body (400; 409 for a ``test``).
    """
    if media_type in {PLAIN, MERGE}:
        if not isinstance(patch, dict):
            raise bad("the patch is no object", where="body", expected="the fields to change")
        return merged(body, patch)
    steps = patch if isinstance(patch, list) else [patch]
    if len(steps) > MOST_OPERATIONS:
        raise bad("too many operations", where="body", expected=f"{MOST_OPERATIONS} at most")
    whole: Any = copy.deepcopy(dict(body))
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("path"), str):
            raise bad("an operation has no path", where="body", expected="op, path and value")
        for each in _located(step, whole) if media_type == QUERY else (step,):
            whole = _apply(whole, each)
    if not isinstance(whole, dict):
        raise bad("the patch leaves no object", where="body")
    return whole


def merged(body: Mapping[str, Any], patch: Mapping[str, Any]) -> Body:
    """Merge a patch into a body (RFC 7386): null removes, objects merge, all else replaces."""
    result = dict(body)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            known = result.get(name)
            result[name] = merged(known if isinstance(known, dict) else {}, value)
        else:
            result[name] = value
    return result


def _apply(whole: Any, step: Mapping[str, Any]) -> Any:  # noqa: ANN401  (JSON)
    kind = "remove" if step.get("op") == "delete" else step.get("op")
    if kind not in KINDS:
        raise bad(f"the operation is {kind!r}", where="op", expected=f"one of {', '.join(KINDS)}")
    path = _pointer(step["path"])
    if kind in {"add", "replace", "test"} and "value" not in step:
        raise bad(f"{kind} has no value", where=step["path"])
    if kind == "remove":
        return _removed(whole, path)
    if kind == "test":
        if _at(whole, path) != step["value"] or isinstance(step["value"], bool) != isinstance(
            _at(whole, path), bool
        ):
            raise RequestError(409, "the test does not hold", where=step["path"])
        return whole
    if kind == "replace":
        _at(whole, path)
        return _set(whole, path, copy.deepcopy(step["value"]), is_new=False)
    if kind == "add":
        return _set(whole, path, copy.deepcopy(step["value"]), is_new=True)
    source = _pointer(str(step.get("from", "")))
    value = copy.deepcopy(_at(whole, source))
    if kind == "move":
        if path[: len(source)] == source and path != source:
            raise bad("a value cannot move into itself", where=step["path"])
        whole = _removed(whole, source)
    return _set(whole, path, value, is_new=True)


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise bad(f"the path is {text!r}", where="path", expected="a JSON pointer such as /name")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _at(whole: Any, path: list[str]) -> Any:  # noqa: ANN401  (JSON)
    for part in path:
        if isinstance(whole, dict) and part in whole:
            whole = whole[part]
        elif isinstance(whole, list):
            whole = whole[_index(part, len(whole) - 1)]
        else:
            raise _nothing(path)
    return whole


def _set(whole: Any, path: list[str], value: object, *, is_new: bool) -> Any:  # noqa: ANN401  (JSON)
    if not path:
        return value
    holder, last = _at(whole, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list):
        if is_new:
            holder.insert(len(holder) if last == "-" else _index(last, len(holder)), value)
        else:
            holder[_index(last, len(holder) - 1)] = value
    else:
        raise _nothing(path)
    return whole


def _removed(whole: Any, path: list[str]) -> Any:  # noqa: ANN401  (JSON)
    if not path:
        return None
    _at(whole, path)
    holder = _at(whole, path[:-1])
    del holder[path[-1] if isinstance(holder, dict) else _index(path[-1], len(holder) - 1)]
    return whole


def _index(part: str, most: int) -> int:
    if not re.fullmatch(r"0|[1-9]\d{0,9}", part) or int(part) > most:
        raise bad(f"there is no element {part}", where="path")
    return int(part)


def _nothing(path: list[str]) -> RequestError:
    return bad(f"there is nothing at /{'/'.join(path)}", where="path")


def _located(step: Mapping[str, Any], whole: Body) -> Iterator[Mapping[str, Any]]:
    """Turn an operation whose path has a query into operations with pointers.

    The query is ``/list/field?attribute=value`` (attributes of the elements of the list, or of the
    whole resource), or a JSONPath with tests. What is removed is removed from behind.
    """
    text = step["path"]
    if "[?" in text or text.startswith(("$", ".")):
        found = _by_jsonpath(text, whole)
    elif "?" in text:
        found = _by_query(text, whole)
    else:
        yield {**step, "path": text if text.startswith("/") else f"/{text}"}
        return
    if not found:
        raise bad("nothing is found by the query", where=text)
    for pointer in reversed(found):
        yield {**step, "path": pointer}


def _by_jsonpath(text: str, whole: Body) -> list[str]:
    path = re.sub(r"\]/", "].", re.sub(r"^[$./]*", "", text.strip()))
    last = re.search(r"\]\.([A-Za-z@][\w-]*)$", path)
    if last:  # of a scalar only its holder can be told apart from others
        path = path[: last.start() + 1]
    wanted = {id(node) for node in select_jsonpath(f"$.{path}")([whole])}
    found = [pointer for pointer, value in _walk(whole, "") if id(value) in wanted]
    return [f"{pointer}/{last[1]}" if last else pointer for pointer in found[:MOST_OPERATIONS]]


def _by_query(text: str, whole: Body) -> list[str]:
    pointer, _, query = text.partition("?")
    parts = _pointer(pointer)
    conditions = _conditions(query, parts)
    if all(_holds(whole, condition) for condition in conditions) and not any(
        isinstance(_peek(whole, parts[:at]), list) for at in range(1, len(parts) + 1)
    ):
        return [pointer]
    found: list[str] = []
    for at in range(1, len(parts) + 1):
        elements = _peek(whole, parts[:at])
        if isinstance(elements, list):
            inner = [_relative(each, parts[:at]) for each in conditions]
            rest = "".join(f"/{part}" for part in parts[at:])
            found += [
                f"/{'/'.join(parts[:at])}/{index}{rest}"
                for index, element in enumerate(elements)
                if all(_holds(element, condition) for condition in inner)
            ]
            break
    return found


def _conditions(query: str, parts: list[str]) -> list[tuple[str, str]]:
    pairs = [each.partition("=") for each in query.split("&") if each]
    if not pairs or not all(equals for _, equals, _ in pairs):
        raise bad(f"the query {query!r} cannot be read", where="path", expected="attribute=value")
    named = [(name.strip("/").replace("/", "."), value) for name, _, value in pairs]
    return [(name.removeprefix("."), value) for name, value in named] if parts else named


def _relative(condition: tuple[str, str], parts: list[str]) -> tuple[str, str]:
    name, value = condition
    for prefix in (".".join(parts), parts[-1]):
        if name.startswith(f"{prefix}."):
            return name.removeprefix(f"{prefix}."), value
    return condition


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _holds(value: object, condition: tuple[str, str]) -> bool:
    return isinstance(value, dict) and is_passed(parse_filters([condition]), value)


def _peek(whole: object, parts: list[str]) -> object:
    for part in parts:
        whole = whole.get(part) if isinstance(whole, dict) else None
    return whole


def _walk(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    yield pointer, value
    pairs: list[tuple[str, object]] = []
    if isinstance(value, dict):
        pairs = [(_escaped(str(key)), each) for key, each in value.items()]
    elif isinstance(value, list):
        pairs = [(str(index), each) for index, each in enumerate(value)]
    for name, each in pairs:
        yield from _walk(each, f"{pointer}/{name}")

"""Common media client data: one dictionary from a query, from headers or from JSON (CTA-5004)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

Bare: TypeAlias = bool | int | float | str


class Item(NamedTuple):
    """One member of an inner list, with its parameters (``5000;v`` has ``{"v": True}``)."""

    value: Bare
    parameters: Mapping[str, Bare] = {}


Value: TypeAlias = Bare | tuple[Item, ...]
Fields: TypeAlias = dict[str, Value]

HEADERS = ("cmcd-object", "cmcd-request", "cmcd-session", "cmcd-status")
VIDEO = ("v", "av")

_STRING = r'"(?:[^"\\]|\\.)*"'
_PARAMETERS = rf"(?:;[^,;\"()\s]*(?:{_STRING})?)*"
_BETWEEN = re.compile(r"[,\s]*")
_MEMBER = re.compile(
    rf"([A-Za-z*][\w.*-]*)"
    rf"(?:=(?:(-?\d{{1,15}}(?:\.\d{{1,9}})?)|({_STRING})|\(((?:[^()\"]|{_STRING})*)\)|([^\",()\s;]+)))?"
    rf"{_PARAMETERS}\s*(?:,[,\s]*|$)"
)
_ITEM = re.compile(rf"\s*({_STRING}|[^\s\"();]+)({_PARAMETERS})(?:\s+|$)")
_PARAMETER = re.compile(rf";([^=;\"]+)(?:=({_STRING}|[^;\"]*))?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")
_PARAM_OF_QUERY = re.compile(r"(?:^|[?&;])CMCD=([^&#\s]*)", re.IGNORECASE)
_USUAL = (("%2C", ","), ("%3D", "="), ("%22", '"'), ("%20", " "), ("%28", "("), ("%29", ")"))
_STILL_ENCODED = re.compile(r"%(?:22|2C|3D|28|25)", re.IGNORECASE)


def parse(text: str) -> Fields:
    """Read a structured-field dictionary as CMCD uses it.

    Both versions: ``br=3200`` and ``br=(3200;v 128;a)``; a bare key is true; parameters of a
    whole member are passed over; a value that is no number, string, list or boolean is a token
    and stays text. Empty members (``su,,br=1``) are tolerated.

    Raises
    ------
    ValueError
        The text breaks off within a string or list, or a key is not one; the message says where.

    References
    ----------
    CTA-5004 (2020) and CTA-5004-B (2025); RFC 8941 clause 3.2.
    """
    found: Fields = {}
    first = _BETWEEN.match(text)
    at, end = first.end() if first else 0, len(text)
    while at < end:
        match = _MEMBER.match(text, at)
        if match is None:
            raise ValueError(f"what stands at character {at} is no CMCD key and value")
        key, number, string, inner, token = match.groups()
        if number is not None:
            found[key] = float(number) if "." in number else int(number)
        elif string is not None:
            found[key] = _unescaped(string)
        elif inner is not None:
            found[key] = _items(inner)
        elif token is not None:
            found[key] = _token(token)
        else:
            found[key] = True
        at = match.end()
    return found


def of_query(query: str) -> str | None:
    """Take the CMCD text out of a query or URL, decoded; None where there is none.

    Some CDNs encode the query once more when they log it, so that ``%22`` stands as ``%2522``.
    """
    match = _PARAM_OF_QUERY.search(query)
    if match is None:
        return None
    text = _decoded(match[1])
    if '"' not in text and "=" not in text and _STILL_ENCODED.search(text):
        text = _decoded(text)
    return text


def of_headers(headers: Mapping[str, object]) -> str | None:
    """Join the four CMCD request headers (any case) to one dictionary text."""
    by_name = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    found = [value for name in HEADERS if isinstance(value := by_name.get(name), str) and value]
    return ",".join(found) or None


def of_json(values: Mapping[str, object]) -> Fields:
    """Take CMCD out of a JSON object; keys whose values CMCD does not know are left out."""
    found: Fields = {}
    for key, value in values.items():
        if isinstance(value, bool | int | float | str):
            found[key] = value
        elif isinstance(value, list):
            found[key] = tuple(_json_items(value))
    return found


def number(fields: Mapping[str, Value], key: str) -> float | None:
    """Give a key's number: of a list the one marked as video, else its first."""
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, tuple):
        value = _video_first(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if value is None or isinstance(value, bool | str):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def flag(fields: Mapping[str, Value], key: str) -> bool:
    """Tell whether a boolean key is there and true; logs also write it ``true`` or ``1``."""
    value = fields.get(key, False)
    return (
        value is True or (isinstance(value, str) and value.lower() == "true") or value in (1, "1")
    )


def word(fields: Mapping[str, Value], key: str) -> str | None:
    """Give a key's text or token; None where it is absent, empty or of another type."""
    value = fields.get(key)
    if isinstance(value, bool | tuple) or value is None:
        return None
    return str(value) or None


def _decoded(text: str) -> str:
    """Undo the encoding of a query; what CMCD is full of goes the fast way."""
    text = text.replace("+", " ")
    for encoded, character in _USUAL:
        text = text.replace(encoded, character)
    return unquote(text) if "%" in text else text


def _video_first(items: tuple[Item, ...]) -> Bare | None:
    for item in items:
        if any(kind in item.parameters for kind in VIDEO):
            return item.value
    return items[0].value if items else None


def _items(inner: str) -> tuple[Item, ...]:
    found: list[Item] = []
    at, end = 0, len(inner.rstrip())
    while at < end:
        match = _ITEM.match(inner, at)
        if match is None:
            raise ValueError(f"what stands at character {at} of an inner list is no item")
        parameters = {name: _bare(text) for name, text in _PARAMETER.findall(match[2])}
        found.append(Item(_bare(match[1]), parameters))
        at = match.end()
    return tuple(found)


def _json_items(values: Iterable[object]) -> Iterable[Item]:
    for value in values:
        if isinstance(value, bool | int | float | str):
            yield Item(value)


def _bare(text: str) -> Bare:
    if not text:
        return True
    if text.startswith('"'):
        return _unescaped(text)
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return _token(text)


def _token(text: str) -> Bare:
    return {"?1": True, "?0": False}.get(text, text)


def _unescaped(string: str) -> str:
    inside = string[1:-1]
    return _ESCAPE.sub(r"\1", inside) if "\\" in inside else inside

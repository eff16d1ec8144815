"""Access logs of CDNs and web servers: one request a line, four layouts, recognised line by line.

W3C extended (``#Fields:``), CloudFront standard and real-time logs, the combined log of NGINX and
Apache, and one JSON object a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import orjson

from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.log_fields import REALTIME_ORDER, role_names
from sentio.ingest.wire.pieces.columns import is_time
from sentio.ingest.wire.pieces.numbered import Refused
from sentio.ingest.wire.times.iso8601 import MAX_NS, MAX_TEXT_CHARS, epoch_ns, time_ns

UNIX = datetime(1970, 1, 1, tzinfo=UTC)
MIN_REALTIME_FIELDS = 10

COMBINED = re.compile(
    r"(?:(\S+) )?(\S+) \S+ \S+ \[([^\]\s]{1,40} [+-]\d{4})\] "
    r'"((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(.*)$',
    re.DOTALL,
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_W3C_TOKEN = re.compile(r'"(?:[^"]|"")*"|\S+')
_CMCD_LIKE = re.compile(r"(?:^|,)\s*(?:br|bl|d|mtp|ot|sid|su|bs|sf|cid)(?:=|,|$)")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_ODD = ("-", "", '"')  # begins of a cell that says nothing, or is quoted
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
_HOST = re.compile(r"https?://([^/?#@\s]{1,253})(?:[/?#]|$)", re.IGNORECASE)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE")


class Request(NamedTuple):
    """One request of the log; ``fields`` is its CMCD, empty where it carries none."""

    time_ns: int
    fields: Mapping[str, cmcd.Value]
    ip: str | None = None
    agent: str | None = None
    host: str | None = None
    edge: str | None = None
    cdn: str | None = None
    method: str | None = None
    status: int | None = None
    bytes: float | None = None
    ttfb_ms: float | None = None
    taken_ms: float | None = None


class LogReader:
    """Reads lines in order; what it remembers is the last ``#Fields`` directive."""

    def __init__(self, fields: str = "") -> None:
        names = [name for name in re.split(r"[,\s]+", fields) if name]
        self._names = names
        self._roles = role_names(tuple(names))
        self._is_milliseconds = False

    @property
    def has_query(self) -> bool:
        """Tell whether the log's fields can hold CMCD at all."""
        return any(role in self._roles for role in ("query", "url", "cmcd", "headers")) or any(
            role[0] in "=+" for role in self._roles
        )

    def request(self, line: str) -> Request | None:
        """Read one line; None for a directive, `Refused` for what is no request."""
        if line.startswith("#"):
            self._directive(line)
            return None
        if line.startswith("{"):
            return _from_json(line)
        if self._names:
            return self._from_fields(line)
        match = COMBINED.match(line)
        if match:
            return _from_combined(match)
        cells = line.split("\t")
        if len(cells) >= MIN_REALTIME_FIELDS:
            return self._from_realtime(cells)
        raise Refused("the line is in none of the known log layouts")

    def _directive(self, line: str) -> None:
        if line.startswith("#Fields:"):
            self._names = line[8:].split()
            self._roles = role_names(tuple(self._names))
        elif line.startswith("#Software:"):
            # The standard says seconds; Microsoft's servers write time-taken in milliseconds.
            self._is_milliseconds = "Microsoft" in line

    def _from_fields(self, line: str) -> Request:
        cells = line.split("\t")
        if len(cells) == 1:
            cells = _W3C_TOKEN.findall(line) if '"' in line else line.split()
        if len(cells) != len(self._names):
            raise Refused(
                f"the line has {len(cells)} fields; #Fields names {len(self._names)}",
                reason="wrong_columns",
            )
        values = {
            role: cell if (cell := cells[at])[:1] not in _ODD else _cell(cell)
            for role, at in self._roles.items()
        }
        if self._is_milliseconds and "taken_s" in values:
            values["taken_ms"] = values.pop("taken_s")
        return _request(values)

    def _from_realtime(self, cells: list[str]) -> Request:
        for order in (REALTIME_ORDER, tuple(n for n in REALTIME_ORDER if n != "s-ip")):
            names = order[: len(cells)]
            if len(cells) <= len(order) and cells[names.index("cs-method")] in _METHODS:
                values = {role: _cell(cells[at]) for role, at in role_names(names).items()}
                return _request(values)
        raise Refused(
            f"{len(cells)} tab-separated fields in an unknown order; name them in option fields",
            reason="wrong_columns",
        )


def _cell(text: str) -> str:
    if text in ("-", ""):
        return ""
    return text[1:-1].replace('""', '"') if text.startswith('"') and len(text) > 1 else text


def _from_combined(match: re.Match[str]) -> Request:
    host, ip, when, request, status, size, rest = match.groups()
    tail = [_plain(text) for text in _QUOTED.findall(rest)]
    parts = _plain(request).split(" ")
    text = cmcd.of_query(parts[1]) if len(parts) > 1 else None
    if text is None:
        # Some operators log the four CMCD headers as further quoted fields.
        text = ",".join(each for each in tail[2:] if _CMCD_LIKE.search(each)) or None
    return _request(
        {
            "time": when,
            "ip": ip,
            "host": host or "",
            "status": status,
            "bytes": size,
            "method": parts[0],
            "agent": tail[1] if len(tail) > 1 else "",
        },
        text=text,
    )


def _from_json(line: str) -> Request:
    try:
        found: object = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Refused(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Refused("not a JSON object")
    roles = role_names(tuple(found))
    cells = list(found.values())
    values = {role: _json_cell(cells[at]) for role, at in roles.items()}
    headers = cells[roles["headers"]] if "headers" in roles else found
    text = cmcd.of_headers(headers) if isinstance(headers, dict) else None
    nested = found.get("cmcd", found.get("CMCD"))
    if isinstance(nested, dict):
        return _request(values, fields=cmcd.of_json(nested))
    return _request(values, text=text)


def _json_cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _request(
    values: dict[str, str], *, text: str | None = None, fields: cmcd.Fields | None = None
) -> Request:
    if fields is None:
        fields = _fields(values, text)
    ttfb_s, taken_s = _number(values.get("ttfb_s")), _number(values.get("taken_s"))
    status = _number(values.get("status"))
    return Request(
        time_ns=_when(values),
        fields=fields,
        ip=values.get("ip") or None,
        agent=values.get("agent") or None,
        host=values.get("host") or _host(values.get("url", "")),
        edge=values.get("edge") or None,
        cdn=values.get("cdn") or cmcd.word(fields, "cdn"),
        method=(values.get("method") or "").upper() or None,
        status=int(status) if status is not None else None,
        bytes=_number(values.get("bytes")),
        ttfb_ms=_number(values.get("ttfb_ms")) if ttfb_s is None else ttfb_s * 1000,
        taken_ms=_number(values.get("taken_ms")) if taken_s is None else taken_s * 1000,
    )


def _fields(values: Mapping[str, str], text: str | None) -> cmcd.Fields:
    own: cmcd.Fields = {
        role[1:]: value for role, value in values.items() if role[0] == "=" and value
    }
    if text is None:
        headers = [value for role, value in values.items() if role[0] == "+" and value]
        text = (
            cmcd.of_query(values.get("query", ""))
            or cmcd.of_query(values.get("url", ""))
            or ",".join(headers)
            or values.get("cmcd", "")
        )
    try:
        return {**own, **cmcd.parse(text)}
    except ValueError as error:
        raise Refused(str(error), field="CMCD") from None


def _host(url: str) -> str | None:
    match = _HOST.match(url)
    return match[1] if match else None


def _when(values: Mapping[str, str]) -> int:
    date, clock = values.get("date", ""), values.get("clock", "")
    text = f"{date}T{clock}" if date and clock and ":" in clock and " " not in clock else ""
    text = text or values.get("time", "") or clock or date
    if not text:
        raise Refused("the request has no time", field="time", reason="missing")
    found = _time_ns(text)
    if found is None or not is_time(found):
        raise Refused(f"{text[:40]!r} is no time", field="time", reason="bad_time")
    return found


def _time_ns(text: str) -> int | None:
    return _cached_time_ns(text) if len(text) <= MAX_TEXT_CHARS else None


@lru_cache(maxsize=4096)
def _cached_time_ns(text: str) -> int | None:
    epoch = epoch_ns(text)
    if epoch is not None:
        return epoch[0]
    if ":" in text and "/" in text[:4]:
        return _apache_ns(text)
    return time_ns(text)


def _apache_ns(text: str) -> int | None:
    try:
        when = datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z")
    except ValueError:
        return None
    ns = (when - UNIX) // timedelta(microseconds=1) * 1000
    return ns if abs(ns) <= MAX_NS else None


def _number(text: str | None) -> float | None:
    return float(text) if text and _NUMBER.fullmatch(text) else None


def _plain(text: str) -> str:
    r"""Undo the escapes of NGINX (``\x22``) and Apache (a backslash before the quote)."""
    if "\\" not in text:
        return text
    return _HEX.sub(lambda found: chr(int(found[1], 16)), text).replace('\\"', '"')

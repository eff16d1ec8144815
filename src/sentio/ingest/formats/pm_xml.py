"""Performance measurement files in XML: TS 32.435 `measCollecFile`, TS 28.532 `measDataFile`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no types)

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.numbered import Pieces, quoted
from sentio.ingest.wire.pm import dn
from sentio.ingest.wire.pm.counters import (
    MAX_BINS,
    MAX_PLAIN_CHARS,
    MeasurementRows,
    NotACounter,
    Results,
    Scope,
    cell,
    plain_numbers,
)
from sentio.ingest.wire.times.iso8601 import duration_ms, time_ns, zone_of
from sentio.ingest.wire.xml.prolog import Refusal, check_prolog, first_element
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind, Quality

ROOTS = frozenset({"measCollecFile", "measDataFile"})
MAX_TYPES = 65_536
MAX_NAME_CHARS = 512
MAX_DN_CHARS = 4096
MAX_VALUES_PER_OBJECT = 16 * MAX_BINS + MAX_TYPES


def sniff(head: bytes, name: str) -> float:  # noqa: ARG001  (the root element is proof enough)
    """Look for the root element; a DOCTYPE that names it counts, so that it is refused by name."""
    return 0.98 if first_element(head) in ROOTS else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read one file as measurements; a row is one counter value, single or vector.

    Memory stays constant: every element is dropped as soon as it is read. A DOCTYPE refuses the
    whole file; broken XML ends it, and what was read before stays.
    """
    file = _File(reading)
    source = check_prolog(stream)
    if isinstance(source, Refusal):
        file.out.reject(source.what, line=source.line, field="", reason=source.reason)
    else:
        try:
            yield from file.pieces(source)
        except etree.XMLSyntaxError as error:
            file.break_off(error)
    yield from file.rest()


_EXPECTED = "a root element measCollecFile (TS 32.435) or measDataFile (TS 28.532)"


class _File:
    """What is known at this point of the file, and the rows read since the last piece."""

    def __init__(self, reading: Reading) -> None:
        self.out = Pieces(reading)
        self.is_begun = False
        self._reading = reading
        self._zone = zone_of(reading)
        self._rows = MeasurementRows()
        self._dn_prefix = ""
        self._local_dn = ""
        self._period: int | None = None
        self._results = Results()
        self._begin_info()
        self._begin_object("")
        self._at_start: dict[str, Callable[[etree._Element], None]] = {
            "fileHeader": self._start_header,
            "managedElement": self._start_element,
            "measEntity": self._start_element,
            "measData": lambda _: self._begin_data(),
            "measInfo": self._start_info,
            "granPeriod": self._start_period,
            "measValue": self._start_object,
        }
        self._at_end: dict[str, Callable[[etree._Element], None]] = {
            "measType": self._end_type,
            "measTypes": self._end_types,
            "r": self._end_result,
            "measResults": self._end_results,
            "suspect": self._end_suspect,
            "measValue": self._end_value,
        }

    def pieces(self, source: BinaryIO) -> Iterator[Piece]:
        """Read the stream element by element."""
        events = etree.iterparse(
            source,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, found in events:
            name = found.tag.rpartition("}")[2]
            if event == "start":
                if not self.is_begun:
                    self._begin_file(found, name)
                if name in self._at_start:
                    self._at_start[name](found)
                continue
            if name in self._at_end:
                self._at_end[name](found)
            _drop(found)
            is_due = name != "r" and self._rows.are_due(self._reading.batch_rows)
            if is_due or self.out.are_due:
                yield from self._make()

    def break_off(self, error: etree.XMLSyntaxError) -> None:
        """Note where the XML ends too early; an object half read is kept as incomplete."""
        if not self.is_begun:
            raise FormatError(
                f"this is no XML ({error.msg})",
                where=self._reading.origin.name,
                expected=_EXPECTED,
            ) from error
        self._quality |= Quality.PARTIAL
        what = f"the XML breaks off here ({error.msg}); what stands before is kept"
        self.out.reject(what, line=error.lineno or 1, field="", reason="unreadable")

    def rest(self) -> Iterator[Piece]:
        """Hand on what has not been handed on yet."""
        self._end_object()
        if self._rows or self.out.has_rejections:
            yield from self._make()

    def _make(self) -> Iterator[Piece]:
        batch, rows = self._rows.take()
        yield from self.out.make(Kind.MEASUREMENT, batch, rows_kept=rows)

    def _begin_file(self, root: etree._Element, name: str) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise FormatError("the file declares a document type", where=self._reading.origin.name)
        if name not in ROOTS:
            raise FormatError(
                f"the root element is {quoted(name)}",
                where=self._reading.origin.name,
                expected=_EXPECTED,
            )
        self.is_begun = True

    def _start_header(self, found: etree._Element) -> None:
        self._dn_prefix = found.get("dnPrefix") or ""

    def _begin_data(self) -> None:
        self._local_dn = ""

    def _start_element(self, found: etree._Element) -> None:
        self._local_dn = found.get("localDn") or ""

    def _start_info(self, found: etree._Element) -> None:
        self._begin_info()
        self._class = found.get("measInfoId") or ""

    def _begin_info(self) -> None:
        self._end_object()
        self._types: dict[str, str] = {}
        self._class = ""
        self._period = None
        self._granularity_ms: int | None = None
        self._why_no_period = ("missing", "no granPeriod stands before it")

    def _start_period(self, found: etree._Element) -> None:
        self._end_object()
        end, duration = found.get("endTime") or "", found.get("duration") or ""
        self._period = time_ns(end, self._zone)
        self._granularity_ms = duration_ms(duration)
        if self._period is None:
            reason, why = ("bad_time", "is no ISO 8601 time") if end else ("missing", "is missing")
            self._why_no_period = (reason, f"its endTime {quoted(end)} {why}")
            what = f"endTime {quoted(end)} {why} (TS 32.435); the results under it have no time"
            self._refuse(found, what, field="endTime", reason=reason)
        elif self._granularity_ms is None:
            reason = "bad_time" if duration else "missing"
            what = (
                f"granularity {quoted(duration)} is no ISO 8601 duration such as PT900S"
                " (TS 32.435); the results under it are kept without it"
            )
            self._refuse(found, what, field="duration", reason=reason)

    def _end_type(self, found: etree._Element) -> None:
        position, name = _position(found), (found.text or "").strip()
        if not position or not name or len(name) > MAX_NAME_CHARS or len(self._types) >= MAX_TYPES:
            what = f"measType {quoted(name)} needs a name and a whole number p (TS 32.435)"
            self._refuse(found, what, field="measType", reason="missing")
        else:
            self._types[position] = name

    def _end_types(self, found: etree._Element) -> None:
        names = (found.text or "").split()
        if len(names) > MAX_TYPES or any(len(name) > MAX_NAME_CHARS for name in names):
            what = "measTypes has too many or too long names"
            self._refuse(found, what, field="measTypes", reason="too_large")
            return
        self._types = {str(i): name for i, name in enumerate(names, start=1)}

    def _start_object(self, found: etree._Element) -> None:
        self._end_object()
        self._begin_object(found.get("measObjLdn") or "")

    def _begin_object(self, local_name: str) -> None:
        self._object = local_name
        self._results = Results()
        self._open = dict(self._types)  # the counters that this object has no result for yet
        self._quality = Quality.GOOD
        self._obstacle = self._find_obstacle()

    def _find_obstacle(self) -> tuple[str, str, str] | None:
        """Say why no result of this object can be kept: field, reason, sentence."""
        if self._period is None:
            reason, why = self._why_no_period
            return "endTime", reason, f"the result has no time: {why}"
        length = len(self._object) + len(self._local_dn) + len(self._dn_prefix)
        if not length:
            what = "the result belongs to no object: measObjLdn, localDn and dnPrefix are empty"
            return "measObjLdn", "missing", what
        if length > MAX_DN_CHARS:
            what = f"the object's name is longer than {MAX_DN_CHARS} characters"
            return "measObjLdn", "too_large", what
        return None

    def _end_suspect(self, found: etree._Element) -> None:
        if (found.text or "").strip().lower() in {"true", "1"}:
            self._quality |= Quality.SUSPECT

    def _end_result(self, found: etree._Element) -> None:
        position = found.get("p")
        name = self._open.pop(position, None) or self._open.pop(_position(found), None)
        if self._obstacle:
            field, reason, what = self._obstacle
            self._refuse(found, what, field=field, reason=reason)
        elif name is None:
            is_known = _position(found) in self._types
            why = "has a result already" if is_known else "names no measType of this measInfo"
            reason = "duplicate" if is_known else "wrong_columns"
            self._refuse(found, f"p={quoted(position or '')} {why}", field="p", reason=reason)
        else:
            text = "?" if len(found) else found.text or ""
            if why := self._add(name, text):
                self._refuse(
                    found, f"{name} {quoted(text)} {why.why}", field=name, reason=why.reason
                )

    def _end_results(self, found: etree._Element) -> None:
        text = found.text or ""
        results = text.split()
        if self._obstacle:
            field, reason, what = self._obstacle
            self._refuse(found, what, field=field, reason=reason)
        elif len(results) != len(self._types) or len(self._open) != len(self._types):
            what = f"measResults has {len(results)} values for {len(self._open)} measTypes"
            self._refuse(found, what, field="measResults", reason="wrong_columns")
        else:
            names = self._open.values()
            if numbers := plain_numbers(text):
                self._results.add_all(names, numbers)
            else:
                self._add_each(found, zip(names, results, strict=True))
            self._open = {}

    def _add_each(self, found: etree._Element, pairs: Iterable[tuple[str, str]]) -> None:
        for name, text in pairs:
            if why := self._add(name, text):
                what = f"{name} {quoted(text)} {why.why}"
                self._refuse(found, what, field=name, reason=why.reason, raw=text)

    def _add(self, name: str, text: str) -> NotACounter | None:
        """Add one cell; say why not if it cannot be."""
        if text.isdecimal() and len(text) < MAX_PLAIN_CHARS and text.isascii():
            self._results.add(name, float(text))
            return None
        if len(self._results.values) > MAX_VALUES_PER_OBJECT:
            return NotACounter("too_large", "is one value too many for one object")
        values = cell(text)
        if isinstance(values, NotACounter):
            return values
        if "," in text:
            self._results.add_vector(name, values)
        else:
            self._results.add(name, values[0])
        return None

    def _end_value(self, found: etree._Element) -> None:  # noqa: ARG002
        self._end_object()
        self._begin_object("")

    def _end_object(self) -> None:
        """Hand the results over; an object may also end because something else begins."""
        if self._results.cells and self._period is not None:
            element = dn.join(self._dn_prefix, self._local_dn, self._object)
            scope = Scope(
                ts=self._period,
                granularity_ms=self._granularity_ms,
                element=element,
                element_kind=dn.kind_of(element) or dn.kind_of_group(self._class),
                quality=self._quality,
            )
            self._rows.add(scope, self._results, rows=self._results.cells)
            self._results = Results()

    def _refuse(
        self, found: etree._Element, what: str, *, field: str, reason: str, raw: str | None = None
    ) -> None:
        self.out.reject(
            what,
            line=found.sourceline or 0,
            field=field,
            reason=reason,
            raw=etree.tostring(found, encoding="utf-8", with_tail=False) if raw is None else raw,
        )


def _position(found: etree._Element) -> str:
    """Give p without leading zeros, or nothing where it is no positive whole number."""
    text = (found.get("p") or "").strip()
    return text.lstrip("0") if text.isdecimal() and text.isascii() else ""


def _drop(found: etree._Element) -> None:
    """Forget what is read: the inside of this element and its elder brothers."""
    found.clear()
    parent = found.getparent()
    elder = found.getprevious()
    while elder is not None and parent is not None:
        parent.remove(elder)
        elder = found.getprevious()


FORMAT = Format(
    name="pm_xml",
    title="3GPP performance measurement file (XML)",
    standard="3GPP TS 32.435, TS 28.532",
    sniff=sniff,
    read=read,
)

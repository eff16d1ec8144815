"""Reports of CPEs as columns: measurements, texts by device, and the experience of the home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.numbered import Pieces, quoted
from sentio.ingest.wire.usp.experience import Values, experience
from sentio.ingest.wire.usp.names import hides_secret, holds_address, identity, meaning
from sentio.ingest.wire.usp.units import Floats, split
from sentio.model.record import ELEMENT, MEASUREMENT, Kind, Quality

Declared = int
UNDECLARED, NUMBER, BOOLEAN, TEXT = range(4)

ELEMENT_KIND = "cpe"
CONSTANTS = ("segment", "slice", "cell")
"""Options that say what the reports themselves do not."""

MAX_PATH_CHARS = 512
MAX_TEXT_CHARS = 256
MAX_IDENTITY_CHARS = 128
MAX_BLOCK_ROWS = 262_144
MAX_BLOCK_BYTES = 64 * 2**20

_IN_FILE_NAME = re.compile(
    r"(?P<oui>[0-9A-Fa-f]{6})-(?P<model>[^-]{1,64})-(?P<serial>[A-Za-z0-9]{4,64})(?:[.@_].*)?"
)
_NO_SERIAL = re.compile(r"0*|n/?a|none|unknown|null", re.IGNORECASE)
_OPTIONS = {
    "serial": ("device_serial", "sn"),
    "oui": ("device_oui", "oui"),
    "model": ("device_model", "pc"),
}

Bools = npt.NDArray[np.bool_]


@dataclass(slots=True, kw_only=True)
class Report:
    """One device at one time; what it says about itself may come late."""

    ts: int
    is_dated: bool = True
    said: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    def date(self, ts: int) -> None:
        """Take the latest time that any of its parameters carries."""
        self.ts = max(self.ts, ts) if self.is_dated else ts
        self.is_dated = True

    def learn(self, what: str, text: str, trust: int) -> None:
        """Note what the report says about its device, unless something better is known."""
        text = text.strip()[:MAX_IDENTITY_CHARS]
        is_empty = not text or (what == "serial" and _NO_SERIAL.fullmatch(text))
        if not is_empty and trust >= self.said.get(what, (0, ""))[0]:
            self.said[what] = (trust, text)

    def get(self, what: str) -> str:
        """Give what is known, or nothing."""
        return self.said.get(what, (0, ""))[1]

    @property
    def device(self) -> str:
        """Name the device: OUI and serial number (TR-069, A.3.3.1)."""
        return "-".join(filter(None, (self.get("oui"), self.get("serial"))))


class Reports:
    """Collects parameters, a report at a time, and turns them into pieces."""

    def __init__(self, reading: Reading, out: Pieces) -> None:
        self.out = out
        self._reading = reading
        self._known = _from_outside(reading)
        given = {name: reading.options.get(name, "") for name in CONSTANTS}
        self._constants = {name: text for name, text in given.items() if text}
        self._begin_block()

    def _begin_block(self) -> None:
        self._reports: list[Report] = []
        self._paths: list[str] = []
        self._texts: list[str] = []
        self._declared: list[Declared] = []
        self._owners: list[int] = []
        self._lines: list[int] = []
        self._objects: dict[int, int] = {}
        self._rows = 0
        self._bytes = 0

    def begin(self, ts: int | None, *, after: Report | None = None) -> Report:
        """Begin a report; parameters that follow are its own. Without a time it is of now.

        ``after`` is an earlier report of the same device, for what this one does not say itself.
        """
        said = dict(self._known)
        for what, (_, text) in (after.said if after else {}).items():
            said.setdefault(what, (0, text))
        ts, is_dated = (self._reading.received_ns, False) if ts is None else (ts, True)
        self._reports.append(Report(ts=ts, is_dated=is_dated, said=said))
        self._rows += 1
        return self._reports[-1]

    def add(self, path: str, text: str, declared: Declared, *, line: int) -> None:
        """Add one parameter to the report that was begun last."""
        if not path or len(path) > MAX_PATH_CHARS or path.isspace():
            what = f"parameter {quoted(path)} has no name, or one over {MAX_PATH_CHARS} characters"
            reason = "too_large" if path.strip() else "missing"
            self.out.reject(what, line=line, field="ParameterName", reason=reason)
            return
        if found := identity(path):
            self._reports[-1].learn(found[0], text, found[1])
        if len(text) > MAX_TEXT_CHARS:
            text = text[: MAX_TEXT_CHARS + 1]  # enough to see that it is long
        self._rows += 1
        self._bytes += len(path) + len(text)
        self._paths.append(path)
        self._texts.append(text)
        self._declared.append(declared)
        self._owners.append(len(self._reports) - 1)
        self._lines.append(line)

    def add_object(self) -> None:
        """Count a row that only says that an object exists."""
        owner = len(self._reports) - 1
        self._objects[owner] = self._objects.get(owner, 0) + 1
        self._rows += 1

    @property
    def is_block_full(self) -> bool:
        """Tell whether the block should be handed on where the next report begins."""
        return self._rows >= self._reading.batch_rows or self.is_block_huge

    @property
    def is_block_huge(self) -> bool:
        """Tell whether the block must be handed on even within a report."""
        return self._rows >= MAX_BLOCK_ROWS or self._bytes >= MAX_BLOCK_BYTES

    def pieces(self) -> Iterator[Piece]:
        """Hand on the block; the report that was begun last may go on."""
        last = self._reports[-1] if self._reports else None
        if self._paths or self._objects:
            yield from self._block_pieces()
        elif self.out.has_rejections:
            yield from self.rejections()
        self._begin_block()
        if last is not None:
            self._reports.append(last)

    def rejections(self) -> Iterator[Piece]:
        """Hand on the rejected rows alone; the block goes on."""
        yield from self.out.make(Kind.MEASUREMENT, _no_measurements(), rows_kept=0)

    def _block_pieces(self) -> Iterator[Piece]:
        values = self._values()
        is_number = ~np.isnan(values.numbers)
        if is_number.any() or self.out.has_rejections:
            batch = self._measurements(values, is_number)
            yield from self.out.make(Kind.MEASUREMENT, batch, rows_kept=int(is_number.sum()))
        kept = int((~is_number & ~values.is_rejected).sum()) + sum(self._objects.values())
        if kept:
            elements = self._elements(~is_number & ~values.is_rejected)
            yield from self.out.make(Kind.ELEMENT, elements, rows_kept=kept)
        uses = experience(self._reports, values, self._constants)
        if uses.num_rows:
            yield from self.out.make(Kind.EXPERIENCE, uses, rows_kept=0, service="cpe")

    def _values(self) -> Values:
        coded = pa.array(self._paths, type=pa.string()).dictionary_encode()
        codes = np.asarray(coded.indices)
        meanings = [meaning(str(path)) for path in coded.dictionary.to_pylist()]
        is_withheld = np.array([bool(each.withheld) for each in meanings], dtype=np.bool_)[codes]
        is_text = np.array([each.is_text for each in meanings], dtype=np.bool_)[codes]
        quantities = np.array([each.quantity for each in meanings], dtype=np.int64)[codes]
        declared = np.array(self._declared, dtype=np.int8)
        texts = pa.array(self._texts, type=pa.string())
        numbers, units, is_huge = split(texts)
        truths, is_truth = _truths(texts)
        is_glued = units.is_valid().to_numpy(zero_copy_only=False)
        is_wanted = (
            (declared == NUMBER)
            | is_glued & (declared != BOOLEAN)
            | (declared == UNDECLARED) & ~is_text
            | (declared == TEXT) & (quantities >= 0)
        )
        is_flag = is_truth & ((declared == BOOLEAN) | (declared == UNDECLARED))
        kept = np.where(is_wanted & ~is_withheld, numbers, np.nan)
        kept = np.where(is_flag & ~is_withheld & np.isnan(kept), truths, kept)
        is_empty = _are_empty(texts)
        is_needed = ((declared == NUMBER) | (declared == BOOLEAN)) & ~is_withheld & ~is_empty
        is_rejected = np.isnan(kept) & (is_needed | (is_huge & is_wanted & ~is_withheld))
        self._reject(is_rejected, is_huge)
        return Values(
            numbers=kept,
            units=units,
            quantities=quantities,
            owners=np.array(self._owners, dtype=np.int64),
            is_rejected=is_rejected,
            texts=self._texts,
        )

    def _reject(self, is_rejected: Bools, is_huge: Bools) -> None:
        for i in np.flatnonzero(is_rejected):
            path, text = self._paths[i], self._texts[i]
            reason = "out_of_range" if is_huge[i] else "not_a_number"
            why = "is too large" if is_huge[i] else "is not the number or boolean it should be"
            self.out.reject(
                f"{path} {quoted(text)} {why}",
                line=self._lines[i],
                field=path,
                reason=reason,
                raw=f"{path},{text}",
            )

    def _measurements(self, values: Values, is_number: Bools) -> pa.RecordBatch:
        owners = pa.array(values.owners[is_number])
        chosen = pa.array(is_number)
        rows = int(is_number.sum())
        own = self._own_columns()
        columns: dict[str, pa.Array] = {
            "ts": own["ts"].take(owners),
            "granularity_ms": pa.nulls(rows, pa.int64()),
            "element": pa.nulls(rows, pa.string()),  # only device_serial may name a customer's box
            "element_kind": pa.repeat(pa.scalar(ELEMENT_KIND), rows),
            "indicator": pa.array(self._paths, type=pa.string()).filter(chosen),
            "bin": pa.nulls(rows, pa.int32()),
            "value": pa.array(values.numbers[is_number]),
            "unit": values.units.filter(chosen),
            "quality": own["quality"].take(owners),
            "device_serial": own["device_serial"].take(owners),
        }
        return pa.RecordBatch.from_pydict(columns)

    def _own_columns(self) -> dict[str, pa.Array]:
        """Give what is the same on all rows of a report, one value a report."""
        fallback = re.split(r"[\\/!]", self._reading.origin.name)[-1][:MAX_IDENTITY_CHARS]
        quality = [0 if each.get("serial") else int(Quality.PARTIAL) for each in self._reports]
        names = [each.device if each.get("serial") else fallback for each in self._reports]
        return {
            "ts": pa.array([each.ts for each in self._reports], type=pa.int64()),
            "quality": pa.array(quality, type=pa.uint8()),
            "device_serial": pa.array(names, type=pa.string()),
        }

    def _elements(self, is_other: Bools) -> pa.RecordBatch:
        """Gather what is no number into one record a device; the latest report wins."""
        gathered: dict[str, _Gathered] = {}
        own = self._own_columns()
        names = own["device_serial"].to_pylist()
        for i in np.flatnonzero(is_other):
            owner = self._owners[i]
            one = gathered.setdefault(names[owner], _Gathered())
            one.add(owner, self._paths[i], self._texts[i])
        for owner, count in self._objects.items():
            one = gathered.setdefault(names[owner], _Gathered())
            one.add_objects(owner, count)
        latest = pa.array([one.owner for one in gathered.values()], type=pa.int64())
        columns: dict[str, pa.Array] = {
            name: pa.nulls(len(gathered), kind) for name, kind in ELEMENT.items()
        }
        columns |= {name: array.take(latest) for name, array in own.items()}
        columns["element_kind"] = pa.repeat(pa.scalar(ELEMENT_KIND), len(gathered))
        technologies = [one.technology for one in gathered.values()]
        columns["technology"] = pa.array(technologies, type=pa.string())
        attributes = [one.attributes() for one in gathered.values()]
        columns["attributes"] = pa.array(attributes, type=pa.string())
        return pa.RecordBatch.from_pydict(columns)


@dataclass(slots=True)
class _Gathered:
    """What one device says that is no number."""

    owner: int = 0
    objects: int = 0
    empty: int = 0
    technology: str | None = None
    parameters: dict[str, str] = field(default_factory=dict[str, str])
    withheld: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, owner: int, path: str, text: str) -> None:
        self.owner = max(self.owner, owner)
        text = text.strip()
        withheld = meaning(path).withheld or _withheld_value(path, text)
        if not text:
            self.empty += 1
        elif withheld:
            self.withheld[withheld] = self.withheld.get(withheld, 0) + 1
        else:
            self.parameters[path] = text
            if path.endswith((".WANAccessType", ".CurrentAccessTechnology")):
                self.technology = text

    def add_objects(self, owner: int, count: int) -> None:
        self.owner = max(self.owner, owner)
        self.objects += count

    def attributes(self) -> str:
        """Write it all as a JSON object."""
        parts = {
            "parameters": self.parameters,
            "objects": self.objects,
            "empty": self.empty,
            "withheld": self.withheld,
        }
        return orjson.dumps(parts).decode("utf-8")


def _withheld_value(path: str, text: str) -> str:
    if len(text) > MAX_TEXT_CHARS:
        return "long"
    is_version = "Version" in path.rpartition(".")[2]
    return "address" if not is_version and holds_address(text) else ""


def raw_of(row: bytes) -> bytes:
    """Give a row's bytes for the dead letters, unless they may hold a password."""
    return b"" if hides_secret(row.decode("utf-8", "replace")) else row


def _truths(texts: pa.Array) -> tuple[Floats, Bools]:
    low = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    is_true = np.asarray(pc.is_in(low, pa.array(["true", "1"])))
    is_false = np.asarray(pc.is_in(low, pa.array(["false", "0"])))
    return np.where(is_true, 1.0, 0.0), is_true | is_false


def _are_empty(texts: pa.Array) -> Bools:
    return np.asarray(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0))


def _from_outside(reading: Reading) -> dict[str, tuple[int, str]]:
    """Learn the device from the options (HTTP query: oui, pc, sn) or from the file's name."""
    known: dict[str, tuple[int, str]] = {}
    stem = re.split(r"[\\/!]", reading.origin.name)[-1]
    if found := _IN_FILE_NAME.fullmatch(stem):
        known = {what: (0, text) for what, text in found.groupdict().items()}
    for what, names in _OPTIONS.items():
        for name in names:
            if text := reading.options.get(name, ""):
                known[what] = (9, text[:MAX_IDENTITY_CHARS])
    return known


def _no_measurements() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=pa.schema(list(MEASUREMENT.items())))

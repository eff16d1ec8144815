"""Apply a column map to a block of source columns: canonical columns, and what is wrong where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.convert import Bools, is_text, numbers, texts_of, times
from sentio.ingest.maps import ColumnMap, Record, Rule, unit_of
from sentio.kernel.units import factor
from sentio.model.indicator import indicators
from sentio.model.record import COLUMNS, IDENTIFIERS

CANONICAL_LIST = pa.list_(pa.float64())
MOST_SERVICES = 64  # in one block


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Rows of a block that cannot be kept, and why; ``rows`` is bool, shape (rows,)."""

    rows: Bools
    field: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One record's canonical columns for every row of the block, before faulty rows are cut."""

    service: str
    rows: Bools | None  # which rows are of this service; None for all
    batch: pa.RecordBatch


def apply(
    owner: ColumnMap, raw: pa.RecordBatch, *, timezone: str, overrides: dict[str, str]
) -> tuple[list[Mapped], list[Fault]]:
    """Make the canonical columns of a block.

    ``overrides`` are constants from the reading's options (``service``, ``segment``, ``subject``);
    they win over the map.
    """
    work = _Work(owner, raw, timezone)
    mapped: list[Mapped] = []
    for record in owner.record:
        batch = work.record(record, overrides)
        mapped.extend(work.by_service(record, batch, overrides.get("service", "")))
    return mapped, work.faults


class _Work:
    """One block being mapped; source columns used twice are converted once."""

    def __init__(self, owner: ColumnMap, raw: pa.RecordBatch, timezone: str) -> None:
        self.faults: list[Fault] = []
        self._owner = owner
        self._raw = raw
        self._timezone = timezone
        self._numbers: dict[str, pa.Array] = {}
        self._times: dict[tuple[str, str], pa.Array] = {}

    def record(self, record: Record, overrides: dict[str, str]) -> pa.RecordBatch:
        types = COLUMNS[self._owner.kind]
        columns: dict[str, pa.Array] = {}
        for name, rule in record.columns.items():
            columns[name] = self._column(name, rule)
        for name, value in record.constants.items():
            columns[name] = pa.repeat(pa.scalar(value), self._raw.num_rows)
        for name, value in overrides.items():
            if name in types:
                columns[name] = pa.repeat(pa.scalar(value), self._raw.num_rows)
        return pa.RecordBatch.from_pydict(columns)

    def by_service(self, record: Record, batch: pa.RecordBatch, override: str) -> Iterator[Mapped]:
        if override or isinstance(record.service, str):
            name = override or str(record.service)
            yield Mapped(service=name, rows=None, batch=batch)
            return
        names = self._text(record.service).dictionary_encode()
        codes = names.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        often = np.argsort(-np.bincount(codes[codes >= 0]), kind="stable")[:MOST_SERVICES]
        for code in np.sort(often).tolist():
            name = names.dictionary[code].as_py()
            yield Mapped(service=name, rows=codes == code, batch=batch)
        # a column of anything else, taken for the service's name, must not give a batch a row
        rare = (codes >= 0) & ~np.isin(codes, often)
        self._fault(rare, "service", "unknown_service", f"one of over {MOST_SERVICES} services")
        self._fault(codes < 0, "service", "unknown_service", "no service is told for this row")

    def _column(self, name: str, rule: Rule) -> pa.Array:
        if rule.combine == "difference" and rule.time:
            first, second = (self._time(source, rule) for source in rule.sources)
            return pc.multiply(pc.subtract(first, second).cast(pa.float64(), safe=False), 1e-6)
        if name == "ts" or rule.time:
            return self._time(rule.sources[0], rule)
        return self._other(name, rule)

    def _other(self, name: str, rule: Rule) -> pa.Array:
        wanted = COLUMNS[self._owner.kind].get(name)
        known = indicators().get(name)
        if name in IDENTIFIERS or wanted == pa.string() or (known and known.shape == "text"):
            return self._text(rule)
        if known and known.shape == "list":
            listed = self._source(self._owner.column(rule.sources[0]))
            if pa.types.is_list(listed.type) or pa.types.is_large_list(listed.type):
                return listed.cast(CANONICAL_LIST)
        value = self._value(name, rule)
        if known and known.shape == "list":
            offsets = pa.array(np.arange(len(value) + 1, dtype=np.int32))
            return pa.ListArray.from_arrays(offsets, value)
        if wanted is not None and wanted != pa.float64():
            return value.cast(wanted, safe=False)
        return value

    def _value(self, name: str, rule: Rule) -> pa.Array:
        parts = [self._number(source, rule) for source in rule.sources]
        if rule.combine == "sum":
            value = parts[0]
            for part in parts[1:]:
                value = pc.add(value, part)
        elif rule.combine == "difference":
            value = pc.subtract(parts[0], parts[1])
        elif rule.combine == "rate_kbps":
            value = pc.divide(pc.multiply(parts[0], 8.0), _positive(parts[1]))
        else:
            value = pc.coalesce(*parts) if len(parts) > 1 else parts[0]
        if rule.below is not None:
            return pc.cast(pc.less(_positive(value), rule.below), pa.int8()).cast(pa.float64())
        scale = factor(rule.unit, unit_of(name)) if rule.unit else 1.0
        return value if scale == 1.0 else pc.multiply(value, scale)

    def _number(self, reference: str | int, rule: Rule) -> pa.Array:
        name = self._owner.column(reference)
        if rule.values:
            mapped = self._look_up(name, rule)
            return mapped.cast(pa.float64(), safe=False)
        if name not in self._numbers:
            value, bad = numbers(self._source(name))
            self._fault(bad, name, "not_a_number", f"{name} is not a number")
            self._numbers[name] = value
        return _without(self._numbers[name], rule)

    def _time(self, reference: str | int, rule: Rule) -> pa.Array:
        name = self._owner.column(reference)
        how = rule.time or "auto"
        if (name, how) not in self._times:
            value, bad = times(self._source(name), how=how, timezone=self._timezone)
            self._fault(bad, name, "bad_time", f"{name} is not a time that is known here")
            self._times[name, how] = value
        return self._times[name, how]

    def _text(self, rule: Rule) -> pa.Array:
        parts = [self._one_text(self._owner.column(source), rule) for source in rule.sources]
        if rule.combine == "join":
            return pc.binary_join_element_wise(*(texts_of(part) for part in parts), "-")
        if len(parts) == 1:
            return parts[0]
        return pc.coalesce(*(texts_of(part) for part in parts))

    def _one_text(self, name: str, rule: Rule) -> pa.Array:
        if rule.values:
            return self._look_up(name, rule)
        array = self._source(name)
        if pa.types.is_dictionary(array.type) and is_text(array.type):
            return pa.DictionaryArray.from_arrays(
                array.indices, _cleaned(texts_of(array.dictionary), rule)
            )
        return _cleaned(texts_of(array), rule)

    def _look_up(self, name: str, rule: Rule) -> pa.Array:
        coded = texts_of(self._source(name)).dictionary_encode()
        otherwise = rule.otherwise
        table = [rule.values.get(text, otherwise) for text in coded.dictionary.to_pylist()]
        kind = (
            pa.string() if any(isinstance(x, str) for x in rule.values.values()) else pa.float64()
        )
        if otherwise is not None:
            indices = coded.indices.fill_null(len(table))
            return pa.array([*table, otherwise], kind).take(indices)
        return pa.array(table, kind).take(coded.indices)

    def _source(self, name: str) -> pa.Array:
        position = self._raw.schema.get_field_index(name)
        if position < 0:
            return pa.nulls(self._raw.num_rows, pa.string())
        return self._raw.column(position)

    def _fault(self, rows: Bools, field: str, reason: str, message: str) -> None:
        if rows.any():
            self.faults.append(Fault(rows=rows, field=field, reason=reason, message=message))


def _positive(value: pa.Array) -> pa.Array:
    return pc.if_else(pc.greater(value, 0.0), value, pa.scalar(None, pa.float64()))


def _without(value: pa.Array, rule: Rule) -> pa.Array:
    for sentinel in rule.sentinels:
        if isinstance(sentinel, float):
            value = pc.if_else(pc.equal(value, sentinel), pa.scalar(None, pa.float64()), value)
    return value


def _cleaned(texts: pa.Array, rule: Rule) -> pa.Array:
    nothing = pa.scalar(None, pa.string())
    for sentinel in rule.sentinels:
        texts = pc.if_else(pc.equal(texts, str(sentinel)), nothing, texts)
    if rule.take:
        texts = pc.utf8_slice_codeunits(texts, 0, rule.take)
    return pc.if_else(pc.equal(texts, ""), nothing, texts)

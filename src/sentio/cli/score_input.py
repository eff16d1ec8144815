"""Values and files as people give them, turned into what a service model reads, and back."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sentio.experience.columns import IntArray
from sentio.experience.scoring import Scores
from sentio.experience.service import Service
from sentio.kernel.errors import FormatError, SentioError, UnknownName
from sentio.model.indicator import indicator

ARROW = {"number": pa.float64(), "list": pa.list_(pa.float64()), "text": pa.string()}


def rows_of_values(service: Service, given: list[str]) -> pa.RecordBatch:
    """Make one row of ``name=value`` pairs; raises `UnknownName` for any other name."""
    known = {each.name: indicator(each.name).shape for each in service.inputs}
    columns: dict[str, pa.Array] = {}
    for pair in given:
        name, sign, text = pair.partition("=")
        if not sign:
            raise SentioError(f"{pair!r} is no value", where="--set", expected="NAME=VALUE")
        if name not in known:
            raise UnknownName.among(f"input of {service.name}", name, known)
        columns[name] = _typed(pa.array([text.strip()]), known[name], where=name)
    return pa.RecordBatch.from_pydict(columns)


def read_rows(service: Service, path: Path) -> pa.RecordBatch:
    """Read a CSV or Parquet file whose columns are named as the model's inputs.

    Raises
    ------
    FormatError
        It is neither, a column is of the wrong kind, or it has none of the inputs.
    """
    table = _read(path)
    names = [each.name for each in service.inputs]
    if not set(names) & set(table.column_names):
        raise FormatError(
            f"no column is an input of {service.name}",
            where=str(path),
            expected=", ".join(names),
        )
    columns = {
        name: _typed(column, indicator(name).shape, where=f"{path}: {name}")
        if name in names
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    batches = pa.table(columns).combine_chunks().to_batches()
    return (
        batches[0] if batches else pa.RecordBatch.from_pylist([], schema=pa.table(columns).schema)
    )


def write_rows(service: Service, batch: pa.RecordBatch, scores: Scores, path: Path) -> None:
    """Write the rows with their scores, drivers and missing inputs, as CSV or Parquet."""
    missing = [";".join(missing_names(service, int(mask))) for mask in scores.missing]
    table = pa.Table.from_batches([batch])
    more: dict[str, pa.Array] = {
        "mos": pa.array(scores.mos, from_pandas=True),
        "confidence": pa.array(scores.confidence),
        "grounded": pa.array(scores.grounded),
        "missing": pa.array(missing, pa.string()),
        **{f"loss_{name}": pa.array(loss) for name, loss in scores.loss.items()},
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".csv":
        flat = [_flat(column) for column in table.columns]
        pacsv.write_csv(pa.table(flat, names=table.column_names), path)
    else:
        raise FormatError("the ending says no format", where=str(path), expected=".csv, .parquet")


def missing_names(service: Service, mask: int) -> list[str]:
    """Name the inputs whose bits are set."""
    return [each.name for bit, each in enumerate(service.inputs) if mask >> bit & 1]


def missing_counts(service: Service, masks: IntArray) -> list[tuple[str, int]]:
    """Count the rows that lack each input; those that none lacks are left out."""
    counts = [(each.name, int((masks >> bit & 1).sum())) for bit, each in enumerate(service.inputs)]
    return [(name, n) for name, n in counts if n]


def _read(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        if path.suffix == ".csv":
            return pacsv.read_csv(path)
    except pa.ArrowException as error:
        raise FormatError(str(error).splitlines()[0], where=str(path)) from error
    raise FormatError("the ending says no format", where=str(path), expected=".csv or .parquet")


def _typed(column: pa.Array | pa.ChunkedArray, shape: str, *, where: str) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    try:
        if shape == "list" and pa.types.is_string(whole.type):
            bare = pc.replace_substring_regex(whole, r"[\[\]\s]", "")
            filled = pc.if_else(pc.equal(bare, ""), None, bare)
            whole = pc.split_pattern_regex(filled, "[;,|]")
        if pa.types.is_string(whole.type) and shape == "number":
            whole = pc.if_else(pc.equal(whole, ""), None, whole)
        if pa.types.is_boolean(whole.type):
            whole = whole.cast(pa.int8())
        return whole.cast(ARROW[shape])
    except pa.ArrowException as error:
        raise FormatError(str(error).splitlines()[0], where=where, expected=f"a {shape}") from error


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """CSV has no lists: write them with semicolons."""
    if not pa.types.is_list(column.type):
        return column
    rows = [None if row is None else ";".join(f"{x:g}" for x in row) for row in column.to_pylist()]
    return pa.chunked_array([pa.array(rows, pa.string())])

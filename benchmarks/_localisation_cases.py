"""Labelled localisation cases from folders: RS (ratio), and the files of RiskLoc's generators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from _generated_cases import Cube, Element
from sentio.analysis.localiser import Attribute, Cells, RatioMeasure, SumMeasure

TOKEN = re.compile(r"""[{}\[\],:]|'[^']*'|"[^"]*"|[^\s{}\[\],:'"]+""")
MINUTE, BAD, TOTAL = "min", "value", "cnt"
REAL, PREDICT = "real", "predict"
INJECTED = "injection_info.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One decline and the elements that people, or the generator, say caused it."""

    name: str
    cells: Cells
    truth: frozenset[Element]


def folders(root: Path) -> Iterator[tuple[str, Path]]:
    """Find the folders of cases at or below ``root``, and which set each is like."""
    for folder in [root, *sorted(each for each in root.rglob("*") if each.is_dir())]:
        if (folder / INJECTED).is_file():
            yield ("l" if _is_of_leaves(folder) else "s"), folder
        elif any("cause:" in each.read_text("utf-8") for each in folder.glob("*.yaml")):
            yield "rs", folder


def read(kind: str, folder: Path) -> Iterator[Case]:
    """Read all cases of one folder."""
    if kind == "rs":
        for labels in sorted(folder.glob("*.yaml")):
            yield from (_ratio_case(folder, each) for each in _labels(labels))
    else:
        yield from (of_cube(each) for each in _cubes(folder))


def of_cube(cube: Cube) -> Case:
    """Turn a cube into what a localiser reads."""
    columns = zip(cube.names, cube.values, cube.codes, strict=True)
    attributes = tuple(Attribute(name=n, values=v, codes=c) for n, v, c in columns)
    measure = SumMeasure(observed=cube.real, expected=cube.predict)
    return Case(
        name=cube.name, cells=Cells(attributes=attributes, measure=measure), truth=cube.truth
    )


def _ratio_case(folder: Path, label: dict[str, Any]) -> Case:
    at = int(label["timestamp"])
    table = _read(folder / f"{label['data']}.csv", {MINUTE: pa.int64()}, (BAD, TOTAL))
    table = table.filter(pc.less_equal(table[MINUTE], at))
    minute, bad, total = (table[name].to_numpy() for name in (MINUTE, BAD, TOTAL))
    names = [name for name in table.column_names if name not in (MINUTE, BAD, TOTAL)]
    codes, values = _codes(table, names)
    _, first, cell = np.unique(codes, axis=1, return_index=True, return_inverse=True)
    minutes, tick = np.unique(minute, return_inverse=True)
    shape = (len(minutes), len(first))
    place = tick * shape[1] + cell.reshape(-1)
    counts = [np.bincount(place, w, shape[0] * shape[1]).reshape(shape) for w in (bad, total)]
    now = minutes == at
    measure = RatioMeasure(
        bad=counts[0][now].sum(axis=0),
        total=counts[1][now].sum(axis=0),
        past_bad=counts[0][~now],
        past_total=counts[1][~now],
    )
    attributes = tuple(
        Attribute(name=name, values=values[i], codes=codes[i][first])
        for i, name in enumerate(names)
    )
    causes = label["cause"] if isinstance(label["cause"], list) else [label["cause"]]
    return Case(
        name=str(label["data"]),
        cells=Cells(attributes=attributes, measure=measure),
        truth=frozenset(frozenset(cause.items()) for cause in causes),
    )


def _injected(folder: Path) -> list[dict[str, str]]:
    wanted = {"timestamp": pa.string(), "set": pa.string()}
    options = pa_csv.ConvertOptions(column_types=wanted, include_columns=list(wanted))
    return pa_csv.read_csv(folder / INJECTED, convert_options=options).to_pylist()


def _is_of_leaves(folder: Path) -> bool:
    """Tell whether all elements of all cases name every attribute, as those of L do."""
    rows = _injected(folder)
    with (folder / f"{rows[0]['timestamp']}.csv").open(encoding="utf-8-sig") as file:
        attributes = len(file.readline().split(",")) - len((REAL, PREDICT))
    elements = [_element(text) for row in rows for text in row["set"].split(";")]
    return all(len(element) == attributes for element in elements)


def _cubes(folder: Path) -> Iterator[Cube]:
    for row in _injected(folder):
        table = _read(folder / f"{row['timestamp']}.csv", {}, (REAL, PREDICT))
        names = [name for name in table.column_names if name not in (REAL, PREDICT)]
        codes, values = _codes(table, names)
        yield Cube(
            name=row["timestamp"],
            names=tuple(names),
            values=values,
            codes=codes,
            real=table[REAL].to_numpy(),
            predict=table[PREDICT].to_numpy(),
            truth=frozenset(_element(text) for text in row["set"].split(";")),
        )


def _element(text: str) -> Element:
    pairs = (part.partition("=") for part in text.split("&"))
    return frozenset((name, value) for name, _, value in pairs)


def _read(path: Path, types: dict[str, pa.DataType], numbers: tuple[str, ...]) -> pa.Table:
    with path.open(encoding="utf-8-sig") as file:
        names = file.readline().strip().split(",")
    every = {name: pa.string() for name in names} | dict.fromkeys(numbers, pa.float64()) | types
    return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=every))


def _codes(table: pa.Table, names: list[str]) -> tuple[np.ndarray, tuple[tuple[str, ...], ...]]:
    columns = [table[name].combine_chunks().dictionary_encode() for name in names]
    codes = np.stack([each.indices.to_numpy() for each in columns]).astype(np.int32)
    return codes, tuple(tuple(each.dictionary.to_pylist()) for each in columns)


def _labels(path: Path) -> list[dict[str, Any]]:
    """Read the labels: a block list of mappings whose values are scalars or flow collections."""
    entries: list[dict[str, Any]] = []
    texts: dict[str, str] = {}
    key = ""
    for line in [*path.read_text("utf-8-sig").splitlines(), "- data:"]:
        head = re.match(r"\s*(-?)\s*(data|timestamp|cause)\s*:(.*)", line)
        if head and head[1] and texts:
            entries.append({name: _value(text) for name, text in texts.items()})
            texts = {}
        if head:
            key = head[2]
            texts[key] = head[3]
        elif line.strip() and not line.lstrip().startswith("#"):
            texts[key] += " " + line.strip()
    return entries


def _value(text: str) -> Any:  # Any: what YAML gives
    text = text.strip()
    if text[:1] not in "{[-" or not text:
        return text.strip("'\"")
    if text.startswith("- "):
        text = "[" + re.sub(r"(^|\s)- ", r"\1, ", text).lstrip(" ,") + "]"
    return _flow(iter([*TOKEN.findall(text), ""]))


def _flow(tokens: Iterator[str], first: str = "") -> Any:  # Any: what YAML gives
    opening = first or next(tokens)
    if opening not in "{[":
        return opening.strip("'\"")
    found: list[Any] = []
    while (token := next(tokens)) not in ("}", "]", ""):
        if token not in (",", ":"):
            found.append(_flow(tokens, token))
    return dict(zip(found[::2], found[1::2], strict=True)) if opening == "{" else found

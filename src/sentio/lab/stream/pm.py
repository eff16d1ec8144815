"""What elements measure as performance measurement files in XML, one a granularity (TS 28.532).

Objects have plain names, as the uses name them; the groups of counters are called by their class.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.evidence.ordered import TESTED
from sentio.lab.stream.dirt import NIL, NO_NUMBER, SUSPECT, Dirt
from sentio.lab.stream.names import bytes_of
from sentio.lab.stream.parcels import Parcel
from sentio.lab.wire.text import clock, fixed, glue

SOURCE, FORMAT = "pm", "pm_xml"
CLASSES = {
    "cell": "NRCellDU",
    "gnb": "GNBFunction",
    "link": "EP_Transport",
    "ring": "Ring",
    "router": "Router",
    "edge": "EASFunction",
    "server": "Server",
    **{kind: f"{kind.upper()}Function" for kind in ("upf", "amf", "smf", "dns", "ims")},
}
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<measDataFile xmlns="http://www.3gpp.org/ftp/specs/archive/28_series/28.532#measData">\n'
    '  <fileHeader fileFormatVersion="28.532 V17.2" vendorName="Example">'
    '<fileSender senderName="ems-1"/><measData beginTime="{begin}"/></fileHeader>\n  <measData>\n'
)
INFO = (
    '    <measInfo measInfoId="{name}">\n'
    '      <granPeriod duration="PT{seconds}S" endTime="{end}"/>\n'
    "      <measTypes>{types}</measTypes>\n"
)
END_INFO = b"    </measInfo>\n"
FOOT = '  </measData>\n  <fileFooter><measData endTime="{end}"/></fileFooter>\n</measDataFile>\n'
ISO, COMPACT = "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d.%H%M"
DECIMALS = 9


def write(measurements: pa.RecordBatch, dirt: Dirt) -> Iterator[Parcel]:
    """Write a file for each granularity that ends now."""
    granularity_ms = measurements.column("granularity_ms").to_numpy()
    for each in np.unique(granularity_ms).tolist():
        rows = measurements.filter(pa.array(granularity_ms == each))
        end_ns = int(rows.column("ts")[0].as_py())
        begin_ns = end_ns - each * 1_000_000
        begin, end = (str(clock(np.array([ns]), ISO)[0]) for ns in (begin_ns, end_ns))
        parts = [HEAD.format(begin=begin).encode()]
        for kind, block in _by_kind(rows):
            types = " ".join(str(name) for name in _names(block, "indicator"))
            info = INFO.format(
                name=CLASSES.get(kind, kind), seconds=each // 1000, end=end, types=types
            )
            parts += [info.encode(), bytes_of(_values(block, dirt)), END_INFO]
        parts.append(FOOT.format(end=end).encode())
        name = f"A{_clock(begin_ns)}+0000-{_clock(end_ns)[-4:]}+0000_ems-1.xml"
        yield Parcel(SOURCE, f"{each // 60_000}min-{name}", b"".join(parts), FORMAT)


def _by_kind(rows: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    column = rows.column("element_kind")
    codes = column.indices.to_numpy(zero_copy_only=False)
    is_test = np.isin(rows.column("indicator").to_numpy(zero_copy_only=False), TESTED)
    for code in np.unique(codes).tolist():
        for own in ((codes == code) & ~is_test, (codes == code) & is_test):
            if own.any():  # who is not tested has no empty values of tests
                yield str(column.dictionary[code]), rows.filter(pa.array(own))


def _names(block: pa.RecordBatch, name: str) -> list[object]:
    column = block.column(name)
    return [column.dictionary[code].as_py() for code in _order(column)]


def _order(column: pa.DictionaryArray) -> list[int]:
    codes = column.indices.to_numpy(zero_copy_only=False)
    found, first = np.unique(codes, return_index=True)
    return found[np.argsort(first)].tolist()


def _values(block: pa.RecordBatch, dirt: Dirt) -> pa.StringArray:
    """Write a line for each element: its values in the order of the types; NIL where there is none.

    Of the elements a few are suspect; of the values a few are missing or no number.
    """
    element, indicator = block.column("element"), block.column("indicator")
    table = np.full((len(_order(element)), len(_order(indicator))), np.nan)
    table[_place(element), _place(indicator)] = block.column("value").to_numpy()
    parts: list[pa.StringArray | str] = []
    for column in table.T:
        parts += [_written(column, dirt), " "]
    suspect = dirt.rows("suspect", SUSPECT, len(table))
    dirt.count("suspect_values", int(suspect.sum()) * table.shape[1])
    mark = pa.array(np.where(suspect, "<suspect>true</suspect>", ""), pa.string())
    names = pa.array(_names(block, "element"), pa.string())
    return glue(
        '      <measValue measObjLdn="', names, '"><measResults>', *parts[:-1],
        "</measResults>", mark, "</measValue>\n",
    )  # fmt: skip


def _written(column: FloatArray, dirt: Dirt) -> pa.StringArray:
    texts = fixed(np.nan_to_num(column), DECIMALS)
    gone = np.isnan(column) | dirt.rows("nil", NIL, len(column))
    broken = dirt.rows("no_number", NO_NUMBER, len(column))
    return _replaced(_replaced(texts, gone, "NIL"), broken, "n/a")


def _replaced(texts: pa.StringArray, rows: BoolArray, text: str) -> pa.StringArray:
    if not rows.any():
        return texts
    return pa.array(np.where(rows, text, texts.to_numpy(zero_copy_only=False)), pa.string())


def _place(column: pa.DictionaryArray) -> IntArray:
    order = _order(column)
    place = np.zeros(len(column.dictionary), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[column.indices.to_numpy(zero_copy_only=False)]


def _clock(ts_ns: int) -> str:
    return str(clock(np.array([ts_ns]), COMPACT)[0])

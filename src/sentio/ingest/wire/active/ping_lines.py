"""Lines that ping prints: answers, losses, statistics (iputils, BusyBox, BSD, English Windows)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.active.run import Answers, Mark
from sentio.ingest.wire.text.blocks import Block
from sentio.ingest.wire.times.columns import year_first_ns
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

STAMPED = (
    r"^\s*(?:\[?(?P<stamp>(?:\d{9,10}\.\d{1,9}|"
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?))\]?:?(?:\s|$))?"
    r"\s*(?P<rest>[^\r\n]*?)\s*$"
)
ANSWER = (
    r"^\d+ bytes from (?P<host>[^,\s]+)(?: \([^)]*\))?:? (?:icmp_)?(?:seq|req)=(?P<seq>\d{1,10})"
    r"(?: (?:ttl|hlim|hop_limit)=\d+)? time[=<](?P<rtt>\d{1,9}(?:\.\d{1,9})?)"
    r" ?(?P<unit>ms|usec|us|sec|s)?"
    r"(?:[ ,(].*)?$"
)
WINDOWS_ANSWER = r"^Reply from (?P<host>\S+): (?:bytes=\d+ )?time[=<](?P<rtt>\d{1,9}) ?ms\b.*$"
LOST = (
    r"^(?:no answer yet for icmp_seq=|Request timeout for icmp_seq |"
    r"From [^=]+ icmp_seq=)(?P<seq>\d{1,10})(?P<why>.*)$"
)
WINDOWS_LOST = (
    r"^(?:Request timed out\.|General failure\.|PING: transmit failed.*|"
    r"(?:Reply from \S+: )?"
    r"(?:Destination (?:host|net|protocol|port) unreachable|TTL expired in transit).*)$"
)
HEADER = (
    r"^(?:PING |PING6\(|Pinging )(?P<host>[^\s]*)(?: [\[(](?P<address>[0-9A-Fa-f.:]+)[\])])?.*$"
)
START = r"^Start time: ?(?P<epoch>\d{10}|\d{13})$"
STATISTICS = (
    r"^(?P<sent>\d{1,10}) packets transmitted, (?P<received>\d{1,10}) (?:packets )?received"
    r"(?:.*?, time (?P<time>\d{1,12}) ?ms)?.*$"
)
KNOWN = (
    r"^(?:(?:\^C)?---.*---|rtt min/.*|round-trip min/.*|End time:.*|Packets: Sent = .*|"
    r"Ping statistics for .*|Approximate round trip times.*|Minimum = .*|ping6?: .*|connect: .*|"
    r"From [^=]+ icmp_seq=\d+ Redirect.*|Control-C|\^C)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A block of output, understood: every line that is not blank is used or unknown."""

    answers: Answers
    marks: tuple[Mark, ...]
    unknown: IntArray  # indices within the block
    used: int
    host: str  # who answered first
    counts_from_zero: bool  # BusyBox names the number "seq" and starts at 0


def parse(block: Block, zone: str) -> Lines:
    """Understand a block; times without a zone are taken to be of ``zone`` and marked local."""
    parts = pc.extract_regex(block.strings(), STAMPED)
    rest = pc.fill_null(pc.struct_field(parts, "rest"), "")
    stamps = pc.fill_null(pc.struct_field(parts, "stamp"), "")
    is_blank = _mask(pc.equal(pc.binary_length(rest), 0))
    has_stamp = _mask(pc.not_equal(stamps, ""))
    answer, windows = pc.extract_regex(rest, ANSWER), pc.extract_regex(rest, WINDOWS_ANSWER)
    lost = pc.extract_regex(rest, LOST)
    is_answer, is_windows = _valid(answer), _valid(windows)
    known = _mask(pc.match_substring_regex(rest, KNOWN))
    is_lost = _valid(lost) & ~known
    is_lost_windows = _mask(pc.match_substring_regex(rest, WINDOWS_LOST))
    is_message = is_answer | is_windows | is_lost | is_lost_windows
    at_ns, is_local = _times(stamps, has_stamp, zone)
    marks = _marks(rest, block.first_line, at_ns, is_local)
    is_mark = np.zeros(len(block), dtype=np.bool_)
    is_mark[[mark.line - block.first_line for mark in marks]] = True
    used = is_message | known | is_mark | (is_blank & has_stamp)
    number = np.where(is_answer, _integers(pc.struct_field(answer, "seq")), -1)
    number = np.where(is_lost, _integers(pc.struct_field(lost, "seq")), number)
    rtt_ms = np.where(is_answer, _milliseconds(answer), np.nan)
    rtt_ms = np.where(is_windows, _floats(pc.struct_field(windows, "rtt")), rtt_ms)
    every = Answers(
        line=np.arange(len(block)) + block.first_line,
        number=number,
        at_ns=at_ns,
        is_local=is_local,
        rtt_ms=rtt_ms,
    )
    hosts = pc.coalesce(
        pc.struct_field(answer, "host"), pc.struct_field(windows, "host")
    ).drop_null()
    return Lines(
        answers=every.where(is_message),
        marks=marks,
        unknown=np.flatnonzero(~used & ~is_blank),
        used=int(used.sum()),
        host=str(hosts[0]).rstrip(":") if len(hosts) else "",
        counts_from_zero=bool(is_answer.any()) and int(number[is_answer][0]) == 0,
    )


def _times(stamps: pa.StringArray, has_stamp: BoolArray, zone: str) -> tuple[IntArray, BoolArray]:
    if not has_stamp.any():
        return np.zeros(len(stamps), dtype=np.int64), np.zeros(len(stamps), dtype=np.bool_)
    at_ns, good = year_first_ns(stamps, zone)
    named = _mask(pc.match_substring_regex(stamps, r"^\d+\.|(?:Z|[+-]\d\d:?\d\d)$"))
    return np.where(good, at_ns, 0), good & ~named


def _marks(
    rest: pa.StringArray, first_line: int, at_ns: IntArray, is_local: BoolArray
) -> tuple[Mark, ...]:
    found: list[Mark] = []
    for kind, pattern in (("header", HEADER), ("start", START), ("statistics", STATISTICS)):
        fields = pc.extract_regex(rest, pattern)
        for index in np.flatnonzero(_valid(fields)):
            place = int(index)
            row = fields[place].as_py()
            epoch = int(row.get("epoch") or 0)
            found.append(
                Mark(
                    line=first_line + place,
                    kind=kind,
                    at_ns=int(at_ns[place]),
                    is_local=bool(is_local[place]),
                    host=row.get("address") or row.get("host") or "",
                    epoch_ns=epoch * (10**9 if epoch < 10**11 else 10**6),
                    sent=int(row.get("sent") or 0),
                    received=int(row.get("received") or 0),
                    lasted_ms=int(row.get("time") or 0),
                )
            )
    return tuple(sorted(found, key=lambda mark: mark.line))


def _milliseconds(answer: pa.StructArray) -> FloatArray:
    scale = pc.if_else(pc.match_substring_regex(pc.struct_field(answer, "unit"), "^u"), 1e-3, 1.0)
    scale = pc.if_else(pc.match_substring_regex(pc.struct_field(answer, "unit"), "^s"), 1e3, scale)
    return _floats(pc.struct_field(answer, "rtt")) * scale.fill_null(1.0).to_numpy(
        zero_copy_only=False
    )


def _mask(array: pa.Array) -> BoolArray:
    return pc.fill_null(array, False).to_numpy(zero_copy_only=False)


def _valid(array: pa.Array) -> BoolArray:
    return array.is_valid().to_numpy(zero_copy_only=False)


def _integers(texts: pa.StringArray) -> IntArray:
    return pc.fill_null(texts.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)


def _floats(texts: pa.StringArray) -> FloatArray:
    return pc.fill_null(texts.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)

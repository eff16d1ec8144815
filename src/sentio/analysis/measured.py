"""What elements measure of themselves, and how far that is from what is usual at this hour.

Each element and indicator has a mean and a scatter for every hour of the day, learned with little
weight for what is odd. The last periods' deviations are kept, so that a diagnosis can ask when an
element began to look wrong.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.analysis.alarm_roots import Alarm
from sentio.analysis.rhythm import Rhythm
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

HOUR_NS = 3_600_000_000_000
HOURS = 24
SEPARATOR = "\x1f"
KEEPS = 0.9  # of what an hour has taught, a period later
FORGETS = 0.15  # of that loss where all is odd: a new level is believed after a week
FEWEST = 3.0  # periods of its own before an hour is trusted alone
RELATIVE, ABSOLUTE = 0.04, 1e-6  # scatter that is always reckoned with
ODD, MOST = 4.0, 50.0
KEPT_PERIODS = 48
LOADS = ("active_users", "prb_load_ratio")  # that tell of traffic
NO_LOAD = 0.02  # of the usual
OF_TESTS = ("rtt_ms", "packet_loss_ratio")  # measured of an element by others, when ordered
DUE = 0.9  # of the usual gap since its last report, from which an element should report again


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """An indicator of an element that left its usual course."""

    element: str
    indicator: str
    deviations: float  # signed: up is positive
    seen: float
    usual: float
    since_ns: int


@dataclass(slots=True)
class _Held:
    """One period: codes of the series measured, their deviations, values and usual values.

    ``row`` gives the row of each code, -1 where it was not measured.
    """

    end_ns: int
    code: IntArray
    row: IntArray
    deviation: FloatArray
    value: FloatArray
    usual: FloatArray
    is_known: BoolArray  # whether enough was learned to have a usual value
    tells_load: bool

    def rows(self, codes: Sequence[int]) -> list[int]:
        """Find the rows of some codes."""
        known = [int(self.row[code]) for code in codes if code < len(self.row)]
        return [row for row in known if row >= 0]


class Measured:
    """Baselines of all measurements, how often they come, and the last periods' deviations."""

    def __init__(self) -> None:
        self._of_key: dict[str, int] = {}
        self._of_element: dict[str, list[int]] = {}
        self._keys: list[tuple[str, str]] = []
        self._of_load: list[int] = []
        self._number: dict[str, int] = {}
        self._reports: list[int] = []  # by series: number of the element, -1 if of a test
        self._rhythm = Rhythm()
        self._sums = np.zeros((3, HOURS, 0))  # weight, mean, mean square
        self._held: deque[_Held] = deque(maxlen=KEPT_PERIODS)

    def learn(self, rows: pa.RecordBatch) -> None:
        """Take in measurements of one period (`sentio.model.record.MEASUREMENT`)."""
        if not rows.num_rows:
            return
        elements, indicators = (_texts(rows, name) for name in ("element", "indicator"))
        code = np.array(
            [self._code(e, i) for e, i in zip(elements, indicators, strict=True)], dtype=np.int64
        )
        value = rows.column("value").to_numpy(zero_copy_only=False).astype(np.float64)
        ts = rows.column("ts").to_numpy()
        keep = np.isfinite(value)
        code, value = code[keep], value[keep]
        end_ns = int(ts.max())
        hour = int((end_ns - 1) // HOUR_NS % HOURS)
        usual, scatter, is_known = self._usual(hour, code)
        deviation = np.where(is_known, (value - usual) / scatter, 0.0).clip(-MOST, MOST)
        row = np.full(len(self._keys), -1, dtype=np.int64)
        row[code] = np.arange(len(code))
        self._held.append(
            _Held(
                end_ns=end_ns,
                code=code,
                row=row,
                deviation=deviation,
                value=value,
                usual=usual,
                is_known=is_known,
                tells_load=bool(np.isin(code, self._of_load).any()),
            )
        )
        reporting = np.unique(np.array(self._reports, dtype=np.int64)[code])
        self._rhythm.see(reporting[reporting >= 0], end_ns)
        weight = np.minimum(1.0, ODD / np.maximum(np.abs(deviation), 1e-9)) ** 2
        held = self._sums[:, hour, :]
        kept = held[0, code] * (1.0 - (1.0 - KEEPS) * np.maximum(weight, FORGETS))
        share = weight / (kept + weight)
        # what is odd counts as no further off than odd, or one bad hour would be usual for days
        value = np.where(is_known, usual + scatter * deviation.clip(-ODD, ODD), value)
        held[1, code] += share * (value - held[1, code])
        held[2, code] += share * (value**2 - held[2, code])
        held[0, code] = kept + weight

    def oddities(
        self, element: str, since_ns: int, until_ns: int, *, least: float = 3.0
    ) -> list[Oddity]:
        """List what was odd of an element in a window, the oddest first."""
        wanted = self._of_element.get(element, [])
        if not wanted:
            return []
        best: dict[int, Oddity] = {}
        for held in self._held:
            if not since_ns < held.end_ns <= until_ns:
                continue
            for i in held.rows(wanted):
                if abs(held.deviation[i]) < least:
                    continue
                code = int(held.code[i])
                known = best.get(code)
                found = Oddity(
                    element=element,
                    indicator=self._keys[code][1],
                    deviations=float(held.deviation[i]),
                    seen=float(held.value[i]),
                    usual=float(held.usual[i]),
                    since_ns=known.since_ns if known else held.end_ns,
                )
                if known is None or abs(found.deviations) > abs(known.deviations):
                    best[code] = found
        return sorted(best.values(), key=lambda o: -abs(o.deviations))

    def is_known(self, element: str, indicators: Collection[str], span: tuple[int, int]) -> bool:
        """Tell whether one of an element's indicators was measured in a span, and usual before."""
        codes = self._of_element.get(element, [])
        wanted = [code for code in codes if self._keys[code][1] in indicators]
        within = (held for held in self._held if span[0] < held.end_ns <= span[1])
        first = next((held for held in within if held.rows(wanted)), None)
        return first is not None and any(first.is_known[i] for i in first.rows(wanted))

    def is_asleep(self, element: str, since_ns: int, until_ns: int) -> bool:
        """Tell whether an element told nothing, or of no traffic, most times that it should have.

        It should as often as is usual of it, whenever its kind does: however often others report.
        """
        wanted = self._of_element.get(element, [])
        if not wanted:
            return False
        wait_ns = DUE * (self.granularity_ns(element) or 0)
        last_ns, asleep = since_ns - wait_ns, list[bool]()
        for held in self._held:
            is_here = bool(held.rows(wanted))
            is_due = held.tells_load and held.end_ns - last_ns >= wait_ns
            if held.end_ns > until_ns or not (is_here or is_due):
                continue
            last_ns = held.end_ns
            if held.end_ns > since_ns and held.tells_load:
                asleep.append(self._slept(held, wanted))
        return 2 * sum(asleep) > len(asleep)

    def granularity_ns(self, element: str) -> int | None:
        """Tell how often an element usually reports of itself; None if it has not done so twice."""
        number = self._number.get(element)
        return None if number is None else self._rhythm.usual_ns(number)

    def _slept(self, held: _Held, wanted: list[int]) -> bool:
        here = held.rows(wanted)
        return not here or any(
            held.value[i] <= NO_LOAD * held.usual[i] and held.deviation[i] < -ODD
            for i in here
            if self._keys[int(held.code[i])][1] in LOADS
        )

    def has_told(self, element: str, since_ns: int, until_ns: int) -> bool:
        """Tell whether an element has measured anything in a window."""
        wanted = self._of_element.get(element, [])
        within = (held for held in self._held if since_ns < held.end_ns <= until_ns)
        return any(held.rows(wanted) for held in within)

    def _code(self, element: str, indicator: str) -> int:
        key = element + SEPARATOR + indicator
        found = self._of_key.get(key)
        if found is not None:
            return found
        code = self._of_key[key] = len(self._keys)
        self._keys.append((element, indicator))
        self._of_element.setdefault(element, []).append(code)
        number = self._number.setdefault(element, len(self._number))
        self._reports.append(-1 if indicator in OF_TESTS else number)
        if indicator in LOADS:
            self._of_load.append(code)
        if code >= self._sums.shape[2]:
            more = np.zeros((3, HOURS, max(1024, self._sums.shape[2])))
            self._sums = np.concatenate([self._sums, more], axis=2)
        return code

    def _usual(self, hour: int, code: np.ndarray) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Mean and scatter at an hour, with its neighbours where it has seen too little."""
        near = [(hour - 1) % HOURS, hour, (hour + 1) % HOURS]
        share = np.array([0.15, 1.0, 0.15])[:, None]
        weight, mean, square = self._sums[:, near][:, :, code]
        weight = weight * share
        total = weight.sum(axis=0)
        safe = np.maximum(total, 1e-9)
        usual = (weight * mean).sum(axis=0) / safe
        variance = np.maximum((weight * square).sum(axis=0) / safe - usual**2, 0.0)
        scatter = np.sqrt(variance + (RELATIVE * usual) ** 2 + ABSOLUTE)
        return usual, scatter, total >= FEWEST


@dataclass(slots=True)
class Log:
    """Events of the last days, by element.

    A planned work is an event of its window, however long before it was announced.
    """

    keep_ns: int = 3 * 86_400_000_000_000
    _of: dict[str, deque[dict[str, object]]] = field(
        default_factory=dict[str, deque[dict[str, object]]]
    )

    def add(self, rows: pa.RecordBatch) -> None:
        """Take in events (`sentio.model.record.EVENT`)."""
        for row in rows.to_pylist():
            known = self._of.setdefault(str(row.get("element")), deque())
            told_ns = int(str(row["ts"]))
            known.append({**row, "ts": _begins_ns(row), "told_ns": told_ns})
            while known and _kept_until_ns(known[0]) < told_ns - self.keep_ns:
                known.popleft()

    def about(self, elements: set[str], since_ns: int, until_ns: int) -> list[dict[str, object]]:
        """List events of some elements that were going on or began within a window, by time."""
        found: list[dict[str, object]] = []
        for row in (row for element in elements for row in self._of.get(element, ())):
            begin = int(str(row["ts"]))
            end = row.get("end_ts")
            last = int(str(end)) if end is not None else begin
            if begin < until_ns and last >= since_ns:
                found.append(row)
        return sorted(found, key=lambda row: int(str(row["ts"])))

    def alarms(self, since_ns: int, until_ns: int) -> list[Alarm]:
        """List the alarms raised in a window, in order of time."""
        found = [
            Alarm(ts=int(str(row["ts"])), element=element, title=str(row.get("title")))
            for element, rows in self._of.items()
            for row in rows
            if row.get("event_kind") == "alarm" and row.get("severity") != "cleared"
        ]
        within = [each for each in found if since_ns <= each.ts < until_ns]
        return sorted(within, key=lambda each: each.ts)


def _begins_ns(row: Mapping[str, object]) -> int:
    """Tell when an event begins: a planned work in its window, all else when it is told."""
    told_ns = int(str(row["ts"]))
    if row.get("event_kind") != "planned_work":
        return told_ns
    try:
        return int(json.loads(str(row.get("attributes")))["planned_start_ns"])
    except (ValueError, TypeError, KeyError):
        return told_ns


def _kept_until_ns(row: Mapping[str, object]) -> int:
    """Tell until when an event is of interest: a work that was told early, until its end."""
    told_ns = int(str(row["told_ns"]))
    return max(told_ns, int(str(row["end_ts"]))) if row.get("end_ts") is not None else told_ns


def _texts(rows: pa.RecordBatch, name: str) -> list[str]:
    column = rows.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    return column.to_pylist()

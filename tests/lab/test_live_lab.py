"""The live lab: it sends as time passes, never ahead of the clock, and is steered while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import orjson
import pyarrow as pa
import pytest

from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import ConfigError, NotThereError, RefusedError, UnknownName
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.live.control import controlled
from sentio.lab.live.kept import Kept, Memory, begin_ns, resumed
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.pace import SECOND_NS, Pace
from sentio.lab.live.sending import Sent
from sentio.lab.live.slices import joined, sliced
from sentio.lab.live.steering import ask
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import MONDAY_NS, Operator, Period, Scale
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.writers import Wires

SMALL = Scale(cells=24, users=1000, things=50)
NOON_NS = MONDAY_NS + 12 * HOUR_NS
KEPT = Kept(cells=24, users=1000, things=50, seed=1, begin_ns=NOON_NS, sent_ns=NOON_NS)


@dataclass
class Sink:
    """Takes parcels and keeps them."""

    parcels: list[Parcel] = field(default_factory=list[Parcel])
    sent: Sent = field(default_factory=Sent)

    def send(self, parcels: Iterable[Parcel]) -> None:
        self.parcels += parcels


def quiet(a_day: float = 0.0, *, next_ns: int = 0) -> Mishaps:
    return Mishaps(a_day=a_day, rng=np.random.default_rng(5), next_ns=next_ns)


@pytest.fixture(scope="module")
def period() -> Period:
    return Operator(SMALL, start_ns=NOON_NS).step()


@pytest.fixture
def lab() -> Lab:
    operator = Operator(SMALL, start_ns=NOON_NS)
    return Lab(operator, Wires(operator, seed=1), Sink(), mishaps=quiet())


@pytest.fixture
def port(lab: Lab) -> Iterator[int]:
    with controlled(lab, port=0) as url:
        yield int(url.rsplit(":", 1)[1])


def pace_at(now_ns: int, speed: float, passed: list[float]) -> Pace:
    """Make a pace whose waiting moves its own clock, and notes how long it waited."""

    class Waits(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            passed.append(timeout or 0.0)
            return False

    return Pace(
        speed=speed, clock=FixedClock(now_ns), stop=Waits(), monotonic=lambda: float(sum(passed))
    )


def test_pieces_of_a_period_hold_every_use_once_and_what_was_measured_comes_last(period):
    pieces = list(sliced(period, 5))

    for name, uses in period.uses.items():
        parts = [each.uses[name] for each in pieces if name in each.uses]
        assert sum(part.num_rows for part in parts) == uses.num_rows
    for each in pieces[1:4]:
        ts = np.concatenate([uses.column("ts").to_numpy() for uses in each.uses.values()])
        assert each.start_ns <= ts.min() <= ts.max() < each.end_ns
    assert [each.measurements.num_rows > 0 for each in pieces] == [False] * 5 + [True]


def test_joined_parcels_hold_the_rows_of_all_and_one_header():
    csv = [
        Parcel("probe", f"xdr-web-{i}.csv", f"ts,a\n{i},1\n".encode(), "delimited") for i in (1, 2)
    ]
    other = Parcel("probe", "xdr-web-3.csv", b"ts,b\n3,1\n", "delimited")
    xml = Parcel("pm", "5min-1.xml", b"<x/>", "pm_xml")

    bodies = [each.body for each in joined([csv[0], xml, csv[1], other])]

    assert bodies == [b"<x/>", b"ts,a\n1,1\n2,1\n", b"ts,b\n3,1\n"]


def test_joined_reports_of_boxes_are_one_document():
    bodies = [b'{"Report":[\n{"a":1},\n{"a":2}\n]}\n', b'{"Report":[\n{"a":3}\n]}\n']
    parcels = [Parcel("acs", f"bulk-{i}.json", body, "usp_bulk") for i, body in enumerate(bodies)]

    (one,) = joined(parcels)

    assert orjson.loads(one.body) == {"Report": [{"a": 1}, {"a": 2}, {"a": 3}]}
    assert [each.body for each in joined(parcels[:1])] == bodies[:1]


def test_five_minutes_last_fifteen_seconds_at_twenty_times_the_speed():
    waited: list[float] = []
    pace = pace_at(NOON_NS + DAY_NS, 20.0, waited)

    for i in range(1, 6):
        pace.wait(60 * SECOND_NS, NOON_NS + i * 60 * SECOND_NS)

    assert waited == pytest.approx([3.0] * 5)


def test_simulated_time_that_reaches_the_clock_waits_for_it():
    waited: list[float] = []
    pace = pace_at(NOON_NS, 20.0, waited)

    pace.wait(60 * SECOND_NS, NOON_NS + 60 * SECOND_NS)

    assert waited == pytest.approx([60.0])


def test_time_lost_is_not_made_up_for():
    waited = [0.0]
    pace = pace_at(NOON_NS + DAY_NS, 20.0, waited)
    pace.wait(60 * SECOND_NS, NOON_NS)

    waited.append(100.0)  # the Sentio was away
    pace.wait(60 * SECOND_NS, NOON_NS)
    pace.wait(60 * SECOND_NS, NOON_NS)

    assert pace.late_s == 0.0
    assert waited[2:] == pytest.approx([100.0, 0.0, 3.0])


@pytest.mark.parametrize("speed", [0.5, 101.0])
def test_a_speed_that_is_none_is_refused(speed):
    with pytest.raises(ConfigError, match="Expected 1 to 100"):
        Pace.of(speed, threading.Event())


def test_the_live_part_begins_in_the_morning_of_an_earlier_day_or_now():
    assert begin_ns(NOON_NS + 7, 0) == NOON_NS
    assert begin_ns(NOON_NS, 7) == NOON_NS - 7 * DAY_NS - 4 * HOUR_NS


def test_a_lab_that_was_stopped_goes_on_behind_what_it_sent_and_stays_the_same_city(tmp_path):
    memory = Memory(tmp_path / "new" / "lab.json")
    assert resumed(memory, KEPT) == KEPT

    memory.write(KEPT.model_copy(update={"sent_ns": NOON_NS + PERIOD_NS + 60 * SECOND_NS}))

    assert resumed(memory, KEPT).next_ns == NOON_NS + 2 * PERIOD_NS
    with pytest.raises(RefusedError, match=r"another city.*seed 1"):
        resumed(memory, KEPT.model_copy(update={"seed": 2}))


def test_mishaps_come_one_after_another_and_only_by_day():
    operator, mishaps = Operator(SMALL, start_ns=MONDAY_NS), quiet(48.0)
    for _ in range(24 * 12):
        mishaps.happen(operator)
        operator.now_ns += PERIOD_NS

    faults = sorted(operator.truth, key=lambda each: each.start_ns)
    assert len(faults) > 8
    assert all(6.5 * HOUR_NS <= each.start_ns % DAY_NS < 21 * HOUR_NS for each in faults)
    assert all(one.end_ns <= other.start_ns for one, other in pairwise(faults))


def test_a_fault_that_is_asked_for_starts_in_the_next_period_and_its_truth_counts_who_feels_it(
    lab, port
):
    stop = threading.Event()
    lab.catch_up(NOON_NS + 2 * PERIOD_NS, stop)
    told = ask(port, "/break", {"kind": "degraded_cell", "severity": 1.0, "minutes": 10})
    lab.catch_up(NOON_NS + 4 * PERIOD_NS, stop)

    truth = ask(port, "/truth")["faults"]
    assert (told["domain"], told["element_kind"], told["users"]) == ("ran", "cell", 0)
    assert told["start_ns"] == NOON_NS + 2 * PERIOD_NS
    assert [each["element"] for each in truth] == [told["element"]]
    assert truth[0]["state"] == "over"
    assert truth[0]["users"] > 0
    assert ask(port, "/state")["sent_until_ns"] == NOON_NS + 4 * PERIOD_NS


def test_the_right_change_cures_and_says_so(lab, port):
    broken = ask(port, "/break", {"kind": "degraded_cell"})
    lab.catch_up(NOON_NS + PERIOD_NS, threading.Event())

    told = ask(port, "/apply", {"kind": "restart", "element": broken["element"]})

    assert [each["name"] for each in told["cured"]] == [broken["name"]]
    assert told["from_ns"] == NOON_NS + PERIOD_NS


@pytest.mark.parametrize(
    ("path", "body", "error", "said"),
    [
        ("/break", {"kind": "degraded_sell"}, UnknownName, "Did you mean 'degraded_cell'"),
        ("/break", {"kind": "degraded_cell", "element": "cell-9"}, UnknownName, "cell-9"),
        ("/break", {"kind": "degraded_cell", "severity": 2.0}, ConfigError, "less than or equal"),
        ("/apply", {"kind": "restart", "element": "cell-00O1"}, UnknownName, "Did you mean"),
        ("/apply", {"kind": "kick", "element": "cell-0001"}, UnknownName, "Known: "),
        ("/nothing", {}, ConfigError, "POST /break"),
    ],
)
def test_a_wrong_wish_is_explained(port, path, body, error, said):
    with pytest.raises(error, match=said):
        ask(port, path, body)


def test_a_lab_that_does_not_run_is_told_and_how_to_start_one(port):
    with pytest.raises(NotThereError, match=r"no lab is running.*sentio demo"):
        ask(port + 1 if port < 65_535 else port - 1, "/truth")


def test_a_second_lab_on_the_same_port_is_refused(lab, port):
    with pytest.raises(ConfigError, match="Another lab may be running"), controlled(lab, port=port):
        pass


def test_events_are_sent_with_the_piece_they_belong_to(period):
    at = [period.start_ns + 10, period.start_ns + 4 * 60 * SECOND_NS + 10]
    rows = pa.RecordBatch.from_pylist([{"ts": ts} for ts in at])
    pieces = list(sliced(_with_events(period, rows), 5))

    assert [each.events.num_rows for each in pieces] == [1, 0, 0, 0, 1, 0]


def _with_events(period: Period, rows: pa.RecordBatch) -> Period:
    return Period(
        start_ns=period.start_ns, end_ns=period.end_ns, uses=period.uses,
        measurements=period.measurements, events=rows,
    )  # fmt: skip

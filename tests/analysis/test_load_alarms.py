"""An alarm that tells of too much load says what is wrong, unless the measured load is as usual."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import orjson
import pyarrow as pa
import pytest
from tests.degradations import degradation_at

from sentio.analysis.alarm_roots import Alarm, Name, Symptom
from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.load_alarms import says_load, tells_load
from sentio.analysis.measured import Log, Measured
from sentio.analysis.wrong import word_for
from sentio.ingest.wire.faults.rows import fault_row
from sentio.model.diagnosis import Hypothesis
from sentio.model.record import EVENT
from sentio.model.topology import Topology

MINUTE_NS = 60_000_000_000
BEGAN_NS = 100_000 * MINUTE_NS
DAY = 288  # periods
LOSSY = {"loss_ratio": (4e-5, 0.08), "delay_ms": (2.0, 60.0)}
BUSY, CALM = (0.3, 0.97), (0.3, 0.3)


def measuring(shown: Mapping[str, tuple[float, float]], *, since: int = -2 * DAY) -> Measured:
    """Measure a router: each indicator has a usual value, and one since the decline began."""
    rng, measured = np.random.default_rng(3), Measured()
    for period in range(-2 * DAY, 12):
        known = {n: v[period > 0] for n, v in shown.items() if n in LOSSY or period >= since}
        batch = {
            "ts": pa.array([BEGAN_NS + period * 5 * MINUTE_NS] * len(known), pa.int64()),
            "element": ["router-1"] * len(known),
            "indicator": list(known),
            "value": [value * float(np.exp(rng.normal(0.0, 0.05))) for value in known.values()],
        }
        measured.learn(pa.record_batch(batch))
    return measured


def logged(title: str, *, severity: str = "major", attributes: str = "{}") -> Log:
    row = {
        "ts": BEGAN_NS + 4 * MINUTE_NS,
        "event_kind": "alarm",
        "element": "router-1",
        "title": title,
        "severity": severity,
        "attributes": attributes,
    }
    log = Log()
    log.add(pa.RecordBatch.from_pylist([row], pa.schema(list(EVENT.items()))))
    return log


def cause(
    log: Log, measured: Measured, symptoms: Mapping[Name, Symptom] | None = None
) -> Hypothesis:
    told = degradation_at(BEGAN_NS, scope={"router": "router-1"}, nats=200.0, loss_by_domain={})
    case = Case(told=told, scopes=(({"router": "router-1"}, told.nats),))
    sources = Sources(topology=Topology(), measured=measured, log=log, symptoms=symptoms or {})
    return explain(case, sources, until_ns=BEGAN_NS + 30 * MINUTE_NS)[0]


def test_a_lossy_element_whose_load_nobody_measures_is_overloaded_where_its_alarm_says_so() -> None:
    measured = measuring(LOSSY)
    alarmed, other = (cause(logged(t), measured) for t in ("forwarding overload", "fan failed"))

    assert alarmed.kind == "overload"
    assert alarmed.signs["load_alarm"] == alarmed.signs["alarm"] == -4.0
    assert min(alarmed.signs["loss_ratio"], alarmed.signs["delay_ms"]) > 20.0
    assert other.kind == "loss"
    assert "load_alarm" not in other.signs


def test_the_probable_cause_of_an_alarm_that_came_over_a_standard_interface_tells_too() -> None:
    said = {
        "notificationType": "notifyNewAlarm",
        "objectInstance": "router-1",
        "alarmId": "a-1",
        "eventTime": "2026-11-28T10:00:05Z",
        "perceivedSeverity": "MAJOR",
        "specificProblem": "Unit 3 reports trouble",
    }
    kinds = [
        cause(logged("Unit 3 reports trouble", attributes=row.attributes), measuring(LOSSY)).kind
        for row in (fault_row(said | {"probableCause": each}) for each in (SHORT, "LOSS_OF_SIGNAL"))
    ]

    assert kinds == ["overload", "loss"]


SHORT = "RESOURCE_AT_OR_NEARING_CAPACITY"


@pytest.mark.parametrize(
    ("load", "since", "kind"),
    [
        (CALM, -2 * DAY, "loss"),
        (BUSY, -2 * DAY, "overload"),
        ((0.3, 0.6), -2 * DAY, "overload"),
        ((0.8, 0.8), 0, "overload"),
    ],
    ids=["as usual", "full", "higher", "not yet learned"],
)
def test_an_alarm_does_not_outweigh_a_load_that_is_measured_and_as_usual(
    load: tuple[float, float], since: int, kind: str
) -> None:
    measured = measuring({**LOSSY, "utilisation_ratio": load}, since=since)

    assert cause(logged("processor load high"), measured).kind == kind


@pytest.mark.parametrize(("probability", "kind"), [(0.9, "loss"), (0.2, "overload")])
def test_an_alarm_that_follows_from_one_elsewhere_says_nothing_of_its_element(
    probability: float, kind: str
) -> None:
    root = Alarm(ts=BEGAN_NS, element="router-2", title="loss of signal")
    known = {("router-1", "congestion"): Symptom(probability=probability, root=root)}

    assert cause(logged("congestion"), measuring(LOSSY), known).kind == kind


def test_an_alarm_that_is_cleared_says_nothing() -> None:
    assert cause(logged("congestion", severity="cleared"), measuring(LOSSY)).kind == "loss"


@pytest.mark.parametrize(
    ("signs", "word"),
    [
        ({"load_alarm": 2.0, "alarm": 2.0}, "overload"),
        ({"load_alarm": 2.0, "jitter_ms": 9.0}, "overload"),
        ({"load_alarm": 2.0, "sinr_db": -9.0, "loss_ratio": 5.0}, "interference"),
        ({"load_alarm": 2.0, "throughput_dl_ratio": -9.0}, "degraded"),
        ({"load_alarm": 2.0, "change": 5.0}, "change"),
        ({"load_alarm": 2.0, "planned_work": 5.0}, "planned_work"),
    ],
)
def test_what_load_cannot_bring_is_believed_before_an_alarm(
    signs: dict[str, float], word: str
) -> None:
    assert word_for(signs) == word


@pytest.mark.parametrize(
    "text",
    [
        "congestion",
        "queueSizeExceeded",
        "CPU_CYCLES_LIMIT_EXCEEDED",
        "Resource at or nearing capacity",
        "High processor load",
        "CPU utilization is above 95 %",
        "Signalling overload control active",
        "Cell congested",
        "Bearer capacity exceeded",
    ],
)
def test_words_that_speak_of_too_much_load(text: str) -> None:
    assert says_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Loss of signal",
        "thresholdCrossed",
        "Software download failed",
        "Load balancer not reachable",
        "Memory utilisation high",
        "Licence capacity exceeded",
        "High voltage",
        "No congestion",
        "CPU load below threshold, overload ended",
        "Uplink interference above threshold",
        "High error rate at usual load",
    ],
)
def test_words_that_speak_of_something_else(text: str) -> None:
    assert not says_load(text)


def test_fields_of_an_alarm_beside_its_title_tell_and_those_of_other_events_do_not() -> None:
    inner = {"faultFields": {"alarmCondition": "LinkCongestion", "eventSourceType": "port"}}
    event = {"event_kind": "alarm", "title": "x", "attributes": orjson.dumps(inner).decode()}

    assert tells_load(event)
    assert not tells_load({**event, "event_kind": "change"})
    assert not tells_load({"event_kind": "alarm", "title": None, "attributes": None})

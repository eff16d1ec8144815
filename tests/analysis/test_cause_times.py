"""What befell an element counts as a sign of a decline only where it fits in time and place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.degradations import degradation_at

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.measured import Log, Measured
from sentio.analysis.wrong import word_for
from sentio.model.degradation import Scope
from sentio.model.diagnosis import Hypothesis
from sentio.model.record import EVENT
from sentio.model.topology import Topology

MINUTE_NS = 60_000_000_000
BEGAN_NS = 100_000 * MINUTE_NS
PERIODS = 288 * 3


def causes(
    scope: Scope,
    *,
    log: Log | None = None,
    measured: Measured | None = None,
    blamed: frozenset[tuple[str, str]] = frozenset(),
    lasts_min: int = 240,
) -> list[Hypothesis]:
    told = degradation_at(BEGAN_NS, scope=scope, nats=200.0, loss_by_domain={})
    case = Case(told=told, scopes=((scope, told.nats),), blamed=blamed)
    sources = Sources(topology=Topology(), measured=measured or Measured(), log=log or Log())
    return explain(case, sources, until_ns=BEGAN_NS + lasts_min * MINUTE_NS)


def logged(kind: str, element: str, minutes_before: float) -> Log:
    row = {
        "ts": BEGAN_NS - round(minutes_before * MINUTE_NS),
        "event_kind": kind,
        "element": element,
        "title": "policy changed",
        "severity": "major" if kind == "alarm" else None,
    }
    log = Log()
    log.add(pa.RecordBatch.from_pylist([row], pa.schema(list(EVENT.items()))))
    return log


def measuring(element: str, *, odd_from_min: float, loss: float = 0.08) -> Measured:
    """Measure for three days, and be odd from so many minutes after the beginning."""
    rng, measured = np.random.default_rng(3), Measured()
    for period in range(-PERIODS, 48):
        end_ns = BEGAN_NS + period * 5 * MINUTE_NS
        is_odd = end_ns - BEGAN_NS > odd_from_min * MINUTE_NS
        value = loss if is_odd else 4e-5 * float(np.exp(rng.normal(0.0, 0.25)))
        batch = pa.record_batch(
            {
                "ts": pa.array([end_ns], pa.int64()),
                "element": [element],
                "indicator": ["loss_ratio"],
                "value": [value],
            }
        )
        measured.learn(batch)
    return measured


def weight(found: list[Hypothesis], source: str) -> float:
    return sum(e.weight for one in found for e in one.evidence if e.source == source)


@pytest.mark.parametrize(("minutes", "share"), [(2.0, 1.0), (200.0, 0.4), (400.0, 0.0)])
def test_a_change_says_less_the_longer_ago_it_was(minutes: float, share: float) -> None:
    at_once = weight(causes({"upf": "upf-1"}, log=logged("change", "upf-1", 0.0)), "change")
    then = weight(causes({"upf": "upf-1"}, log=logged("change", "upf-1", minutes)), "change")

    assert then == pytest.approx(share * at_once)


@pytest.mark.parametrize(("kind", "after"), [("change", 30.0), ("alarm", 90.0)])
def test_what_comes_long_after_the_beginning_is_no_sign(kind: str, after: float) -> None:
    assert weight(causes({"upf": "upf-1"}, log=logged(kind, "upf-1", -after)), kind) == 0.0


def test_what_is_measured_hours_later_is_no_sign() -> None:
    at_once = causes({"link": "link-1"}, measured=measuring("link-1", odd_from_min=0.0))
    later = causes({"link": "link-1"}, measured=measuring("link-1", odd_from_min=120.0))

    assert weight(at_once, "measured") > 4.0
    assert weight(later, "measured") == 0.0
    assert weight(later, "nothing measured") < 0.0


def test_what_strays_a_little_hardly_speaks() -> None:
    little = causes({"link": "link-1"}, measured=measuring("link-1", odd_from_min=0.0, loss=9e-5))

    assert abs(weight(little, "measured")) < 1.5


def test_a_failure_that_is_told_already_explains_no_narrower_decline_of_another_time() -> None:
    measured = measuring("dns-1", odd_from_min=0.0)
    scope = {"app": "chat", "dns": "dns-1"}
    blamed = frozenset({("dns", "dns-1")})

    alone = causes(scope, measured=measured)
    told = causes(scope, measured=measured, blamed=blamed)

    assert alone[0].element == "dns-1"
    assert told[0].element == "chat"
    assert causes({"dns": "dns-1"}, measured=measured, blamed=blamed)[0].probability > 0.9


def test_signs_say_what_is_wrong() -> None:
    lossy = causes({"link": "link-1"}, measured=measuring("link-1", odd_from_min=0.0))[0]
    changed = causes({"upf": "upf-1"}, log=logged("change", "upf-1", 2.0))[0]

    assert (lossy.kind, lossy.signs["loss_ratio"] > 20.0) == ("loss", True)
    assert (changed.kind, changed.signs["change"]) == ("change", 2.0)
    assert causes({"app": "chat"})[0].kind == ""


@pytest.mark.parametrize(
    ("signs", "word"),
    [
        ({"asleep": 1.0, "prb_load_ratio": -9.0}, "asleep"),
        ({"cpu_ratio": 12.0, "full": 0.98, "response_ms": 30.0}, "overload"),
        ({"cpu_ratio": 12.0}, "overload"),
        ({"sinr_db": -20.0}, "interference"),
        ({"sinr_db": -8.0, "throughput_dl_ratio": -30.0}, "degraded"),
        ({"planned_work": 3.0, "loss_ratio": 40.0}, "planned_work"),
        ({"change": 180.0, "loss_ratio": 40.0}, "loss"),
        ({"change": 180.0}, ""),
        ({"change": 40.0}, "change"),
        ({"loss_ratio": -9.0}, ""),
    ],
)
def test_a_word_for_signs(signs: dict[str, float], word: str) -> None:
    assert word_for(signs) == word

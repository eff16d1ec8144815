"""An alarm that follows from another, as the log has taught, is no sign of a cause."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.degradations import degradation_at

from sentio.analysis.alarm_roots import FEWEST_ALARMS, Alarm, AlarmRoots
from sentio.analysis.causes import Sources, features
from sentio.analysis.hypotheses import Candidate, Case
from sentio.analysis.measured import Log, Measured
from sentio.loop.alarm_learning import DAY_NS, AlarmLearning
from sentio.model.record import EVENT
from sentio.model.topology import Topology

SECOND_NS = 1_000_000_000
LINKS = 12
TOWN = Topology(
    parent={f"gnb-{i}": f"link-{i}" for i in range(LINKS)},
    kind={f"{kind}-{i}": kind for kind in ("gnb", "link") for i in range(LINKS)},
)


def history(outages: int, *, seed: int = 1, days: int = 10) -> list[Alarm]:
    """Links that go down, each followed by its station; other alarms of stations now and then."""
    rng = np.random.default_rng(seed)
    found = list[Alarm]()
    for _ in range(outages):
        at, which = int(rng.integers(0, days * DAY_NS)), int(rng.integers(LINKS))
        after = at + int(rng.exponential(8.0) * SECOND_NS)
        found.append(Alarm(ts=at, element=f"link-{which}", title="loss of signal on port 7"))
        found.append(Alarm(ts=after, element=f"gnb-{which}", title="heartbeat lost"))
        alone = int(rng.integers(0, days * DAY_NS))
        found.append(Alarm(ts=alone, element=f"gnb-{int(rng.integers(LINKS))}", title="door open"))
    return sorted(found, key=lambda each: each.ts)


NOW = (
    Alarm(ts=100 * SECOND_NS, element="link-3", title="loss of signal on port 2"),
    Alarm(ts=109 * SECOND_NS, element="gnb-3", title="heartbeat lost"),
    Alarm(ts=112 * SECOND_NS, element="gnb-4", title="heartbeat lost"),
    Alarm(ts=115 * SECOND_NS, element="gnb-3", title="door open"),
)


def test_what_followed_so_far_is_a_symptom_of_the_neighbour_that_went_before() -> None:
    found = AlarmRoots.learn(history(60), TOWN).symptoms(NOW)

    assert list(found) == [("gnb-3", "heartbeat lost")]
    symptom = found["gnb-3", "heartbeat lost"]
    assert symptom.root == NOW[0]
    assert symptom.probability > 0.9


def test_a_short_log_teaches_nothing() -> None:
    short = AlarmRoots.learn(history(60)[: FEWEST_ALARMS - 1], TOWN)

    assert short.learned is None
    assert short.symptoms(NOW) == {}
    assert AlarmRoots.learn([], TOWN).symptoms(NOW) == {}


def test_alarms_of_kinds_never_seen_explain_nothing() -> None:
    strange = [Alarm(ts=each.ts, element=each.element, title="fan") for each in NOW]

    assert AlarmRoots.learn(history(60), TOWN).symptoms(strange) == {}


def test_a_symptom_speaks_for_its_element_only_as_far_as_it_may_be_its_own() -> None:
    events = [
        {"ts": each.ts, "event_kind": "alarm", "element": each.element, "title": each.title}
        for each in NOW[:3]
    ]
    log = Log()
    log.add(pa.RecordBatch.from_pylist(events, pa.schema(list(EVENT.items()))))
    symptoms = AlarmRoots.learn(history(60), TOWN).symptoms(log.alarms(0, DAY_NS))
    told = degradation_at(120 * SECOND_NS, scope={"gnb": "gnb-3"})
    sources = Sources(topology=TOWN, measured=Measured(), log=log, symptoms=symptoms)

    weights, words = {}, {}
    for name in ("link-3", "gnb-3", "gnb-4"):
        one = Candidate(
            element=name, element_kind=name[:-2], domain="ran", scope=told.scope, nats=told.nats
        )
        case = Case(told=told, scopes=((told.scope, told.nats),))
        found = features(one, case, sources, best=told.nats, until_ns=200 * SECOND_NS)
        weights[name], words[name] = found["alarm"]

    assert weights["link-3"] == weights["gnb-4"] == 1.0
    assert weights["gnb-3"] < 0.1
    assert words["gnb-3"].endswith("% a symptom of loss of signal on port 2 on link-3")


def test_learning_goes_on_beside_and_is_renewed_each_day() -> None:
    asked, alarms = list[tuple[int, int]](), [*history(60), *NOW]

    def read(since_ns: int, until_ns: int) -> list[Alarm]:
        asked.append((since_ns, until_ns))
        return alarms if until_ns - since_ns > 5 * DAY_NS else list(NOW)

    learning, told = AlarmLearning(), degradation_at(120 * SECOND_NS)
    ask = [learning.symptoms(read, TOWN, told, now_ns=200 * SECOND_NS)]
    learning.wait()
    ask += [learning.symptoms(read, TOWN, told, now_ns=at) for at in (201 * SECOND_NS, DAY_NS)]

    assert ask[1:] == [ask[1]] * 2
    assert set(ask[1]) == {("gnb-3", "heartbeat lost")}
    learned = [until for since, until in asked if until - since > 5 * DAY_NS]
    assert learned == [200 * SECOND_NS]
    learning.symptoms(read, TOWN, told, now_ns=2 * DAY_NS)
    assert sum(until - since > 5 * DAY_NS for since, until in asked) == 2


@pytest.mark.parametrize("seed", range(3))
def test_alarms_without_any_order_have_no_symptoms(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alarms = [
        Alarm(ts=int(at), element=f"gnb-{int(which)}", title=title)
        for at, which, title in zip(
            np.sort(rng.integers(0, 10 * DAY_NS, 200)),
            rng.integers(0, LINKS, 200),
            rng.choice(["fan", "door", "power"], 200),
            strict=True,
        )
    ]

    found = AlarmRoots.learn(alarms, TOWN)

    assert len(found.symptoms(alarms)) <= 4

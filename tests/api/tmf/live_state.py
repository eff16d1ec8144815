"""What a loop would have told, for the tests of live resources."""

from __future__ import annotations

from dataclasses import replace

from tests.degradations import degradation_at

from sentio.model.collection import CollectionOrder
from sentio.model.data_fault import DataFault
from sentio.model.diagnosis import Impact
from sentio.model.problem import Mention, Mentions, RootCause, ServiceProblem, Step
from sentio.store.state import StateStore
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told

NOON_NS = 1_795_435_200_000_000_000  # 2026-11-23T12:00:00Z
HOUR_NS = 3_600_000_000_000


def problem(**given: object) -> ServiceProblem:
    whole = ServiceProblem(
        id="P00001",
        status="submitted",
        name="overload of cell-7",
        category="ran",
        priority=2,
        importance=0.8125,
        began_ns=NOON_NS,
        created_ns=NOON_NS + HOUR_NS,
        changed_ns=NOON_NS + HOUR_NS,
        degradations=("D00001",),
        root_cause=RootCause(
            element="cell-7", element_kind="cell", domain="ran", kind="overload", probability=0.9
        ),
        affected_services={"web": 31, "voice": 2},
        impact=Impact(users=31, things=0, uses=100),
        mentions=Mentions(
            alarms=(Mention(id="A9", at_ns=NOON_NS, element="cell-7", title="load"),),
            tickets=(Mention(id="T3", at_ns=NOON_NS, element="cell-7", title="slow pages"),),
        ),
        first_alert="A9",
        tracking=(Step(at_ns=NOON_NS + HOUR_NS, status="submitted", who="loop"),),
    )
    return replace(whole, **given)


def fill(state: StateStore) -> None:
    """Tell of two degradations, a fault of the data, an order and a problem."""
    open_ = degradation_at(NOON_NS, 1)
    over = replace(degradation_at(NOON_NS, 2), ended_ns=NOON_NS + HOUR_NS, mos_seen=3.9)
    fault = DataFault(
        id="Q00001",
        what="silent",
        source="probe",
        since_ns=NOON_NS,
        seen_ns=NOON_NS + HOUR_NS,
        seen=0.0,
        expected=300.0,
        nats=80.0,
        sentence="Source probe: no records where 300 were expected.",
    )
    order = CollectionOrder(
        id="C00001",
        element="cell-7",
        element_kind="cell",
        what="finer",
        granularity_s=300,
        since_ns=NOON_NS,
        until_ns=NOON_NS + HOUR_NS,
        degradation="D00001",
        reason="cell cell-7 may be the cause",
    )
    told = Told(state)
    happened = [("degradation", NOON_NS, {"id": "D00001"})]
    told.write([open_, over], {}, happened, snapshot=b"", orders=[order], data_faults=[fault])
    Problems(state).write([problem()])

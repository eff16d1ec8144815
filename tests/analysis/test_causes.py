"""Which cause is named, where several fit the same loss."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.degradations import degradation_at

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.measured import Log, Measured
from sentio.loop.looking import named
from sentio.model.degradation import Scope
from sentio.model.diagnosis import Hypothesis
from sentio.model.domain import Domain
from sentio.model.record import EVENT
from sentio.model.topology import Topology

MINUTE_NS = 60_000_000_000
TOWN = Topology(
    parent={"cell-1": "gnb-1", "gnb-1": "link-1"},
    kind={"cell-1": "cell", "gnb-1": "gnb", "link-1": "link"},
)


def causes(
    scope: Scope, *alike: Scope, log: Log | None = None, **given: object
) -> list[Hypothesis]:
    told = degradation_at(0, scope=scope, **{"nats": 200.0, "loss_by_domain": {}} | given)
    uses_of = {("segment", "premium"): 100.0, ("slice", "gold"): 300.0}
    case = Case(told=told, scopes=((scope, told.nats),), alike=alike, uses_of=uses_of)
    sources = Sources(topology=TOWN, measured=Measured(), log=log or Log())
    return explain(case, sources, until_ns=10 * MINUTE_NS)


def test_of_elements_that_hold_the_same_uses_the_lowest_comes_first() -> None:
    found = causes({"gnb": "gnb-1"}, {"link": "link-1"}, {"cell": "cell-1"})

    assert found[0].element == "cell-1"
    assert {one.element for one in found[1:]} == {"gnb-1", "link-1"}
    assert any("cell" not in e.what and e.source == "wider" for e in found[1].evidence)


@pytest.mark.parametrize(
    ("scope", "domain"),
    [
        ({"slice": "gold"}, Domain.CORE),
        ({"segment": "premium", "service": "web"}, Domain.CORE),
        ({"slice": "gold", "gnb": "gnb-1"}, Domain.RAN),
        ({"segment": "premium", "server": "server-1"}, Domain.APPLICATION),
    ],
)
def test_a_group_is_served_by_what_it_is_named_with_or_else_by_the_core(
    scope: Scope, domain: Domain
) -> None:
    found = causes(scope, loss_by_domain={"transport": 1.0})

    of_group = [one for one in found if one.element_kind in {"slice", "segment"}]
    assert [one.domain for one in of_group] == [domain]


def test_of_a_segment_and_a_slice_the_smaller_is_to_blame() -> None:
    assert causes({"segment": "premium", "slice": "gold"})[0].element == "premium"


def test_loss_that_is_clearly_of_another_domain_speaks_against() -> None:
    scopes: tuple[Scope, ...] = ({"app": "chat"}, {"upf": "upf-1"})

    of_core = causes(*scopes, loss_by_domain={"core": 2.0})
    of_radio = causes(*scopes, loss_by_domain={"ran": 2.0})

    assert of_core[0].element == "upf-1"
    assert of_core[0].probability > 2 * of_core[1].probability
    assert of_radio[0].probability == pytest.approx(of_radio[1].probability)


def test_a_roll_out_on_an_app_speaks_for_its_version() -> None:
    change = {"ts": 0, "event_kind": "change", "element": "chat", "title": "release roll-out"}
    log = Log()
    log.add(pa.RecordBatch.from_pylist([change], pa.schema(list(EVENT.items()))))
    scope = named({"app_version": "2.0"}, {"app": "chat", "service": "social"})

    assert scope == {"app": "chat", "app_version": "2.0"}
    assert causes(scope, {"server": "server-1"}, log=log)[0].element == "2.0"
    assert named({"cell": "cell-1"}, {"app": "chat"}) == {"cell": "cell-1"}

"""Collection goes up where a diagnosis is unsure, and comes back by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.degradations import degradation_at

from sentio.awareness.budget import Budget
from sentio.kernel.clock import FixedClock
from sentio.kernel.config import load_settings
from sentio.kernel.errors import ConfigError
from sentio.loop.collecting import (
    LIMIT_PERIODS,
    MOST_ORDERS,
    REPORT_BYTES,
    TEST_PACKET_BYTES,
    Collecting,
    restored,
)
from sentio.loop.collectors.nobody import Nobody
from sentio.loop.collectors.webhook import Webhook
from sentio.loop.looking import Following
from sentio.loop.running import collectors_of
from sentio.loop.sending import Sending
from sentio.model.collection import CollectionOrder
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.topology import Topology

PERIOD_NS = 300_000_000_000
WAY = Topology(
    parent={f"cell-{n}": "gnb-1" for n in range(40)} | {"gnb-1": "link-1"},
    kind={"gnb-1": "gnb", "link-1": "link"},
)
BULK = 10_000_000


def following(number: int = 1) -> Following:
    told = degradation_at(0, number, scope={"cell": f"cell-{number}"})
    return Following(told=told, place=told.scope, fall=1.0)


def diagnosis(one: Following, *chances: float, abstains: bool = False) -> Diagnosis:
    cell = int(one.told.scope["cell"].split("-")[1])
    causes = tuple(
        Hypothesis(
            element=f"cell-{cell + i}",
            element_kind="cell",
            domain="ran",
            scope=one.told.scope,
            probability=chance,
        )
        for i, chance in enumerate(chances)
    )
    return Diagnosis(
        degradation=one.told.id,
        made_ns=PERIOD_NS,
        sentence="",
        hypotheses=causes,
        abstains=abstains,
        impact=Impact(users=1, things=0, uses=1),
    )


def see(
    collecting: Collecting, *some: Following, at: int, bulk_bytes: int = BULK
) -> list[CollectionOrder]:
    return collecting.see(some, WAY, now_ns=at * PERIOD_NS, bulk_bytes=bulk_bytes)


def unsure(one: Following) -> Collecting:
    """Order for a degradation that may be due to two cells."""
    collecting = Collecting(period_ns=PERIOD_NS)
    collecting.note(diagnosis(one, 0.4, 0.3))
    see(collecting, one, at=1)
    return collecting


def test_an_unsure_degradation_orders_its_suspects_finer_and_a_test_of_the_way_to_them():
    orders = unsure(following()).open

    assert [(each.what, each.element) for each in orders] == [
        ("finer", "cell-1"),
        ("finer", "cell-2"),
        ("active_test", "link-1"),
    ]
    assert {each.granularity_s for each in orders} == {300}
    assert orders[0].reason == "cell cell-1 may be the cause of D00001 (40 %)"
    assert {each.until_ns for each in orders} == {(1 + LIMIT_PERIODS) * PERIOD_NS}


def test_what_reports_each_period_already_is_not_ordered_but_whoever_is_suspected_next():
    one, collecting = following(), Collecting(period_ns=PERIOD_NS)
    often = {"cell-1": 300, "cell-2": 900, "cell-3": 60}
    collecting.note(replace(diagnosis(one, 0.3, 0.2, 0.1, 0.1), usual_granularity_s=often))

    see(collecting, one, at=1)

    assert [(each.element, each.usual_granularity_s) for each in collecting.open] == [
        ("cell-2", 900),
        ("cell-4", None),  # has not reported yet
        ("link-1", None),  # a test
    ]


@pytest.mark.parametrize(("chances", "abstains"), [((0.4,), True), ((0.69,), False)])
def test_a_diagnosis_is_unsure_where_it_abstains_or_its_first_cause_is_not_likely_enough(
    chances: tuple[float, ...], abstains: bool
):
    one, collecting = following(), Collecting(period_ns=PERIOD_NS)
    collecting.note(diagnosis(one, *chances, abstains=abstains))

    assert see(collecting, one, at=1) != []


def test_what_is_explained_from_the_start_or_not_at_all_orders_nothing():
    sure, unexplained = following(), following(2)
    collecting = Collecting(period_ns=PERIOD_NS)
    collecting.note(diagnosis(sure, 0.7, 0.2))

    assert see(collecting, sure, unexplained, at=1) == []


def test_a_diagnosis_that_becomes_sure_revokes_and_gives_the_rest_back():
    one = following()
    collecting = unsure(one)
    collecting.note(diagnosis(one, 0.9))

    ended = see(collecting, one, at=2)

    assert collecting.open == ()
    assert [each.end_reason for each in ended] == ["D00001 is explained"] * 3
    assert {each.ended_ns for each in ended} == {2 * PERIOD_NS}
    assert collecting.budget.spent_bytes == 3 * REPORT_BYTES + 100 * TEST_PACKET_BYTES


def test_the_end_of_a_degradation_revokes():
    collecting = unsure(following())

    assert [each.end_reason for each in see(collecting, at=2)] == ["D00001 has ended"] * 3
    assert collecting.open == ()


def test_an_unsure_degradation_is_collected_without_a_gap_and_never_further_ahead_than_the_limit():
    one = following()
    collecting = unsure(one)

    for at in range(2, 30):
        see(collecting, one, at=at)
        assert [each.id for each in collecting.open] == ["C00001", "C00002", "C00003"]
        for each in collecting.open:
            assert at < each.until_ns / PERIOD_NS <= at + LIMIT_PERIODS


def test_an_order_ends_at_its_time_where_the_budget_does_not_renew_it():
    one = following()
    first = 3 * LIMIT_PERIODS * REPORT_BYTES  # enough for two cells, not for a test
    collecting = Collecting(period_ns=PERIOD_NS)
    collecting.note(diagnosis(one, 0.4, 0.3))
    see(collecting, one, at=1, bulk_bytes=100 * first)
    kept = [len(collecting.open)]

    for at in range(2, 14):
        see(collecting, one, at=at, bulk_bytes=0)
        kept.append(len(collecting.open))

    assert kept[0] == 2
    assert kept[-1] == 0
    assert collecting.budget.spent_bytes == first
    assert collecting.budget.detail_share <= 0.01


def test_what_has_no_room_in_the_budget_is_not_ordered():
    one = following()
    collecting = Collecting(period_ns=PERIOD_NS)
    collecting.note(diagnosis(one, 0.4, 0.3))

    assert see(collecting, one, at=1, bulk_bytes=1000) == []
    assert collecting.budget.spent_bytes == 0


def test_orders_are_few_however_many_degradations_are_unsure():
    some = [following(n) for n in range(1, 30)]
    collecting = Collecting(period_ns=PERIOD_NS)
    for one in some:
        collecting.note(diagnosis(one, 0.4, 0.3))

    see(collecting, *some, at=1, bulk_bytes=100 * BULK)

    assert len(collecting.open) == MOST_ORDERS


def test_an_order_that_another_degradation_needs_as_well_is_handed_over():
    one, other = following(), following(2)  # both suspect cell-2
    collecting = unsure(one)
    collecting.note(diagnosis(other, 0.4, 0.3))
    collecting.note(diagnosis(one, 0.9))

    see(collecting, one, other, at=2)
    of_element = {(each.what, each.element): each for each in collecting.open}

    assert of_element["finer", "cell-2"].id == "C00002"
    assert of_element["finer", "cell-2"].degradation == "D00002"
    assert ("finer", "cell-1") not in of_element


def test_a_restart_in_the_middle_changes_nothing():
    one, later = following(), following(5)
    made = diagnosis(one, 0.4, 0.3)
    collecting = unsure(one)
    saved = json.loads(json.dumps(collecting.saved()))
    again = restored(
        saved, period_ns=PERIOD_NS, open_orders=reversed(collecting.open), diagnoses=[made]
    )

    runs = []
    for each in (collecting, again):
        each.note(diagnosis(later, 0.5))
        runs.append([see(each, one, later, at=at) for at in range(2, 9)] + [see(each, at=9)])

    assert runs[0] == runs[1]
    assert again.saved() == collecting.saved()


def test_a_snapshot_of_an_earlier_release_has_no_orders_and_an_empty_budget():
    assert restored({}, period_ns=PERIOD_NS, open_orders=(), diagnoses=()).saved() == {
        "count": 0,
        "budget": Budget().saved(),
    }


@dataclass
class Sink:
    """A controller: what it was asked, and what it answers."""

    url: str = ""
    asked: list[tuple[str, str, dict, str | None]] = field(default_factory=list)
    status: int = 204


@pytest.fixture
def sink() -> Generator[Sink]:
    found = Sink()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(size) or b"{}")
            found.asked.append((self.command, self.path, body, self.headers["authorization"]))
            self.send_response(found.status)
            self.end_headers()

        do_POST = do_DELETE = answer  # noqa: N815  (named by the standard library)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/orders"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_controller_is_posted_each_order_once_renewals_too_and_deletes_it_at_the_end(sink: Sink):
    order, _, _ = unsure(following()).open
    renewed = replace(order, until_ns=order.until_ns + PERIOD_NS)
    sending = Sending(Webhook(sink.url, token="let-me"), clock=FixedClock(0))

    told = [sending.send(some) for some in ([order], [order], [renewed], [], [])]

    assert told == [True] * 5
    assert [(method, path) for method, path, *_ in sink.asked] == [
        ("POST", "/orders"),
        ("POST", "/orders"),
        ("DELETE", "/orders/C00001"),
    ]
    assert sink.asked[0][2]["element"] == "cell-1"
    assert sink.asked[1][2]["until_ns"] == renewed.until_ns
    assert {each[3] for each in sink.asked} == {"Bearer let-me"}


def test_a_controller_that_fails_is_asked_again_later_each_time_twice_as_late(sink: Sink):
    orders = unsure(following()).open
    clock = FixedClock(0)
    sending = Sending(Webhook(sink.url), clock=clock)
    sink.status = 503

    answers = []
    for second in range(8):
        clock.at_ns = second * 1_000_000_000
        answers.append(sending.send(orders))
        if second == 3:
            sink.status = 200

    assert answers == [False] * 6 + [True] * 2
    assert len(sink.asked) == 2 + 3  # at 0 s, at 2 s; all of them at 6 s


def test_a_controller_that_is_not_there_only_makes_us_wait():
    sending = Sending(Webhook("http://127.0.0.1:9/"), clock=FixedClock(0))

    assert sending.send(unsure(following()).open) is False


def test_a_controller_that_has_forgotten_an_order_has_gone_back_already(sink: Sink):
    order, _, _ = unsure(following()).open
    sink.status = 404

    assert Sending(Webhook(sink.url), clock=FixedClock(0), maybe=[order]).send([]) is True


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:70000/", "ftp://a/", "http://who@a/", "http://a b/", "a/orders"]
)
def test_an_address_that_is_none_stops_the_start(url: str):
    with pytest.raises(ConfigError, match="collection_url"):
        collectors_of(load_settings({"collection_url": url}))


def test_without_an_address_orders_are_only_kept():
    assert isinstance(collectors_of(load_settings({})), Nobody)


def test_a_controller_may_be_asked_by_tls_at_any_path():
    found = collectors_of(
        load_settings({"collection_url": "https://[::1]:8443/a?b=c", "collection_token": "x"})
    )

    assert isinstance(found, Webhook)

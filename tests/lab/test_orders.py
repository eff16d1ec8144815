"""The lab's operator obeys orders to the collection, and goes back by itself."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from sentio.kernel.clock import FixedClock
from sentio.lab.day import HOUR_NS
from sentio.lab.live.control import controlled, orders_url
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.sending import Sent
from sentio.lab.live.steering import ask
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import MONDAY_NS, Operator, Period, Scale
from sentio.lab.stream.writers import Wires
from sentio.loop.collectors.webhook import Webhook
from sentio.loop.sending import Sending
from sentio.model.collection import CollectionOrder

NOON_NS = MONDAY_NS + 12 * HOUR_NS
CELL = "cell-0007"
ORDER = CollectionOrder(
    id="C00001",
    element=CELL,
    element_kind="cell",
    what="finer",
    granularity_s=300,
    usual_granularity_s=900,
    since_ns=NOON_NS,
    until_ns=NOON_NS + 4 * PERIOD_NS,
    degradation="D00001",
    reason=f"cell {CELL} may be the cause of D00001 (40 %)",
)
TEST = replace(ORDER, id="C00002", element="link-003", element_kind="link", what="active_test")


class Nowhere:
    """Takes parcels and forgets them."""

    sent = Sent()

    def send(self, parcels: object) -> None:
        pass


class Wired(Wires):
    """Keeps what was measured."""

    def write(self, period: Period) -> list[object]:
        self.measured = [*getattr(self, "measured", []), period.measurements]
        return []


@pytest.fixture
def lab() -> Lab:
    operator = Operator(Scale(cells=24, users=200, things=50), start_ns=NOON_NS)
    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(5), next_ns=0)
    return Lab(operator, Wired(operator, seed=1), Nowhere(), mishaps=mishaps)


@pytest.fixture
def port(lab: Lab) -> Iterator[int]:
    with controlled(lab, port=0) as url:
        yield int(url.rsplit(":", 1)[1])


def told(lab: Lab, periods: int) -> list[bool]:
    """Step the lab; tells in which periods the cell reported."""
    lab._wires.measured = []
    lab.catch_up(lab.operator.now_ns + periods * PERIOD_NS, threading.Event())
    names = [rows.column("element").cast(pa.string()).to_pylist() for rows in lab._wires.measured]
    return [CELL in each for each in names]


def sending(port: int) -> Sending:
    return Sending(Webhook(orders_url(port)), clock=FixedClock(0))


def test_what_the_loop_orders_is_measured_each_period_until_it_is_revoked(lab, port):
    loop = sending(port)
    usual = told(lab, 3)

    assert loop.send([replace(ORDER, until_ns=ORDER.until_ns + HOUR_NS), TEST])
    assert [each["id"] for each in ask(port, "/orders")["orders"]] == ["C00001", "C00002"]
    under_order = told(lab, 3)
    assert loop.send([])

    assert usual == [False, False, True]
    assert under_order == [True, True, True]
    assert told(lab, 3) == [False, False, True]
    assert ask(port, "/orders") == {"orders": []}


def test_collection_goes_back_by_itself_unless_an_order_is_renewed(lab, port):
    loop = sending(port)
    loop.send([ORDER])
    assert told(lab, 3) == [True] * 3

    loop.send([replace(ORDER, until_ns=ORDER.until_ns + 3 * PERIOD_NS)])

    assert told(lab, 6) == [True, True, True, True, False, True]


def test_an_order_for_an_element_that_is_none_is_refused_and_holds_no_other_up(lab, port):
    assert sending(port).send([replace(ORDER, id="C00009", element="cell-9999"), ORDER])

    assert [each["id"] for each in ask(port, "/orders")["orders"]] == ["C00001"]
    assert told(lab, 1) == [True]


@pytest.mark.parametrize("path", ["/orders/C00009", "/state"])
def test_what_is_not_there_cannot_be_revoked(port, path):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method="DELETE",
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request)

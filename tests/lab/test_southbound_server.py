"""The lab's southbound address: one for all interfaces, for this machine only, with mischief."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.lab.southbound_city import South, opened
from tests.lab.test_southbound_tmf import SERVICES, service

from sentio.kernel.errors import ConfigError
from sentio.lab.southbound.server import southbound

SCALE = service("scale", "cell-0007", factor=2.0)


@pytest.fixture
def south():
    with opened() as found:
        yield found


def found(south: South) -> list[str]:
    return [each["name"] for each in south.http.get(SERVICES, params={"name": "O-1"}).json()]


def test_a_network_that_is_down_answers_503_and_does_nothing(south):
    south.mischief.down = True
    assert south.http.post(SERVICES, json=SCALE).status_code == 503
    south.mischief.down = False

    assert found(south) == []
    assert south.effects() == []


def test_a_network_that_refuses_does_nothing(south):
    south.mischief.refuse = True
    assert south.http.post(SERVICES, json=SCALE).status_code == 422
    south.mischief.refuse = False

    assert found(south) == []


def test_nonsense_is_a_page_for_people_with_a_status_of_200(south):
    south.mischief.nonsense = True
    answer = south.http.post(SERVICES, json=SCALE)
    south.mischief.nonsense = False

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert found(south) == ["O-1"]


def test_what_is_done_before_the_connection_breaks_is_done_once(south):
    south.mischief.drop_after = True
    south.mischief.methods = ("POST",)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            south.http.post(SERVICES, json=SCALE)

    assert found(south) == ["O-1"]
    assert south.ledger("O-1")[0]["applied"] == 1
    assert south.quantities() == ["relief"]


def test_a_slow_network_does_it_after_the_client_has_gone(south):
    south.mischief.slow_s = 0.2
    with pytest.raises(httpx.ReadTimeout):
        south.http.post(SERVICES, json=SCALE, timeout=0.05)
    south.mischief.slow_s = 0.0
    until = time.monotonic() + 5.0
    while not found(south) and time.monotonic() < until:
        time.sleep(0.02)

    assert found(south) == ["O-1"]


def test_a_network_that_forgets_does_it_twice_and_the_ledger_shows_that(south):
    south.mischief.forgets = True
    first, second = (south.http.post(SERVICES, json=SCALE).json() for _ in range(2))

    assert first["id"] != second["id"]
    assert found(south) == ["O-1", "O-1"]
    (row,) = south.ledger("O-1")
    assert (row["applied"], row["stands"]) == (2, True)
    south.http.delete(first["href"])
    assert south.ledger("O-1")[0]["stands"]
    south.http.delete(second["href"])
    assert not south.ledger("O-1")[0]["stands"]
    assert south.effects() == []


def test_mischief_hits_the_paths_and_methods_that_it_is_meant_for(south):
    south.mischief.down = True
    south.mischief.prefix = "/acs"

    assert south.http.get("/acs/devices").status_code == 503
    assert south.http.get(SERVICES).status_code == 200
    assert south.http.get("/southbound/ledger").status_code == 200


def test_many_at_once_make_each_order_once_while_the_lab_runs(south):
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            south.step()

    def ask(number: int) -> int:
        body = service("scale", "cell-0007", order=f"O-{number % 5}", factor=1.1)
        return south.http.post(SERVICES, json=body).status_code

    runs = threading.Thread(target=run)
    runs.start()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    stop.set()
    runs.join()

    assert set(answers) == {202}
    assert len(south.http.get(SERVICES).json()) == 5
    assert [south.ledger(f"O-{each}")[0]["applied"] for each in range(5)] == [1] * 5
    assert len(south.effects()) == 5


def test_only_this_machine_and_only_json_is_listened_to(south):
    foreign = south.http.post(SERVICES, json=SCALE, headers={"Host": "evil.invalid"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert foreign.status_code == 400
    assert south.http.post(SERVICES, content=b"{}", headers=form).status_code == 415
    assert south.effects() == []


def test_a_token_is_asked_for_where_there_is_one():
    with opened(token="secret") as south:
        assert south.http.get(SERVICES).status_code == 401
        headers = {"Authorization": "Bearer secret"}
        assert south.http.get(SERVICES, headers=headers).status_code == 200
        assert south.http.get("/southbound/ledger").status_code == 200  # the lab's own truth


@pytest.mark.parametrize("path", ["/", "/tmf-api/serviceActivationAndConfiguration/v5/service"])
def test_where_nothing_is_the_answer_names_what_there_is(south, path):
    answer = south.http.get(path)

    assert answer.status_code == 404
    assert "/quality-on-demand/v1" in answer.json()["error"]


def test_a_port_that_is_taken_is_told(south):
    port = int(str(south.http.base_url).rstrip("/").rsplit(":", 1)[1])

    with pytest.raises(ConfigError, match=str(port)), southbound(south.lab, port=port):
        pass


def test_closed_it_hears_of_no_more_periods():
    with opened() as south:
        assert len(south.lab.each_period) == 1
    assert south.lab.each_period == []

"""From a slow cell to its service problem, its silent sufferers, and what care says to one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest
from tests.loop.care.village import MONDAY_NS, PARENTS
from tests.loop.care.village import uses as habits
from tests.loop.live_city import BROKEN, PACE, SLOW_FROM, SLOW_UNTIL, START_NS, one_input, uses

from sentio.api.app import create_app
from sentio.governance.pseudonym import pseudonyms
from sentio.kernel.clock import FixedClock
from sentio.kernel.config import load_settings
from sentio.loop.care.following import follow
from sentio.loop.care.reach import reach_of
from sentio.loop.care.seen import DAY_NS, HOUR_NS, Remembered
from sentio.loop.care.store_seen import StoreSeen
from sentio.loop.care.works import Works
from sentio.loop.diagnosing import diagnoser
from sentio.loop.live import SECOND_NS, Live
from sentio.loop.platform import Platform, open_platform
from sentio.store.state.told import Told

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette wants another client than the one we have
    from starlette.testclient import TestClient

pytestmark = pytest.mark.slow
PERIOD_NS = 300 * SECOND_NS
NOW_NS = START_NS + 210 * PERIOD_NS
KEY = "6b" * 32


def imsi(number: int) -> str:
    return f"26201{number:010}"


def subject_of(platform: Platform, number: int) -> int:
    return pseudonyms(pa.array([imsi(number)]), kind="imsi", key=platform.key)[0].as_py()


def read(platform: Platform, name: str, text: str, **options: str) -> None:
    source = name.split(".", maxsplit=1)[0]
    receipt = platform.record_path.run([one_input(name, text)], source=source, options=options)
    assert receipt.rows_rejected == 0, receipt


def sufferers_of(text: str) -> list[int]:
    """Number those with a use in the broken cell while it was slow."""
    found = set()
    for line in text.splitlines()[1:]:
        ts, who, cell = line.split(",")[:3]
        period = (int(ts) - START_NS) // PERIOD_NS
        if cell == BROKEN and SLOW_FROM + 3 <= period < SLOW_UNTIL:
            found.add(int(who[5:]))
    return sorted(found)


@dataclass(frozen=True)
class City:
    platform: Platform
    client: TestClient
    callers: list[int]
    silent: list[int]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("care")
    settings = load_settings({"data_folder": folder, "key": KEY, "awareness_enabled": False})
    with open_platform(settings, clock=FixedClock(NOW_NS)) as platform:
        text = uses(0, 210)
        read(platform, "probe.csv", text, service="web")
        suffer = sufferers_of(text)
        callers, silent = suffer[::4], [each for each in suffer if each not in suffer[::4]]
        crm = ["imsi,segment,monthly_charges,tenure,important"]
        crm += [f"{imsi(n)},consumer,10.0,{2 if n % 2 else 40},no" for n in range(400)]
        read(platform, "crm.csv", "\n".join(crm) + "\n")
        at = "2024-11-21T15:00:00Z"
        tickets = ["ticket_id,created_at,category,description,priority,status,imsi"]
        tickets += [f"T-{n},{at},Internet,slow,high,open,{imsi(n)}" for n in callers]
        read(platform, "tickets.csv", "\n".join(tickets) + "\n")
        live = Live(platform.warehouse, Told(platform.state), pace=PACE)
        live.explain = diagnoser(platform.warehouse, live)
        live.catch_up()
        follow(platform.warehouse, platform.state, live.detail.topology)
        client = TestClient(create_app(platform), base_url="http://127.0.0.1:8080")
        with client:
            yield City(platform, client, callers, silent)


def test_the_slow_cell_is_one_service_problem_with_its_cause_and_tickets(city):
    [found] = city.client.get("/api/v1/service-problems").json()["items"]

    assert found["status"] in {"resolved", "closed"}  # by another test
    assert found["root_cause"]["element"] == BROKEN
    assert found["affected_services"]["web"] > 20
    assert {each["id"] for each in found["mentions"]["tickets"]} <= {
        f"T-{number}" for number in city.callers
    }
    assert found["mentions"]["tickets"]
    assert city.client.get(f"/api/v1/service-problems/{found['id']}").json() == found


def test_a_person_takes_a_problem_over_and_closes_it_and_what_is_closed_stays_so(city):
    [found] = city.client.get("/api/v1/service-problems").json()["items"]
    path = f"/api/v1/service-problems/{found['id']}"

    closed = city.client.patch(path, json={"status": "closed", "why": "cell restarted"})
    refused = city.client.patch(path, json={"status": "inProgress"})
    live = Live(city.platform.warehouse, Told(city.platform.state), pace=PACE)

    assert closed.json()["tracking"][-1]["who"] == "local"
    assert refused.status_code == 409
    assert "closed" in refused.json()["what"]
    assert city.client.patch(f"{path}x", json={"status": "closed"}).status_code == 404
    assert follow(city.platform.warehouse, city.platform.state, live.detail.topology) == []


def test_those_who_suffer_and_have_not_called_are_found_and_ranked(city):
    [told] = city.client.get("/api/v1/degradations").json()["items"]
    answer = city.client.get(f"/api/v1/silent-sufferers?degradation={told['id']}&limit=1000")
    found = answer.json()["items"]

    named = {int(each["subject"]) for each in found}
    callers = {subject_of(city.platform, n) for n in city.callers}
    silent = {subject_of(city.platform, n) for n in city.silent}
    assert not named & callers
    assert len(named & silent) > 0.8 * len(silent)
    ranks = [each["rank_value"] for each in found]
    assert ranks == sorted(ranks, reverse=True)
    assert {each["proneness"] for each in found} == {0.0, 0.3}
    assert all(each["poor_uses"] > 0 for each in found)
    noted = city.platform.state.audit(limit=1)[0]
    assert (noted.what, noted.purpose) == ("listed subjects", f"silent {told['id']}")


def test_a_complaint_leads_in_one_call_to_what_happened_and_what_to_say(city):
    caller = city.callers[0]
    body = {"kind": "imsi", "identifier": imsi(caller), "purpose": "ticket 4711"}
    told = city.client.post("/api/v1/care", json=body).json()
    same = city.client.get(f"/api/v1/care/{told['subject']}?purpose=ticket+4711").json()

    assert same == told
    assert list(told)[:3] == ["verdict", "headline", "words"]
    assert told["verdict"] in {"suffered", "suffering"}
    assert BROKEN in told["headline"]
    assert told["incidents"][0]["cause"] == f"cell {BROKEN} (ran)"
    assert told["worst"][0]["indicators"].keys() == {"page_load_ms"}
    assert told["worst"][0]["path"]["cell"] == BROKEN
    [web] = told["services"]
    assert sum(uses for _, uses, _ in web["hours"]) == web["uses"]
    assert told["tickets"][0].startswith(f"T-{caller}")
    noted = city.platform.state.audit(limit=2)
    assert [each.purpose for each in noted] == ["ticket 4711"] * 2
    assert imsi(caller) not in str(noted)


def test_of_somebody_who_was_never_seen_nothing_is_known(city):
    told = city.client.get("/api/v1/care/12345").json()

    assert told["verdict"] == "unknown"
    assert told["services"] == []


@pytest.mark.parametrize("body", [{"kind": "imsi", "identifier": "1"}, {"kind": "name"}])
def test_an_identifier_without_a_purpose_is_refused(city, body):
    assert city.client.post("/api/v1/care", json=body).status_code == 422


NOTICE = """From: works@transport.example
Subject: a work
MIME-Version: 1.0
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:{name}@transport.example
DTSTAMP:20260919T100000Z
DTSTART:20260921T073000Z
DTEND:20260921T103000Z
SUMMARY:ring maintenance
X-MAINTNOTE-PROVIDER:transport.example
X-MAINTNOTE-MAINTENANCE-ID:{name}
X-MAINTNOTE-OBJECT-ID:{element}
X-MAINTNOTE-OBJECT-KIND:ring
X-MAINTNOTE-IMPACT:NO-IMPACT
X-MAINTNOTE-STATUS:{status}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, TestClient]]:
    folder = tmp_path_factory.mktemp("village")
    settings = load_settings({"data_folder": folder, "key": KEY, "awareness_enabled": False})
    now_ns = MONDAY_NS + 14 * DAY_NS
    with open_platform(settings, clock=FixedClock(now_ns)) as platform:
        table = habits(0, 14).to_pydict()
        rows = zip(table["ts"], table["subject"], table["cell"], strict=True)
        lines = ["ts,imsi,cell,segment,page_load_ms,is_success"]
        lines += [f"{ts},{imsi(who)},{cell},{who % 2},900,1" for ts, who, cell in rows]
        read(platform, "probe.csv", "\n".join(lines) + "\n", service="web")
        elements = [
            (
                "valid_from,element_id,element_kind,element_name,parent_id,technology,longitude,"
                "latitude,range_m,details"
            )
        ]
        elements += [
            f"2026-09-01T00:00:00Z,{name},{name.split('-')[0]},{name},{parent or ''},,,,,"
            + ('"{""is_protected"": true}"' if name == "ring-2" else "")
            for name, parent in PARENTS.items()
        ]
        read(platform, "inventory.csv", "\n".join(elements) + "\n", map="inventory_elements")
        crm = ["imsi,segment,monthly_charges,tenure,important"]
        for n in range(1, 91):
            segment = "business" if n % 3 else "consumer"
            crm.append(f"{imsi(n)},{segment},9.0,20,{'yes' if n % 10 == 0 else 'no'}")
        read(platform, "crm.csv", "\n".join(crm) + "\n")
        for name, element, status in (
            ("W-1", "ring-1", "SCHEDULED"),
            ("W-2", "ring-2", "SCHEDULED"),
            ("W-3", "ring-1", "CANCELLED"),
        ):
            text = NOTICE.format(name=name, element=element, status=status)
            read(platform, f"works-{name}.eml", text)
        client = TestClient(create_app(platform), base_url="http://127.0.0.1:8080")
        with client:
            yield platform, client


def test_planned_works_are_listed_without_those_called_off(village):
    _, client = village
    items = client.get("/api/v1/works").json()["items"]

    assert [each["id"] for each in items] == ["W-1", "W-2"]
    assert items[0]["begins"] == "2026-09-21T07:30:00+00:00"


def test_whom_tonights_work_will_touch_is_told_with_groups_care_and_better_windows(village):
    platform, client = village
    told = client.get("/api/v1/works/W-1/impact?limit=1000").json()

    named = {int(each["subject"]) for each in told["touched"]}
    assert named == {subject_of(platform, number) for number in range(1, 61)}
    assert told["by_segment"]["business"] == pytest.approx(32, abs=6)  # 40 of 60, probably harmed
    assert told["important"] == pytest.approx(4.8, abs=1.0)
    assert {each["who"] for each in told["care"]} >= {"important customers", "business"}
    assert len(told["windows"]) >= 10
    assert told["windows"][0]["lost_min"] == pytest.approx(0.0, abs=1e-6)
    assert told["work"]["claimed_impact"] == "NO-IMPACT"


def test_a_work_on_a_ring_with_a_way_round_is_harmless(village):
    _, client = village
    told = client.get("/api/v1/works/W-2/impact").json()

    assert told["is_harmless"]
    assert told["care"] == []
    assert client.get("/api/v1/works/W-9/impact").status_code == 404


def test_the_store_counts_what_memory_counts(village):
    platform, _ = village
    works = Works(platform.warehouse)
    ways = works.ways()
    there, here = StoreSeen(platform.warehouse, ways.topology), Remembered("cell")
    table = habits(0, 14)
    who = [subject_of(platform, number) for number in table["subject"].to_pylist()]
    here.take(table.set_column(1, "subject", pa.array(who)), "web")
    reach = reach_of(works.one("W-1"), ways)
    begins_ns = MONDAY_NS + 14 * DAY_NS + 7 * HOUR_NS

    for ends_ns in (begins_ns + 2 * HOUR_NS, begins_ns + 4 * HOUR_NS):
        one, other = (each.counts(reach, begins_ns, ends_ns, (1, 2, 7)) for each in (there, here))
        assert one.subject.tolist() == other.subject.tolist()
        assert one.inside.tolist() == other.inside.tolist()
        assert one.everywhere.tolist() == other.everywhere.tolist()
    span = MONDAY_NS, MONDAY_NS + 14 * DAY_NS
    one, other = (each.hourly(reach, *span) for each in (there, here))
    assert one.subject.tolist() == other.subject.tolist()
    assert one.uses.tolist() == other.uses.tolist()
    assert (
        there.by_service(reach, *span)["web"][0].size
        == here.by_service(reach, *span)["web"][0].size
    )

"""The page of works over HTTP: the calendar, what a work did, and what followed a change."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from tests.loop.care.village import MONDAY_NS, PARENTS
from tests.loop.care.village import uses as habits
from tests.loop.live_city import one_input

from sentio.api.app import create_app
from sentio.experience.service import SERVICES
from sentio.kernel.clock import FixedClock
from sentio.kernel.config import load_settings
from sentio.loop.care.seen import DAY_NS, HOUR_NS
from sentio.loop.platform import Platform, open_platform

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette wants another client than the one we have
    from starlette.testclient import TestClient

pytestmark = pytest.mark.slow
KEY = "6b" * 32
DAYS = 14
SPOILT = (MONDAY_NS + 10 * DAY_NS + 8 * HOUR_NS, MONDAY_NS + 10 * DAY_NS + 9 * HOUR_NS)
NOTICE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:{name}@transport.example
DTSTAMP:{told}
DTSTART:{begins}
DTEND:{ends}
SUMMARY:ring maintenance
X-MAINTNOTE-PROVIDER:transport.example
X-MAINTNOTE-MAINTENANCE-ID:{name}
X-MAINTNOTE-OBJECT-ID:{element}
X-MAINTNOTE-OBJECT-KIND:ring
X-MAINTNOTE-IMPACT:NO-IMPACT
X-MAINTNOTE-STATUS:SCHEDULED
END:VEVENT
END:VCALENDAR
"""
WORKS = (
    ("W-1", "ring-1", "20260919T100000Z", "20260921T073000Z", "20260921T103000Z"),
    ("W-2", "ring-2", "20260919T100000Z", "20260921T073000Z", "20260921T103000Z"),
    ("W-0", "ring-1", "20260914T100000Z", "20260917T080000Z", "20260917T090000Z"),
)


def read(platform: Platform, name: str, text: str, **options: str) -> None:
    source = name.split(".", maxsplit=1)[0]
    receipt = platform.record_path.run([one_input(name, text)], source=source, options=options)
    assert receipt.rows_rejected == 0, receipt


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("village")
    settings = load_settings({"data_folder": folder, "key": KEY, "awareness_enabled": False})
    clock = FixedClock(MONDAY_NS + DAYS * DAY_NS)
    with open_platform(settings, clock=clock) as platform:
        table = habits(0, DAYS, spoilt_ns=SPOILT).to_pydict()
        rows = zip(table["ts"], table["subject"], table["cell"], table["mos"], strict=True)
        lines = ["ts,imsi,cell,page_load_ms,is_success"]
        lines += [
            f"{ts},26201{who:010},{cell},{20_000 if mos < 2 else 900},1"
            for ts, who, cell, mos in rows
        ]
        read(platform, "probe.csv", "\n".join(lines) + "\n", service="web")
        head = "valid_from,element_id,element_kind,element_name,parent_id,technology,"
        elements = [head + "longitude,latitude,range_m,details"]
        elements += [
            f"2026-09-01T00:00:00Z,{name},{name.split('-')[0]},{name},{parent or ''},,,,,"
            + ('"{""is_protected"": true}"' if name == "ring-2" else "")
            for name, parent in PARENTS.items()
        ]
        read(platform, "inventory.csv", "\n".join(elements) + "\n", map="inventory_elements")
        for name, element, told, begins, ends in WORKS:
            notice = NOTICE.format(name=name, element=element, told=told, begins=begins, ends=ends)
            read(platform, f"works-{name}.ics", notice)
        changes = ["implemented_at,change_id,ci,ci_class,change_summary,change_state"]
        changes += ["2026-09-17T08:00:00Z,CH-1,ring-1,ring,new firmware,closed"]
        read(platform, "book.csv", "\n".join(changes) + "\n", map="change_records")
        client = TestClient(create_app(platform), base_url="http://127.0.0.1:8080")
        with client:
            client.platform = platform
            yield client


def reckoned(client: TestClient) -> dict:
    """Ask until all forecasts are there: they are reckoned a second at a time."""
    for _ in range(5):
        told = client.get("/api/v1/works-calendar").json()
        if told["is_reckoned"]:
            break
    return told


def test_the_calendar_holds_past_and_coming_works_with_what_is_expected(village) -> None:
    told = reckoned(village)
    found = {each["id"]: each for each in told["items"]}
    whole = village.get("/api/v1/works/W-1/impact").json()

    assert [each["id"] for each in told["items"]] == ["W-0", "W-1", "W-2"]
    assert {name: each["phase"] for name, each in found.items()} == {
        "W-0": "over",
        "W-1": "ahead",
        "W-2": "ahead",
    }
    assert found["W-0"]["forecast"] is None
    assert found["W-1"]["forecast"]["subjects"] == pytest.approx(whole["subjects"]["mean"])
    assert found["W-1"]["forecast"]["sentence"] == whole["sentence"]
    assert found["W-2"]["forecast"]["is_harmless"]
    assert (found["W-1"]["way"], found["W-1"]["members"]) == ("lost", 2)
    assert (told["is_reckoned"], told["left_out"]) == (True, 0)


def test_the_calendar_keeps_to_the_days_asked_for(village) -> None:
    days = {"since": "2026-09-21T00:00:00Z", "until": "2026-09-22T00:00:00Z"}
    told = village.get("/api/v1/works-calendar", params=days).json()

    assert [each["id"] for each in told["items"]] == ["W-1", "W-2"]
    assert told["since"] == "2026-09-21T00:00:00+00:00"


def test_a_work_that_is_over_is_told_by_what_was_felt(village) -> None:
    told = village.get("/api/v1/works/W-0/result").json()

    assert told["is_judged"]
    assert told["seen"]["is_harmful"]
    assert told["seen"]["uses"] == 60  # everybody of the first two cells, once
    assert told["seen"]["felt"] == pytest.approx(60, abs=2)
    assert told["seen"]["services"][0]["service"] == "web"
    assert 0.0 < told["foretold"]["harm"] < 1.0


def test_what_is_not_over_or_unknown_has_no_result(village) -> None:
    assert village.get("/api/v1/works/W-1/result").status_code == 409
    assert village.get("/api/v1/works/W-9/result").status_code == 404


def test_a_change_is_told_with_the_hours_around_it_as_the_store_has_them(village) -> None:
    [change] = village.get("/api/v1/changes").json()["items"]
    told = village.get("/api/v1/changes/CH-1/seen", params={"at": change["at"]}).json()
    con = village.platform.warehouse.con.cursor()
    begin_ns, end_ns = SPOILT
    uses, mos, poor = con.execute(
        "SELECT count(*), avg(mos), count(*) FILTER (WHERE mos < ?) FROM experience_web "
        "WHERE ts >= ? AND ts < ? AND cell IN (?, ?)",
        [SERVICES["web"].poor_below, begin_ns, end_ns, "cell-1", "cell-2"],
    ).fetchone()

    assert (change["element"], change["title"]) == ("ring-1", "new firmware")
    assert change["incidents"] == []
    assert told["reach"]["named"] == ["cell-1", "cell-2"]
    assert (told["after"]["uses"], told["after"]["poor"]) == (uses, poor)
    assert told["after"]["mos"] == pytest.approx(mos)
    assert told["after"]["poor_share"] == 1.0
    assert told["before"] == {
        "uses": 0,
        "subjects": 0,
        "poor": 0,
        "mos": None,
        "poor_share": None,
    }
    assert told["day_before"]["uses"] == 60
    assert told["day_before"]["mos"] > told["after"]["mos"] + 1.0
    assert village.get("/api/v1/changes/CH-9/seen").status_code == 404


def _is_coded(con) -> bool:
    rows = con.execute("DESCRIBE experience_web").fetchall()
    return {row[0]: row[1] for row in rows}["cell"] != "VARCHAR"


def test_where_nothing_was_told_there_is_nothing(client) -> None:
    assert client.get("/api/v1/works-calendar").json()["items"] == []
    assert client.get("/api/v1/changes").json()["items"] == []

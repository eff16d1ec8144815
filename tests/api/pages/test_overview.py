"""The overview: its numbers are those of the uses themselves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.api.pages.served import END, SPAN, iso
from tests.degradations import degradation_at
from tests.small_store import BAD_CELL, SERVICES_HERE, START, Small, build

from sentio.api.pages.freshness import told_at
from sentio.model.diagnosis import Impact
from sentio.model.problem import RootCause, ServiceProblem
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.queries.faring import GOOD_MOS
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told


def problem(of: tuple[str, ...], **given: object) -> ServiceProblem:
    usual = ServiceProblem(
        id="P00001",
        status="submitted",
        name="Cell 2 is overloaded",
        category="ran",
        priority=2,
        importance=0.7,
        began_ns=START,
        created_ns=START + HOUR_NS,
        changed_ns=START + HOUR_NS,
        degradations=of,
        impact=Impact(users=31, things=4, uses=100, important=2),
        affected_services={"web": 20, "gaming": 15},
        root_cause=RootCause(
            element=BAD_CELL, element_kind="cell", domain="ran", kind="overload", probability=0.8
        ),
    )
    return replace(usual, **given)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("built") / "sentio.duckdb")


@pytest.fixture
def small(built: Small, tmp_path: Path) -> Small:
    (tmp_path / "data").mkdir()
    shutil.copy(built.path, tmp_path / "data" / "sentio.duckdb")
    return built


@pytest.fixture
def quiet(small: Small, serving):  # noqa: ARG001  (it must be there first)
    """Serve the small store, with one incident at its bad cell that nothing else watches."""
    client = serving(awareness_enabled=False)
    bad = replace(
        degradation_at(START, 1),
        scope={"cell": BAD_CELL},
        services=SERVICES_HERE,
        began_ns=START,
        seen_ns=START + HOUR_NS,
    )
    Told(client.platform.state).write([bad], {}, [], snapshot=b"")
    Problems(client.platform.state).write([problem((bad.id,))])
    return client


def means(small: Small, services: tuple[str, ...]) -> np.ndarray:
    """Give the mean MOS of each subject over the scored uses of some services."""
    subject = np.concatenate([small.of(name, "subject") for name in services])
    mos = np.concatenate([small.mos(name) for name in services])
    is_scored = ~np.isnan(mos)
    _, at = np.unique(subject[is_scored], return_inverse=True)
    return np.bincount(at, mos[is_scored]) / np.bincount(at)


def test_the_sentence_counts_users_and_things_by_their_mean(quiet, small: Small):
    told = quiet.get(f"/api/v1/overview?{SPAN}").json()

    users, things = means(small, ("gaming", "web")), means(small, ("meter",))
    assert told["users"]["subjects"] == len(users)
    assert told["users"]["good_subjects"] == int((users >= GOOD_MOS).sum())
    assert told["things"]["good_share"] == pytest.approx((things >= GOOD_MOS).mean())
    assert told["uses"] == sum(int((~np.isnan(small.mos(n))).sum()) for n in SERVICES_HERE)
    assert told["poor_uses"] == sum(int(small.poor(n).sum()) for n in SERVICES_HERE)


def test_an_incident_explains_what_is_poor_beyond_the_usual(quiet, small: Small):
    told = quiet.get(f"/api/v1/overview?{SPAN}").json()

    expected = 0.0
    for name in SERVICES_HERE:
        is_scored, poor = ~np.isnan(small.mos(name)), small.poor(name)
        inside = is_scored & (small.of(name, "cell") == BAD_CELL)
        usual = poor[is_scored & ~inside].mean()
        expected += max(poor[inside].sum() - usual * inside.sum(), 0.0)
    (only,) = told["explained"]
    assert (told["incidents"], only["id"]) == (1, "P00001")
    assert only["poor_uses"] == pytest.approx(expected)
    assert told["explained_share"] == pytest.approx(expected / told["poor_uses"])


def test_filters_narrow_the_sentence_together(quiet, small: Small):
    asked = f"{SPAN}&service=web&dimension=cell&member=cell-1"
    told = quiet.get(f"/api/v1/overview?{asked}").json()

    inside = (small.of("web", "cell") == "cell-1") & ~np.isnan(small.mos("web"))
    assert told["uses"] == int(inside.sum())
    assert told["users"]["subjects"] == len(np.unique(small.of("web", "subject")[inside]))
    assert told["explained"] == []


def test_tiles_follow_each_service_and_compare_it_with_the_day_before(quiet, small: Small):
    since, until = START + 25 * HOUR_NS, START + 27 * HOUR_NS
    told = quiet.get(f"/api/v1/overview/services?since={iso(since)}&until={iso(until)}").json()

    (web,) = [each for each in told["items"] if each["service"] == "web"]
    ts, mos = small.of("web", "ts"), small.mos("web")
    now = (ts >= since) & (ts < until) & ~np.isnan(mos)
    before = (ts >= since - 24 * HOUR_NS) & (ts < until - 24 * HOUR_NS) & ~np.isnan(mos)
    assert told["earlier_by_s"] == 86_400
    assert (web["now"]["uses"], web["before"]["uses"]) == (int(now.sum()), int(before.sum()))
    assert web["now"]["mos_mean"] == pytest.approx(mos[now].mean(), abs=1e-4)
    assert sum(web["uses"]) == web["now"]["uses"]
    assert len(web["mos"]) == 2 * 60 * 60 // told["step_s"]
    assert [each["id"] for each in web["declines"]] == ["D00001"]


def test_tiles_narrowed_twice_are_counted_among_single_uses(quiet):
    asked = f"{SPAN}&dimension=cell&member=cell-1&segment=none"
    assert quiet.get(f"/api/v1/overview/services?{asked}").json()["items"] == []


def test_the_worst_members_are_ranked_over_all_services(quiet):
    told = quiet.get(f"/api/v1/overview/worst?{SPAN}&by=cell").json()

    first = told["items"][0]
    assert first["member"] == BAD_CELL
    assert first["poor_share"] == pytest.approx(first["poor"] / first["n"])
    excess = [each["excess_poor"] for each in told["items"]]
    assert excess == sorted(excess, reverse=True)


def test_the_worst_are_the_same_among_single_uses(quiet):
    from_cube = quiet.get(f"/api/v1/overview/worst?{SPAN}&by=cell&service=web").json()
    everything = f"{SPAN}&by=cell&service=web&dimension=gnb&member=gnb-1"
    from_uses = quiet.get(f"/api/v1/overview/worst?{everything}").json()

    counts = {each["member"]: each["n"] for each in from_cube["items"]}
    assert {each["member"] for each in from_uses["items"]} <= set(counts)
    assert all(counts[each["member"]] == each["n"] for each in from_uses["items"])


def test_incidents_come_short_and_the_open_ones_first(quiet):
    state = quiet.platform.state
    over = problem(("D00001",), id="P00002", importance=0.9, status="resolved")
    Problems(state).write([over])

    told = quiet.get(f"/api/v1/overview/incidents?{SPAN}").json()

    assert [each["id"] for each in told["items"]] == ["P00001", "P00002"]
    assert (told["count"], told["open"]) == (2, 1)
    first = told["items"][0]
    assert (first["users"], first["important"], first["services"]) == (31, 2, ["web", "gaming"])
    assert first["cause"]["probability"] == 0.8


def test_incidents_of_another_time_are_not_told(quiet):
    later = f"since={iso(START - 9 * HOUR_NS)}&until={iso(START)}"
    assert quiet.get(f"/api/v1/overview/incidents?{later}").json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (f"since={iso(END)}&until={iso(START)}", 422),
        ("service=vioce", 422),
        ("dimension=planet&member=x", 422),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(quiet, asked: str, status: int):
    answer = quiet.get(f"/api/v1/overview?{asked}")

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_an_empty_store_has_an_overview(client):
    told = client.get("/api/v1/overview").json()

    assert (told["uses"], told["users"]["subjects"], told["explained_share"]) == (0, 0, None)
    assert client.get("/api/v1/overview/services").json()["items"] == []
    assert client.get("/api/v1/overview/worst").json()["items"] == []
    assert client.get("/api/v1/freshness").json()["as_of"] is None


def test_freshness_follows_the_newest_use_by_the_platforms_clock(quiet, small: Small):
    newest = max(int(small.of(name, "ts").max()) for name in SERVICES_HERE)
    told = quiet.get("/api/v1/freshness").json()

    assert told["as_of"] == iso(newest - newest % 10**9).replace("Z", "+00:00")
    assert told["is_stale"]
    assert told["stale_after_s"] == 900
    assert told["lag_s"] > 900


def test_data_that_came_just_now_are_not_stale():
    now_ns = START + 5 * MINUTE_NS
    assert not told_at(START, now_ns=now_ns, after_s=900).is_stale
    assert told_at(START, now_ns=now_ns, after_s=60).is_stale
    assert told_at(now_ns + HOUR_NS, now_ns=now_ns, after_s=60).lag_s == 0.0

"""What the page of service quality reads: every number is that of the uses themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.small_store import BAD_CELL, BAD_HOUR, START, Small, build

from sentio.api.awareness import moment_of
from sentio.api.pages.services import step_minutes
from sentio.loop.platform import WAREHOUSE_FILE
from sentio.store.cube import HOUR_NS, MINUTE_NS


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / WAREHOUSE_FILE)


@pytest.fixture
def served(small: Small, tmp_path: Path, serving):
    """Serve the small store; nobody watches it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / WAREHOUSE_FILE).write_bytes(small.path.read_bytes())
    return serving(awareness_enabled=False)


@pytest.fixture
def ask(served):
    def get(path: str, since_ns: int = START, until_ns: int = START + 30 * HOUR_NS, **more):
        span = {"since": moment_of(since_ns), "until": moment_of(until_ns)}
        answer = served.get(f"/api/v1/services{path}", params={**span, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


def chosen(small: Small, since_ns: int, until_ns: int, **where: str) -> np.ndarray:
    """Tell which uses of the web lie in a time and a scope."""
    ts = small.of("web", "ts")
    found = (ts >= since_ns) & (ts < until_ns)
    for dimension, member in where.items():
        found &= np.array([each == member for each in small.of("web", dimension)])
    return found


def test_the_list_tells_each_service_as_its_uses_do(small: Small, ask):
    found = {each["service"]: each for each in ask("")["services"]}

    mos, poor = small.mos("web"), small.poor("web")
    web = found["web"]["now"]
    assert set(found) == {"gaming", "meter", "web"}
    assert web["uses"] == np.isfinite(mos).sum()
    assert web["unscored"] == np.isnan(mos).sum()
    assert web["poor"] == poor.sum()
    assert web["mos"] == pytest.approx(np.nanmean(mos), abs=1e-4)
    assert web["good_share"] == pytest.approx((mos >= 3.4).sum() / np.isfinite(mos).sum(), abs=5e-3)
    assert found["web"]["worst"]["member"] == BAD_CELL
    assert found["web"]["subject_kind"] == "user"
    assert found["meter"]["subject_kind"] == "thing"


def test_contributions_and_the_rest_add_up_to_the_change(small: Small, ask):
    hour = {"since_ns": BAD_HOUR, "until_ns": BAD_HOUR + HOUR_NS}
    found = ask("/web", **hour, compare="before")

    change = found["change"]
    parts = {each["domain"]: each["contribution"] for each in change["contributions"]}
    now = small.mos("web")[chosen(small, BAD_HOUR, BAD_HOUR + HOUR_NS)]
    before = small.mos("web")[chosen(small, BAD_HOUR - HOUR_NS, BAD_HOUR)]
    delta = np.nanmean(now) - np.nanmean(before)
    assert change["delta"] == pytest.approx(delta, abs=1e-3)
    assert sum(parts.values()) + change["rest"] == pytest.approx(change["delta"], abs=1e-9)
    assert min(parts, key=parts.__getitem__) == "core"
    assert parts["core"] == pytest.approx(-1.5, abs=1e-6)
    assert sum(found["bins"]) == found["now"]["uses"]
    assert sum(found["bins_before"]) == found["before"]["uses"]


def test_a_selection_by_two_dimensions_is_counted_from_its_uses(small: Small, ask):
    scope = {"dim": "cell", "member": BAD_CELL, "within": "device_model:D4"}
    found = ask("/web", **scope)

    here = chosen(small, START, START + 30 * HOUR_NS, cell=BAD_CELL, device_model="D4")
    mos = small.mos("web")[here]
    assert found["now"]["uses"] == np.isfinite(mos).sum()
    assert found["now"]["poor"] == small.poor("web")[here].sum()
    assert found["now"]["mos"] == pytest.approx(np.nanmean(mos), abs=1e-4)
    assert found["now"]["subjects"] == len(np.unique(small.of("web", "subject")[here]))
    assert found["loss"] is None
    assert sum(found["bins"]) == found["now"]["uses"]


def test_the_course_follows_the_uses_and_leaves_gaps(small: Small, ask):
    since_ns, until_ns = START + 2 * HOUR_NS, START + 4 * HOUR_NS
    found = ask("/web/course", since_ns=since_ns, until_ns=until_ns)

    here = chosen(small, since_ns, until_ns) & np.isfinite(small.mos("web"))
    assert found["step_s"] == 60
    assert len(found["now"]["at"]) == 120
    assert sum(found["now"]["uses"]) == here.sum()
    assert None in found["now"]["mos"]
    assert found["against"]["kind"] == "before"


@pytest.mark.parametrize(
    ("hours", "minutes"), [(1, 1), (6, 1), (24, 5), (7 * 24, 60), (30 * 24, 180)]
)
def test_a_longer_time_is_told_in_longer_steps(hours: int, minutes: int):
    assert step_minutes(hours * HOUR_NS) == minutes


def test_members_are_ranked_by_poor_uses_too_many(small: Small, ask):
    found = ask("/web/members", dimension="cell")

    worst = found["items"][0]
    here = chosen(small, START, START + 30 * HOUR_NS, cell=BAD_CELL)
    assert worst["member"] == BAD_CELL
    assert worst["poor"] == small.poor("web")[here].sum()
    assert worst["share_of_poor"] == pytest.approx(worst["poor"] / found["poor"])
    assert worst["excess_poor"] > found["items"][1]["excess_poor"]
    assert found["count"] == 6


def test_members_inside_a_member_are_those_of_its_uses(small: Small, ask):
    found = ask("/web/members", dimension="device_model", dim="cell", member=BAD_CELL)

    models = {each["member"]: each["uses"] for each in found["items"]}
    here = chosen(small, START, START + 30 * HOUR_NS, cell=BAD_CELL, device_model="A1")
    assert models["A1"] == (here & np.isfinite(small.mos("web"))).sum()
    assert sum(models.values()) == found["uses"]


def test_what_changed_names_what_rose_and_how_much_it_explains(small: Small, ask):
    hour = {"since_ns": BAD_HOUR, "until_ns": BAD_HOUR + HOUR_NS}
    found = ask("/web/changed", **hour)

    here = chosen(small, BAD_HOUR, BAD_HOUR + HOUR_NS)
    n = (here & np.isfinite(small.mos("web"))).sum()
    was = chosen(small, BAD_HOUR - HOUR_NS, BAD_HOUR)
    share = small.poor("web")[was].sum() / (was & np.isfinite(small.mos("web"))).sum()
    assert found["more"] == pytest.approx(small.poor("web")[here].sum() - n * share)
    assert found["items"], "the bad hour is bad for many"
    gaps = [each["surely_more"] for each in found["items"]]
    assert gaps == sorted(gaps, reverse=True)
    assert all(each["poor"] <= each["uses"] for each in found["items"])


def test_single_uses_come_worst_first_with_their_number(small: Small, ask):
    found = ask("/web/uses", within=f"cell:{BAD_CELL}", limit=5)

    here = chosen(small, START, START + 30 * HOUR_NS, cell=BAD_CELL)
    mos = [each["mos"] for each in found["items"]]
    assert found["count"] == here.sum()
    assert len(mos) == 5
    assert mos == sorted(mos)
    assert mos[0] == pytest.approx(np.nanmin(small.mos("web")[here]), abs=1e-6)


def test_where_nothing_was_before_nothing_is_compared(ask):
    first = ask("/web", since_ns=START, until_ns=START + 10 * MINUTE_NS)

    assert first["against"] is None
    assert first["change"] is None


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/vioce", {}, 404),
        ("/web", {"within": "cell"}, 422),
        ("/web", {"dim": "sell", "member": "x"}, 422),
        ("/web/members", {"dimension": "all"}, 422),
    ],
)
def test_what_is_not_there_is_said_in_words(served, path: str, more, status: int):
    answer = served.get(f"/api/v1/services{path}", params=more)

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_an_empty_store_has_no_services(client):
    assert client.get("/api/v1/services").json()["services"] == []

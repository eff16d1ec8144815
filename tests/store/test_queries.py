"""Every question, worked out again with numpy over the uses themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.small_store import (
    BAD_CELL,
    BAD_HOUR,
    CELLS,
    HOURS,
    SERVICES_HERE,
    START,
    USES,
    Small,
    build,
)

from sentio.store.ask import Answers
from sentio.store.cube import CUBES, DAY_NS, HOUR_NS, MINUTE_NS, MOS_BINS

END = START + HOURS * HOUR_NS
DAY_START = START + 18 * HOUR_NS  # the second day begins


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture(scope="module")
def answers(small: Small):
    with Answers(small.path) as opened:
        yield opened


def by_service(table):
    return {row["service"]: row for row in table.to_pylist()}


def test_totals_of_each_service_are_those_of_its_uses(small: Small, answers: Answers):
    totals = by_service(answers.ask("service_totals"))

    assert set(totals) == set(SERVICES_HERE)
    for service, row in totals.items():
        mos = small.mos(service)
        scored = ~np.isnan(mos)
        assert (row["n"], row["unscored"]) == (scored.sum(), (~scored).sum())
        assert row["poor"] == small.poor(service).sum()
        assert row["mos_mean"] == pytest.approx(mos[scored].mean(), abs=1e-4)
        grounded = small.of(service, "grounded")[scored]
        assert row["grounded_share"] == pytest.approx(grounded.mean())
        confidence = small.of(service, "confidence")[scored]
        assert row["confidence_mean"] == pytest.approx(confidence.mean(), abs=1e-4)


@pytest.mark.parametrize(
    ("since_ns", "until_ns"),
    [
        (START + 2 * HOUR_NS, START + 9 * HOUR_NS),
        (START + 2 * HOUR_NS + 17 * MINUTE_NS, START + 9 * HOUR_NS + 41 * MINUTE_NS),
        (START + 2 * HOUR_NS + 17 * MINUTE_NS, START + 9 * HOUR_NS),
        (START + 2 * HOUR_NS, START + 9 * HOUR_NS + 41 * MINUTE_NS),
        (START + 5 * HOUR_NS + 3 * MINUTE_NS, START + 5 * HOUR_NS + 50 * MINUTE_NS),
        (START + 5 * HOUR_NS + 43 * MINUTE_NS, START + 6 * HOUR_NS + 20 * MINUTE_NS),
        (START + 5 * HOUR_NS, START + 5 * HOUR_NS + 50 * MINUTE_NS),
        (None, START + 5 * HOUR_NS + 50 * MINUTE_NS),
        (START + 25 * HOUR_NS + MINUTE_NS, None),
    ],
    ids=["hours", "both edges", "first edge", "last edge", "inside an hour", "over an hour's end",
         "within the first hour", "no beginning", "no end"],
)  # fmt: skip
def test_a_span_holds_exactly_the_uses_of_its_minutes(
    small: Small, answers: Answers, since_ns, until_ns
):
    totals = by_service(answers.ask("service_totals", since_ns=since_ns, until_ns=until_ns))

    for service in SERVICES_HERE:
        ts = small.of(service, "ts")
        inside = (ts >= (since_ns or 0)) & (ts < (until_ns or 1 << 62))
        scored = inside & ~np.isnan(small.mos(service))
        found = totals.get(service, {"n": 0, "poor": 0})
        assert (found["n"], found["poor"]) == (
            scored.sum(),
            (small.poor(service) & inside).sum(),
        )


MOMENTS = {  # before the middle night and after it: a whole day, hour, minute, and none
    "since": (None, DAY_START, DAY_START - 7 * HOUR_NS, START + 3 * HOUR_NS + 17 * MINUTE_NS,
              DAY_START - 7 * MINUTE_NS, START + 28 * HOUR_NS),
    "until": (None, DAY_START + DAY_NS, DAY_START, DAY_START + 4 * HOUR_NS,
              DAY_START + 5 * HOUR_NS + 33 * MINUTE_NS, DAY_START + 9 * MINUTE_NS, END - MINUTE_NS),
}  # fmt: skip


@pytest.mark.parametrize("since_ns", MOMENTS["since"])
@pytest.mark.parametrize("until_ns", MOMENTS["until"])
@pytest.mark.parametrize("question", ["service_totals", "hourly_course"])
def test_days_hours_and_minutes_make_up_any_span(
    small: Small, answers: Answers, question: str, since_ns, until_ns
):
    told = answers.ask(question, since_ns=since_ns, until_ns=until_ns).to_pylist()

    ts = np.concatenate([small.of(service, "ts") for service in SERVICES_HERE])
    inside = (ts >= (since_ns or 0)) & (ts < (until_ns or 2**62))
    assert sum(row["n"] + row["unscored"] for row in told) == inside.sum()


def test_the_same_question_with_other_times_is_not_answered_from_before(answers: Answers):
    first = answers.ask("service_totals", since_ns=START, until_ns=START + HOUR_NS)
    second = answers.ask("service_totals", since_ns=START + HOUR_NS, until_ns=START + 3 * HOUR_NS)

    assert first["n"].to_pylist() != second["n"].to_pylist()


def test_the_distribution_counts_every_scored_use_once(small: Small, answers: Answers):
    rows = by_service(answers.ask("mos_distribution"))

    for service, row in rows.items():
        mos = small.mos(service)
        bins = np.array([row[name] for name in MOS_BINS])
        tenths = (np.rint(mos[~np.isnan(mos)] * 1e4).astype(int) - 10_000) // 1000
        assert bins.sum() == row["n"]
        np.testing.assert_array_equal(bins, np.bincount(np.minimum(tenths, 39), minlength=40))


def test_quantiles_are_right_to_a_bin(small: Small, answers: Answers):
    rows = by_service(answers.ask("mos_distribution"))

    for service, row in rows.items():
        mos = small.mos(service)
        for name, share in (("mos_p10", 0.1), ("mos_p50", 0.5), ("mos_p90", 0.9)):
            exact = np.quantile(mos[~np.isnan(mos)], share, method="inverted_cdf")
            assert abs(row[name] - exact) <= 0.1


def test_the_course_has_one_row_an_hour_and_adds_up(small: Small, answers: Answers):
    course = answers.ask("hourly_course", service="web")

    hours = course["hour"].to_numpy()
    assert (hours % HOUR_NS == 0).all()
    assert len(np.unique(hours)) == len(hours)
    assert course["n"].to_numpy().sum() == (~np.isnan(small.mos("web"))).sum()
    assert set(course["service"].to_pylist()) == {"web"}


def test_drivers_add_the_loss_of_each_domain(answers: Answers):
    row = by_service(answers.ask("drivers"))["gaming"]

    assert row["loss_ran_e4"] > row["loss_core_e4"] > 0
    assert row["loss_edge_e4"] == 0


def test_a_subject_of_two_services_counts_once(small: Small, answers: Answers):
    exact = answers.ask("subjects_counted", services=("gaming", "web"), poor_below=(3.0, 2.5))
    estimated = answers.ask("subjects_together", services=("gaming", "web"))

    people = np.unique(np.concatenate([small.of(s, "subject") for s in ("gaming", "web")]))
    unlucky = np.unique(
        np.concatenate([small.of(s, "subject")[small.poor(s)] for s in ("gaming", "web")])
    )
    assert exact.to_pylist() == [{"subjects": len(people), "poor_subjects": len(unlucky)}]
    assert estimated["subjects"][0].as_py() == pytest.approx(len(people), rel=0.3)


def test_subjects_are_estimated_per_service(small: Small, answers: Answers):
    for service, row in by_service(answers.ask("subjects_by_service")).items():
        people = len(np.unique(small.of(service, "subject")))
        assert row["subjects"] == pytest.approx(people, rel=0.3)
        assert 0 < row["poor_subjects"] <= row["subjects"]


def test_the_worst_cell_is_the_one_that_is_bad(answers: Answers):
    worst = answers.ask("worst_members", dimension="cell", limit=2)

    first = [row for row in worst.to_pylist() if row["place"] == 1]
    assert {row["service"] for row in first} == set(SERVICES_HERE)
    assert {row["member"] for row in first} == {BAD_CELL}
    assert all(row["poor_share_low"] < row["poor_share"] for row in first)


def test_wilson_lower_bound_matches_the_published_formula(answers: Answers):
    row = answers.ask("worst_members", service="web", limit=1).to_pylist()[0]

    share, n, z = row["poor"] / row["n"], row["n"], 1.6448536269514722
    root = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = (share + z * z / (2 * n) - root) / (1 + z * z / n)
    assert row["poor_share_low"] == pytest.approx(low, rel=1e-12)


def test_a_member_with_few_uses_does_not_shout(answers: Answers):
    everyone = answers.ask("worst_members", least_n=1, limit=100)
    many = answers.ask("worst_members", least_n=90, limit=100)

    assert min(everyone["n"].to_pylist()) < 90
    assert min(many["n"].to_pylist()) >= 90


def test_the_worst_hour_is_the_one_that_is_bad(answers: Answers):
    worst = answers.ask("worst_hours", least_n=5, limit=1)

    assert set(worst["hour"].to_pylist()) == {BAD_HOUR}
    assert all(row["loss_core_e4"] > row["loss_device_e4"] for row in worst.to_pylist())


def test_members_add_up_to_the_uses_that_have_one(small: Small, answers: Answers):
    totals = answers.ask("member_totals", dimension="cell")

    known = sum(
        ((~np.isnan(small.mos(s))) & (small.of(s, "cell") != None)).sum()  # noqa: E711
        for s in SERVICES_HERE
    )
    assert totals["member"].to_pylist() == sorted(CELLS)
    assert totals["n"].to_numpy().sum() == known


def test_details_of_a_member_are_told_per_service(answers: Answers):
    rows = answers.ask("member_details", members=(BAD_CELL, "no-such-cell")).to_pylist()

    assert [row["service"] for row in rows] == sorted(SERVICES_HERE)
    assert all(row["loss_ran_e4"] > row["loss_core_e4"] for row in rows)


def test_a_heat_map_holds_only_the_members_asked_for(answers: Answers):
    rows = answers.ask("member_hours", members=("cell-1", BAD_CELL), service="gaming")

    assert set(rows["member"].to_pylist()) == {"cell-1", BAD_CELL}
    assert (rows["hour"].to_numpy() % HOUR_NS == 0).all()


def test_a_history_has_all_uses_of_a_subject_latest_first(small: Small, answers: Answers):
    subject = int(small.of("web", "subject")[0])

    history = answers.ask("subject_history", subject=subject)

    wanted = sum((small.of(s, "subject") == subject).sum() for s in SERVICES_HERE)
    ts = history["ts"].to_numpy()
    assert len(history) == wanted
    assert (np.diff(ts) <= 0).all()
    assert len(set(history["service"].to_pylist())) == 2


def test_a_history_of_one_day_has_that_day_only(small: Small, answers: Answers):
    subject = int(small.of("web", "subject")[0])
    midnight = START - START % DAY_NS + DAY_NS

    history = answers.ask("subject_history", subject=subject, since_ns=midnight)

    wanted = sum(
        ((small.of(s, "subject") == subject) & (small.of(s, "ts") >= midnight)).sum()
        for s in SERVICES_HERE
    )
    assert len(history) == wanted
    assert all(ts >= midnight for ts in history["ts"].to_pylist())


def test_latest_uses_of_a_cell_are_the_latest(small: Small, answers: Answers):
    found = answers.ask("latest_uses", dimension="cell", member="cell-1", limit=5)

    every = np.sort(
        np.concatenate([small.of(s, "ts")[small.of(s, "cell") == "cell-1"] for s in SERVICES_HERE])
    )
    assert found["ts"].to_pylist() == every[::-1][:5].tolist()


def test_one_subject_in_many_comes_with_all_its_uses(small: Small, answers: Answers):
    found = answers.ask("uses_of_some", one_in=3)

    people = set(found["subject"].to_pylist())
    assert all(person % 3 == 0 for person in people)
    wanted = sum(np.isin(small.of(s, "subject"), list(people)).sum() for s in SERVICES_HERE)
    assert len(found) == wanted > 0


def test_uses_are_exposed_with_a_score_only(small: Small, answers: Answers):
    found = answers.ask("exposed_uses", services=("web",))

    assert found["mos"].null_count == 0
    assert len(found) == (~np.isnan(small.mos("web"))).sum()


def test_missing_inputs_are_counted_by_mask(small: Small, answers: Answers):
    rows = answers.ask("missing_inputs", services=("meter",)).to_pylist()

    assert sum(row["n"] for row in rows) == USES
    for row in rows:
        assert row["n"] == (small.of("meter", "missing") == row["missing"]).sum()
        assert row["has_score"] == (row["missing"] != 1)


def test_an_element_stands_where_it_was_seen_last(answers: Answers):
    places = {row["element"]: row for row in answers.ask("element_positions").to_pylist()}

    assert set(places) == set(CELLS[:4])
    assert places["cell-1"]["longitude_deg"] == 10.5
    assert places[BAD_CELL]["longitude_deg"] == 11.0


def test_other_places_are_the_median_of_the_uses(answers: Answers):
    places = {row["member"]: row for row in answers.ask("median_positions").to_pylist()}

    assert places["cell-6"]["longitude_deg"] == pytest.approx(10.06)
    assert places["cell-6"]["latitude_deg"] == pytest.approx(50.12)


def test_one_subject_in_many_gives_fewer_uses_in_the_same_place(answers: Answers):
    whole = answers.ask("median_positions", dimension="cell")
    part = answers.ask("median_positions", dimension="cell", one_in=4)

    assert part["n"].to_numpy().sum() < whole["n"].to_numpy().sum()
    assert set(part["longitude_deg"].to_pylist()) <= set(whole["longitude_deg"].to_pylist())


def test_quality_of_sources_is_told_in_shares(answers: Answers):
    north, south = answers.ask("source_quality").to_pylist()

    assert (north["source"], south["source"]) == ("north", "south")
    assert north["complete_share"] == pytest.approx(0.8)
    assert south["duplicates"] == 2
    assert north["valid_share"] == pytest.approx(north["rows_kept"] / north["rows_read"])


def test_rejected_rows_are_counted_by_reason(answers: Answers):
    rows = answers.ask("dead_letters").to_pylist()

    found = {(row["source"], row["reason"]): row["rows"] for row in rows}
    assert found["north", "bad_time"] == 2
    assert found["south", "not_a_number"] == 1
    assert all(row["replayed"] == 0 for row in rows)


def test_contents_tell_rows_and_times(small: Small, answers: Answers):
    rows = {row["family"]: row for row in answers.ask("contents").to_pylist()}

    assert rows["experience_web"]["rows"] == USES
    assert rows["experience_web"]["first_ts"] == small.of("web", "ts").min()
    assert rows["element"]["rows"] == 5


def test_commits_are_counted_by_source(answers: Answers):
    rows = answers.ask("commits").to_pylist()

    assert [(row["source"], row["commits"]) for row in rows] == [("north", 1), ("south", 1)]


def test_merging_the_cube_changes_no_answer(tmp_path: Path):
    from sentio.store.warehouse import Warehouse

    small = build(tmp_path / "again.duckdb")
    questions = ("service_totals", "hourly_course", "worst_members", "subjects_by_service")

    with Warehouse(small.path) as warehouse:
        answers = Answers(warehouse)
        before = [answers.ask(name) for name in questions]
        warehouse.merge_cube()
        after = [answers.ask(name) for name in questions]
        keys = "SELECT count(*), count(DISTINCT (ts, service, dimension, member)) FROM "
        rows = [warehouse.con.execute(keys + cube).fetchone() for cube in CUBES]

    assert before == after
    assert all(count == distinct for count, distinct in rows)

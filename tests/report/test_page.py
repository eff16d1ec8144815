"""The values of the report: each is the answer to a question, or follows from one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from tests.small_store import BAD_CELL, BAD_HOUR, CELLS, HOURS, SERVICES_HERE, START, Small, build

from sentio.kernel.errors import UnknownName
from sentio.report import build_page
from sentio.report.headline import headline, summary
from sentio.report.page import ReportPage
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS, MOS_BINS
from sentio.store.warehouse import Warehouse

NOW = START + 3 * 24 * HOUR_NS


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture(scope="module")
def answers(small: Small):
    with Answers(small.path) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(answers: Answers) -> ReportPage:
    return build_page(answers, now_ns=NOW)


def part_of(page: ReportPage, service: str):
    return next(part for part in page.services if part.name == service)


def test_every_service_has_its_part(page: ReportPage):
    assert [part.name for part in page.services] == list(SERVICES_HERE)
    assert part_of(page, "web").title == "Web browsing"
    assert part_of(page, "meter").subject_kind == "thing"


def test_totals_are_those_of_the_question(page: ReportPage, answers: Answers):
    for row in answers.ask("service_totals").to_pylist():
        part = part_of(page, row["service"])

        assert (part.n, part.poor, part.unscored) == (row["n"], row["poor"], row["unscored"])
        assert part.mos_mean == row["mos_mean"]
        assert part.grounded_share == row["grounded_share"]


def test_bins_are_those_of_the_question(page: ReportPage, answers: Answers):
    for row in answers.ask("mos_distribution").to_pylist():
        assert part_of(page, row["service"]).bins == tuple(row[name] for name in MOS_BINS)


def test_the_course_holds_every_use_once(page: ReportPage):
    for part in page.services:
        assert sum(step.n for step in part.course) == part.n
        assert sum(step.poor for step in part.course) == part.poor


def test_users_and_things_are_counted_exactly_while_they_are_few(small: Small, page: ReportPage):
    users = np.unique(np.concatenate([small.of(s, "subject") for s in ("gaming", "web")]))
    crowd = {crowd.subject_kind: crowd for crowd in page.crowds}

    assert page.are_subjects_exact
    assert crowd["user"].subjects == len(users)
    assert crowd["thing"].subjects == len(np.unique(small.of("meter", "subject")))


def test_losses_are_shares_of_one_whole(page: ReportPage):
    for part in page.services:
        assert sum(loss.share for loss in part.losses) == pytest.approx(1.0)
        assert part.losses[0].domain == "ran"


def test_the_worst_cell_and_hour_stand_first(page: ReportPage):
    for part in page.services:
        cells = next(group for group in part.worst if group.dimension == "cell")

        assert cells.rows[0].name == BAD_CELL
        assert cells.rows[0].main_domain == "ran"


def test_the_heat_map_shows_the_worst_in_order(page: ReportPage, answers: Answers):
    heat = part_of(page, "web").heat
    assert heat is not None
    rows = answers.ask("member_hours", members=heat.members, service="web").to_pylist()

    assert heat.members[0] == BAD_CELL
    held = {(row["member"], row["hour"]): row["n"] for row in rows if row["n"]}
    shown = {
        (member, hour): value[1]
        for member, values in zip(heat.members, heat.values, strict=True)
        for hour, value in zip(heat.hours_ns, values, strict=True)
        if value
    }
    assert shown == held


def test_missing_inputs_are_named(small: Small, page: ReportPage):
    part = part_of(page, "meter")
    masks = small.of("meter", "missing")

    found = {missing.name: missing.n for missing in part.missing}
    names = ["message_latency_ms", "lost_count", "message_count"]
    for bit, name in enumerate(names):
        assert found.get(name, 0) == (masks >> bit & 1).sum()


def test_places_come_from_the_topology_and_else_from_uses(page: ReportPage):
    places = {place.member: place for place in page.places}

    assert page.place_dimension == "cell"
    assert set(places) == set(CELLS)
    assert places["cell-1"].longitude_deg == 10.5
    assert places["cell-1"].is_from_topology
    assert not places["cell-6"].is_from_topology
    assert places["cell-6"].longitude_deg == pytest.approx(10.06)


def test_sources_tell_their_age(page: ReportPage):
    north = page.sources[0]

    assert north.source == "north"
    assert north.age_s == pytest.approx((NOW - north.last_ts) / 1e9)
    assert north.complete_share == pytest.approx(0.8)


def test_rejected_rows_say_what_the_reason_means(page: ReportPage):
    first = page.rejected[0]

    assert (first.reason, first.rows) == ("bad_time", 2)
    assert "time" in first.meaning


def test_the_index_counts_every_subject_once(small: Small, page: ReportPage):
    everyone = np.unique(np.concatenate([small.of(s, "subject") for s in SERVICES_HERE]))

    assert page.index is not None
    assert sum(page.index.bins) == page.index.subjects <= len(everyone)
    assert page.index.p10 <= page.index.median


def test_the_headline_says_how_many_what_where_when_and_why(page: ReportPage):
    said = headline(page)
    n, poor = sum(p.n for p in page.services), sum(p.poor for p in page.services)

    assert said[0] == f"{100 * (n - poor) / n:.1f} % of {n:,} uses were good."
    assert "users" in said[1]
    assert "things" in said[1]
    worst = max(page.services, key=lambda part: part.poor / part.n)
    assert f"Worst is {worst.title}" in said[2]
    assert BAD_CELL in said[2]
    assert "the radio access explains" in said[2]


def test_a_service_of_its_own_has_no_other(answers: Answers):
    page = build_page(answers, now_ns=NOW, services=("web",))

    assert [part.name for part in page.services] == ["web"]
    assert [crowd.subject_kind for crowd in page.crowds] == ["user"]


def test_a_span_shows_nothing_outside_it(answers: Answers):
    since, until = START + 4 * HOUR_NS, START + 8 * HOUR_NS

    page = build_page(answers, now_ns=NOW, since_ns=since, until_ns=until)

    hours = [step.hour_ns for part in page.services for step in part.course]
    assert min(hours) >= since
    assert max(hours) < until
    totals = answers.ask("service_totals", since_ns=since, until_ns=until).to_pylist()
    assert [part.n for part in page.services] == [row["n"] for row in totals]


def test_the_bad_hour_is_told_when_it_is_asked_about(answers: Answers):
    page = build_page(
        answers, now_ns=NOW, since_ns=BAD_HOUR - 6 * HOUR_NS, until_ns=BAD_HOUR + 4 * HOUR_NS
    )

    for part in page.services:
        assert part.n
        assert summary(part, page.times).startswith(f"{part.poor} of {part.n} uses were poor")


def test_an_unknown_service_is_refused(answers: Answers):
    with pytest.raises(UnknownName, match="web"):
        build_page(answers, now_ns=NOW, services=("webb",))


def test_nothing_in_the_span_is_no_part(answers: Answers):
    page = build_page(answers, now_ns=NOW, since_ns=START + HOURS * HOUR_NS + 24 * HOUR_NS)

    assert page.services == ()
    assert headline(page) == []


def test_an_empty_store_is_a_page_without_parts(tmp_path: Path):
    Warehouse(tmp_path / "empty.duckdb").close()

    with Answers(tmp_path / "empty.duckdb") as answers:
        page = build_page(answers, now_ns=NOW)

    assert page.services == ()
    assert page.since_ns is None


def test_the_page_is_made_of_plain_values(page: ReportPage):
    import orjson

    told = orjson.loads(orjson.dumps(asdict(page)))

    assert told["services"][0]["n"] == page.services[0].n


def test_a_span_never_ends_before_it_begins(answers: Answers):
    late = build_page(answers, now_ns=NOW, since_ns=NOW + HOUR_NS)
    early = build_page(answers, now_ns=NOW, until_ns=START - HOUR_NS)

    assert late.since_ns == late.until_ns == NOW + HOUR_NS
    assert early.since_ns == early.until_ns == START - HOUR_NS
    assert late.data_as_of_ns == early.data_as_of_ns

"""Asking a warehouse: what is compiled once, what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.small_store import SERVICES_HERE, START, Small, build

from sentio.kernel.errors import RefusedError, SentioError, StoreError, UnknownName
from sentio.store.ask import Answers
from sentio.store.compiled import _compiled, prepare
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.facts import DAY_NS, partitions
from sentio.store.families import Days
from sentio.store.queries import QUESTIONS
from sentio.store.queries.derive import quantile
from sentio.store.warehouse import Warehouse


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture
def answers(small: Small):
    with Answers(small.path) as opened:
        yield opened


def test_services_are_those_with_facts(answers: Answers):
    assert answers.services() == SERVICES_HERE


def test_a_new_subject_costs_no_new_compilation(small: Small, answers: Answers):
    people = np.unique(small.of("web", "subject"))[:5]
    answers.ask("subject_history", subject=int(people[0]))
    before = _compiled.cache_info().misses

    found = [answers.ask("subject_history", subject=int(person)) for person in people]

    assert _compiled.cache_info().misses == before
    assert [set(each["subject"].to_pylist()) for each in found] == [{int(p)} for p in people]


def test_a_moving_window_costs_no_new_compilation(answers: Answers):
    def ask(minute: int):
        since = START + minute * MINUTE_NS
        return answers.ask("service_totals", since_ns=since, until_ns=since + 3 * HOUR_NS)

    ask(7)
    before = _compiled.cache_info().misses
    for minute in (8, 9, 31, 59):
        ask(minute)

    assert _compiled.cache_info().misses == before


def test_a_name_like_sql_is_only_a_name(answers: Answers):
    found = answers.ask("latest_uses", member="x' OR '1'='1")

    assert found.num_rows == 0


def test_a_history_of_one_day_reads_the_tables_of_that_day_only(small: Small):
    midnight = START - START % DAY_NS + DAY_NS
    with Warehouse(small.path, mode="read") as warehouse:
        head = Days().head(warehouse.con, ("experience",), {"since_ns": midnight})

    assert '"experience_web_20261122"' in head
    assert "20261121" not in head


def test_a_question_about_one_service_reads_its_tables_only(small: Small):
    with Warehouse(small.path, mode="read") as warehouse:
        head = Days().head(warehouse.con, ("experience",), {"services": ("web",)})

    assert "experience_web" in head
    assert "experience_gaming" not in head


def test_only_values_that_the_sql_names_are_bound():
    question = QUESTIONS["service_totals"]

    plan, bound = prepare(question, {"since_ns": START, "until_ns": START + HOUR_NS})

    assert all(f"${name}" in plan.sql for name in bound)
    assert str(START) not in plan.sql


def test_answers_have_the_types_that_every_engine_gives(answers: Answers):
    totals = answers.ask("service_totals")

    assert {str(field.type) for field in totals.schema} == {"string", "int64", "double"}


def test_an_unknown_question_names_the_nearest(answers: Answers):
    with pytest.raises(UnknownName, match="worst_members"):
        answers.ask("worst_member")


def test_an_unknown_parameter_names_the_nearest(answers: Answers):
    with pytest.raises(UnknownName, match="dimension"):
        answers.ask("worst_members", dimensions="cell")


def test_an_unknown_service_is_refused_by_name(answers: Answers):
    with pytest.raises(UnknownName, match="web"):
        answers.ask("missing_inputs", services=("wbe",))


def test_no_store_is_told_with_what_to_do(tmp_path: Path):
    with pytest.raises(StoreError, match="sentio ingest"):
        Answers(tmp_path / "absent.duckdb")


def test_an_empty_store_answers_with_nothing(tmp_path: Path):
    Warehouse(tmp_path / "empty.duckdb").close()

    with Answers(tmp_path / "empty.duckdb") as answers:
        assert answers.services() == ()
        assert answers.ask("service_totals").num_rows == 0
        assert answers.ask("element_positions").num_rows == 0
        assert answers.ask("latest_uses", member="cell-1").num_rows == 0
        with pytest.raises(StoreError, match="no experience"):
            answers.ask("subjects_together")


def test_a_warehouse_that_is_being_written_can_be_asked(tmp_path: Path):
    small = build(tmp_path / "live.duckdb")

    with Warehouse(small.path) as warehouse:
        answers = Answers(warehouse)
        with warehouse.transaction() as con:
            con.execute("DELETE FROM cube_day")
            assert answers.ask("service_totals").num_rows == len(SERVICES_HERE)
        answers.close()
        assert warehouse.about("release") is not None
        assert answers.ask("service_totals").num_rows == 0


def test_columns_that_a_day_never_filled_read_as_null(answers: Answers):
    uses = answers.ask("latest_uses", member="cell-1")

    assert uses["slice"].null_count == uses.num_rows
    assert uses["upf"].null_count == uses.num_rows


def test_sql_reads_the_views(answers: Answers):
    table = answers.sql("SELECT count(*) AS n FROM experience_web")

    assert table.to_pylist() == [{"n": 700}]


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM cube_hour",
        "SELECT 1; SELECT 2",
        "COPY cube_hour TO 'x.csv'",
        "SET threads = 1",
        "ATTACH 'x.db'",
        "PRAGMA database_size; DROP VIEW experience_web",
    ],
)
def test_sql_that_is_not_one_select_is_refused(answers: Answers, text: str):
    with pytest.raises(RefusedError, match="reading"):
        answers.sql(text)


def test_sql_cannot_read_files(answers: Answers, tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")

    with pytest.raises(StoreError, match="disabled"):
        answers.sql(f"SELECT * FROM read_csv('{secret}')")


def test_sql_cannot_see_variables_of_the_program(answers: Answers):
    from pyarrow import table

    hidden = table({"a": [1]})
    assert hidden.num_rows

    with pytest.raises(StoreError, match="hidden"):
        answers.sql("SELECT * FROM hidden")


def test_wrong_sql_is_told_in_the_words_of_the_engine(answers: Answers):
    with pytest.raises(StoreError, match="nowhere"):
        answers.sql("SELECT * FROM nowhere")


def test_a_writer_goes_on_after_sql_was_asked(tmp_path: Path):
    small = build(tmp_path / "live.duckdb")

    with Warehouse(small.path) as warehouse:
        Answers(warehouse).sql("SELECT 1")
        warehouse.merge_cube()
        assert partitions(warehouse.con)


def test_parameters_are_read_from_text():
    given = QUESTIONS["worst_members"].read({"limit": "5", "dimension": "app"})

    assert given == {"limit": 5, "dimension": "app"}


def test_a_list_of_names_is_read_at_the_commas():
    question = QUESTIONS["subjects_counted"]

    given = question.read({"services": "web, gaming", "poor_below": "2.5,3"})

    assert given == {"services": ("web", "gaming"), "poor_below": (2.5, 3.0)}


def test_a_number_that_is_none_is_told():
    with pytest.raises(SentioError, match="'many' is not a whole number"):
        QUESTIONS["worst_members"].read({"limit": "many"})


def test_every_question_says_what_it_answers():
    for question in QUESTIONS.values():
        assert question.meaning.endswith(".")
        assert len(question.meaning) < 100


def test_a_quantile_of_no_uses_is_unknown():
    assert np.isnan(quantile(np.zeros((1, 40), dtype=np.int64), 0.5)).all()


def test_quantiles_of_an_even_spread_are_even():
    bins = np.full((1, 40), 10, dtype=np.int64)

    assert quantile(bins, 0.1)[0] == pytest.approx(1.4)
    assert quantile(bins, 0.5)[0] == pytest.approx(3.0)
    assert quantile(bins, 0.9)[0] == pytest.approx(4.6)


def test_names_that_need_not_be_given_are_read_as_a_list_as_well():
    from sentio.store.queries import QUESTIONS

    read = QUESTIONS["latest_uses"].read({"services": "gaming,web", "member": "cell-1"})

    assert read == {"services": ("gaming", "web"), "member": "cell-1"}

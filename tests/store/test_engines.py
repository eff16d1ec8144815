"""One question, two engines: DuckDB and Spark give the same answer, to the last bit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.small_store import BAD_CELL, SERVICES_HERE, START, Small, build

from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.queries import QUESTIONS
from sentio.store.queries.schemas import MEASURED
from sentio.store.queries.uses import experience

pytestmark = [pytest.mark.spark, pytest.mark.slow]

EDGE_NS = START + 2 * HOUR_NS + 17 * MINUTE_NS
SPAN = {"since_ns": EDGE_NS, "until_ns": START + 9 * HOUR_NS + 41 * MINUTE_NS}
NARROWED = {
    "services": ("gaming", "web"),
    "poor_below": (3.0, 2.5),
    "narrow": ("app",),
    "members": ("maps",),
}
ASKED: dict[str, list[dict[str, object]]] = {
    "service_totals": [{}, SPAN, {"dimension": "cell", "member": BAD_CELL}],
    "mos_distribution": [{}, {"service": "web", **SPAN}],
    "hourly_course": [
        {},
        {"step_hours": 6},
        {"service": "web", "dimension": "app", "member": "maps"},
    ],
    "drivers": [{}, SPAN],
    "subjects_by_service": [{}, SPAN],
    "subjects_together": [{"services": ("gaming", "web")}],
    "subjects_counted": [
        {"services": ("gaming", "web"), "poor_below": (3.0, 2.5)},
        {"services": ("meter",), **SPAN},
    ],
    "groups_counted": [
        {"services": ("gaming", "web"), "dimension": "device_model"},
        {"services": ("web",), "dimension": "app", "least_subjects": 30, **SPAN},
    ],
    "member_totals": [{}, {"dimension": "app", "service": "web", **SPAN}],
    "member_details": [{"members": ("cell-1", BAD_CELL)}],
    "worst_members": [{}, {"dimension": "device_model", "least_n": 1, "limit": 3, **SPAN}],
    "worst_together": [{"least_n": 1}, {"least_n": 1, "limit": 1}],
    "service_steps": [{"step_minutes": 120}, {"dimension": "cell", "member": "cell-1", **SPAN}],
    "narrowed_steps": [{**NARROWED, "step_minutes": 15}, {**NARROWED, **SPAN}],
    "narrowed_members": [NARROWED, {**NARROWED, "dimension": "gnb", **SPAN}],
    "narrowed_worst": [{**NARROWED, "least_n": 1}],
    "subjects_faring": [
        {"services": SERVICES_HERE, "things": ("meter",)},
        {"services": ("web",), "by": "service", "one_in": 2, **SPAN},
    ],
    "worst_hours": [{"least_n": 1}, {"dimension": "gnb", "member": "gnb-1", "least_n": 1, **SPAN}],
    "member_hours": [{"members": ("cell-1", BAD_CELL)}, {"members": ("cell-1",), **SPAN}],
    "subject_history": [{}, SPAN],
    "latest_uses": [{"member": BAD_CELL, "limit": 7}, {"dimension": "app", "member": "maps"}],
    "uses_of_some": [{}, {"one_in": 3, "services": ("web",), **SPAN}],
    "exposed_uses": [{}, {"one_in": 3, "services": ("web",), **SPAN}],
    "missing_inputs": [{}, {"services": ("meter",), **SPAN}],
    "service_course": [{"service": "web"}, {"step_minutes": 60, **SPAN}],
    "members_of_all": [{"service": "web"}, {"service": "meter", **SPAN}],
    "totals_within": [
        {"services": ("gaming", "web"), "poor_below": (3.0, 2.5)},
        {"services": ("web",), "within": ("cell", "app"), "members": (BAD_CELL, "maps")},
    ],
    "bins_within": [{"services": ("web",), "within": ("cell",), "members": ("cell-1",), **SPAN}],
    "course_within": [{"services": ("web",), "step_minutes": 15, **SPAN}],
    "members_within": [{"services": ("web",), "dimension": "app", **SPAN}],
    "uses_within": [{"services": ("web",), "order": "worst", "limit": 7, **SPAN}],
    "element_positions": [{}, {"element_kind": "cell"}, {"element_kind": "router"}],
    "median_positions": [{}, {"dimension": "gnb", "one_in": 3}],
    "period_totals": [{}, {"step_minutes": 15, **SPAN}],
    "period_distributions": [{}, {"step_minutes": 15, **SPAN}],
    "next_uses": [{}, {"since_ns": START + 5 * HOUR_NS}],
    "elements_known": [{}],
    "links_known": [{}],
    "members_known": [{}, {"dimension": "cell", "members": ("cell-1", BAD_CELL), **SPAN}],
    "member_sums": [{}, {"totals": ("n", "poor"), "service": "web", **SPAN}],
    "member_course": [
        {"totals": ("n", "mos_sum_e4"), "dimension": "cell", **SPAN},
        {"step_minutes": 60},
    ],
    "indicator_course": [
        {"indicator": "snr_db", "dimension": "cell"},
        {"indicator": "snr_db", "services": ("web",), **SPAN},
    ],
    "source_quality": [{}],
    "dead_letters": [{}],
    "dead_letter_samples": [{}],
    "contents": [{}],
    "commits": [{}],
}
CASES = [(name, given) for name, asked in ASKED.items() for given in asked]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture(scope="module")
def exported(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every table and view as Parquet, as an export to a lake would."""
    folder = tmp_path_factory.mktemp("lake")
    with Answers(small.path) as answers:
        known = answers.sql(
            "SELECT table_name FROM information_schema.tables WHERE table_name NOT LIKE '%_2026%'"
        )
        for name in known["table_name"].to_pylist():
            pq.write_table(answers.sql(f'SELECT * FROM "{name}"'), folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="module")
def spark_tables(exported: Path, tmp_path_factory: pytest.TempPathFactory):
    session = spark_session(tmp_path_factory.mktemp("spark"))
    try:
        con = ibis.pyspark.connect(session)
        for path in sorted(exported.glob("*.parquet")):
            session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
        tables = {path.stem: con.table(path.stem) for path in exported.glob("*.parquet")}
        uses = {name: tables[f"experience_{name}"] for name in SERVICES_HERE}
        yield {**tables, "experience": experience(uses), "measured": experience(uses, MEASURED)}
    finally:
        session.stop()


def spark_session(folder: Path):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java and there is none: install a JRE 17 to compare the engines")
    sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
    }
    builder = sql.SparkSession.builder.master("local[2]").appName("sentio-tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def test_every_question_is_compared():
    assert set(ASKED) == set(QUESTIONS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("name", "given"), CASES, ids=[name for name, _ in CASES])
def test_both_engines_give_the_same_answer(small: Small, spark_tables, name: str, given: dict):
    question = QUESTIONS[name]
    if name == "subject_history":
        given = {"subject": int(small.of("web", "subject")[0]), **given}
    with Answers(small.path) as answers:
        on_duckdb = answers.ask(name, **given)

    on_spark = question.ask(spark_tables, **given).to_pyarrow()
    on_spark = question.finish(on_spark) if question.finish else on_spark

    assert on_spark.schema.names == on_duckdb.schema.names
    assert [str(f.type) for f in on_spark.schema] == [str(f.type) for f in on_duckdb.schema]
    assert in_order(on_spark) == in_order(on_duckdb)
    is_empty = given.get("element_kind") == "router" or name == "indicator_course"
    expected_rows = 0 if is_empty else 1  # these uses tell no indicators
    assert on_duckdb.num_rows >= expected_rows


def in_order(table: pa.Table) -> list[tuple[str, ...]]:
    """Sort rows by what they print as: repr of a float is exact."""
    return sorted(tuple(map(repr, row.values())) for row in table.to_pylist())

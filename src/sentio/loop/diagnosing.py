"""Diagnoses of what the loop follows: measurements, events and impact are asked of the store."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import duckdb
import pyarrow as pa

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import candidates
from sentio.analysis.measured import Log, Measured
from sentio.analysis.telling_causes import SURE_ENOUGH, sentence
from sentio.loop.alarm_learning import AlarmLearning
from sentio.loop.correlating import alarms_below, alarms_of, complaints_of
from sentio.loop.data_causes import trusted, with_data
from sentio.loop.explaining import case_of
from sentio.loop.impact import impact_of
from sentio.loop.live import Explain, Live
from sentio.loop.looking import Following
from sentio.model.diagnosis import Diagnosis, Hypothesis
from sentio.store.warehouse import Warehouse

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
LEARN_NS = 14 * DAY_NS  # of an element's measurements
LOG_NS = 3 * DAY_NS
REJECTED_BELOW = 0.05
MEASURED = ("ts", "element", "indicator", "value")
EVENTS = ("ts", "end_ts", "event_kind", "element", "title", "severity", "attributes")


def diagnoser(warehouse: Warehouse, live: Live) -> Explain:
    """Make what explains the degradations of a loop over a store."""
    learning = AlarmLearning()

    def diagnose(one: Following, now_ns: int) -> Diagnosis | None:
        return _diagnosis(warehouse, live, learning, one, now_ns)

    return diagnose


def _diagnosis(
    warehouse: Warehouse, live: Live, learning: AlarmLearning, one: Following, now_ns: int
) -> Diagnosis:
    watching = live.watching
    topology = watching.watch.book.topology
    case = case_of(one, watching)
    elements = {each.element for each in candidates(case, topology)}
    con = warehouse.con.cursor()
    measured, log = Measured(), Log()
    told = _facts(con, "measurement", MEASURED, elements, now_ns - LEARN_NS, now_ns)
    for rows in _by_time(trusted(told, live.data_faults.wrong_counters())):
        measured.learn(rows)
    log.add(_facts(con, "event", EVENTS, elements, now_ns - LOG_NS, now_ns))
    symptoms = learning.symptoms(partial(alarms_of, con), topology, one.told, now_ns=now_ns)
    sources = Sources(topology=topology, measured=measured, log=log, symptoms=symptoms)
    causes = with_data(explain(case, sources, until_ns=now_ns), live, one.told, now_ns)
    one.causes = causes
    impact = impact_of(warehouse, live, one, now_ns)
    abstains = not causes or causes[0].probability < SURE_ENOUGH
    first = None if abstains else causes[0]
    below = alarms_below(con, first, topology, one.told, now_ns)
    complaints = complaints_of(con, one.told, one.subjects, now_ns)
    return Diagnosis(
        degradation=one.told.id,
        made_ns=now_ns,
        sentence=sentence(one.told, causes, impact, complaints),
        hypotheses=tuple(h for h in causes if h.probability >= REJECTED_BELOW) or tuple(causes[:1]),
        rejected=tuple(h for h in causes if h.probability < REJECTED_BELOW),
        abstains=abstains,
        impact=impact,
        correlated_events=(*_correlated(causes), *below),
        complaints=complaints,
        usual_granularity_s=granularity_s(causes, measured),
    )


def granularity_s(causes: Iterable[Hypothesis], measured: Measured) -> dict[str, int]:
    """Tell how often the elements that may be the cause report of themselves."""
    every = {each.element: measured.granularity_ns(each.element) for each in causes}
    return {name: round(gap_ns / SECOND_NS) for name, gap_ns in every.items() if gap_ns}


def _facts(
    con: duckdb.DuckDBPyConnection,
    family: str,
    columns: tuple[str, ...],
    elements: Iterable[str],
    since_ns: int,
    until_ns: int,
) -> pa.RecordBatch:
    """Read an element's facts of a window, in order of time; none where the family has no table.

    A work that is not over then belongs to it, however long before it was announced.
    """
    wanted = sorted(elements)
    marks = ", ".join("?" * len(wanted)) or "NULL"
    is_work = (
        "event_kind = 'planned_work' AND end_ts >= ?" if "event_kind" in columns else "ts >= ?"
    )
    try:
        table = con.execute(
            f'SELECT {", ".join(columns)} FROM "{family}" '
            f"WHERE element IN ({marks}) AND (ts >= ? OR {is_work}) AND ts < ? ORDER BY ts",
            [*wanted, since_ns, since_ns, until_ns],
        ).to_arrow_table()
    except duckdb.CatalogException:
        return pa.RecordBatch.from_pylist([], pa.schema([(c, pa.string()) for c in columns]))
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


def _by_time(rows: pa.RecordBatch) -> Iterable[pa.RecordBatch]:
    """Cut measurements, which are in order, into their periods."""
    if not rows.num_rows:
        return
    ts = rows.column("ts").to_pylist()
    first = 0
    for i in range(1, len(ts) + 1):
        if i == len(ts) or ts[i] != ts[first]:
            yield rows.slice(first, i - first)
            first = i


def _correlated(causes: list[Hypothesis]) -> tuple[str, ...]:
    return tuple(
        evidence.what
        for cause in causes[:1]
        for evidence in cause.evidence
        if evidence.source in {"alarm", "change", "planned work"}
    )

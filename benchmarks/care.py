"""Claim: customer care has the whole answer about one subject in one call, within 200 ms.

A store of an invented operator (millions of scored uses, by `_synthetic_uses`) with a topology,
tickets, and some hundred degradations of these days in the state, each diagnosed and with its
service problem. Random subjects are asked for, the worst of them too: those with the most uses.

`care_p95_ms`   95th percentile of one whole answer, of the last seven days
`first_ms`      the first answer of a process
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from _report import arguments, report
from _synthetic_uses import FIRST_DAY, SERVICES, Operator, pseudonyms
from answers import build, clocked, folder, percentile
from sentio.loop.care.problems import cases, followed
from sentio.loop.care.subject import Care
from sentio.model.care import SubjectCare
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.problem import Mentions
from sentio.model.record import ELEMENT, EVENT, LINK
from sentio.store.cube import DAY_NS, HOUR_NS
from sentio.store.ledger import Commit
from sentio.store.state import StateStore
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

FILE = "sentio.duckdb"
ASKED, TICKETS = 200, 20_000


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--facts", type=float, default=1e6, help="scored uses (%(default)g)")
    parser.add_argument("--days", type=int, default=7, help="days they are spread over")
    parser.add_argument("--degradations", type=int, default=200, help="of these days")
    parser.add_argument("--keep", type=Path, help="keep the warehouse here, or take it from here")
    parser.add_argument("--memory-mb", type=int, default=4096, help="memory of the store")
    asked = parser.parse_args()
    operator = Operator(
        facts=int(asked.facts), subjects=max(1000, int(asked.facts) // 100), days=asked.days
    )
    with folder(asked.keep) as place, tempfile.TemporaryDirectory() as beside:
        path = place / FILE
        if not path.exists():
            build(path, operator, memory_mb=asked.memory_mb)
            with Warehouse(path, memory_limit_mb=asked.memory_mb) as warehouse:
                warehouse.commit(surroundings(operator))
        with (
            Warehouse(path, mode="read", memory_limit_mb=asked.memory_mb) as warehouse,
            StateStore.open(f"sqlite:///{beside}/state.db") as state,
        ):
            tell(state, operator, asked.degradations)
            figures = measure(warehouse, state, operator)
    report(
        {**figures, "facts": operator.facts, "degradations": asked.degradations},
        as_json=asked.json,
    )


def measure(warehouse: Warehouse, state: StateStore, operator: Operator) -> dict[str, object]:
    rng = np.random.default_rng(operator.seed)
    now_ns = (FIRST_DAY + operator.days) * DAY_NS
    care = Care(warehouse, state)
    some = pseudonyms(rng.integers(0, operator.subjects, ASKED)).tolist()
    first_ms = clocked(lambda: care.of(some[0], now_ns=now_ns))
    told: list[SubjectCare] = []
    times = [
        clocked(lambda subject=subject: told.append(care.of(subject, now_ns=now_ns)))
        for subject in some[1:]
    ]
    most = heaviest(warehouse)
    heavy = [clocked(lambda s=s: care.of(s, now_ns=now_ns)) for s in most]
    verdicts = [each.verdict for each in told]
    print(told[0].headline, file=sys.stderr)
    return {
        "care_p50_ms": percentile(times, 50),
        "care_p95_ms": percentile(times, 95),
        "heaviest_p95_ms": percentile(heavy, 95),
        "first_ms": round(first_ms, 1),
        "subjects": operator.subjects,
        "uses_each": float(np.mean([sum(s.uses for s in each.services) for each in told])),
        "incidents_each": float(np.mean([len(each.incidents) for each in told])),
        "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
    }


def heaviest(warehouse: Warehouse) -> list[int]:
    """Name the subjects with the most uses."""
    views = " UNION ALL ".join(f"SELECT subject FROM experience_{name}" for name in SERVICES)
    rows = warehouse.con.execute(
        f"SELECT subject FROM ({views}) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20"
    ).fetchall()
    return [int(subject) for (subject,) in rows]


def surroundings(operator: Operator) -> Commit:
    """Make the topology, and tickets of subjects over these days."""
    rng = np.random.default_rng([operator.seed, 2])
    stations = operator.cells // 3 + 1
    elements = [_element(f"gnb-{at:04d}", "gnb", None) for at in range(stations)]
    elements += [
        _element(f"cell-{at:05d}", "cell", f"gnb-{at // 3:04d}") for at in range(operator.cells)
    ]
    elements += [_element(f"upf-{at}", "upf", None) for at in range(4)]
    who = pseudonyms(rng.integers(0, operator.subjects, TICKETS))
    ts = np.sort(FIRST_DAY * DAY_NS + rng.integers(0, operator.days * DAY_NS, TICKETS))
    tickets = pa.RecordBatch.from_pydict(
        {
            **{name: pa.nulls(TICKETS, kind) for name, kind in EVENT.items()},
            "ts": pa.array(ts),
            "event_kind": pa.array(["ticket"] * TICKETS),
            "event_id": pa.array([f"T-{at}" for at in range(TICKETS)]),
            "title": pa.array(["slow"] * TICKETS),
            "quality": pa.array(np.zeros(TICKETS, dtype=np.int16)),
            "subject": pa.array(who),
        }
    )
    own = pa.schema({**ELEMENT, "subject": pa.int64()})
    links = pa.RecordBatch.from_pylist([_link()], schema=pa.schema({**LINK, "subject": pa.int64()}))
    return Commit(
        source="inventory",
        at_ns=(FIRST_DAY + operator.days) * DAY_NS,
        release="benchmark",
        facts={
            "element": [pa.RecordBatch.from_pylist(elements, schema=own)],
            "link": [links],
            "event": [tickets],
        },
    )


def _element(name: str, kind: str, parent: str | None) -> dict[str, object]:
    told = {"ts": FIRST_DAY * DAY_NS, "element": name, "element_kind": kind, "parent": parent}
    return {**told, "quality": 0}


def _link() -> dict[str, object]:
    told = {"ts": FIRST_DAY * DAY_NS, "link": "upf-0>gnb-0000", "quality": 0}
    return {**told, "from_element": "upf-0", "to_element": "gnb-0000", "link_kind": "serves"}


def tell(state: StateStore, operator: Operator, count: int) -> None:
    """Tell degradations over these days: of cells, base stations, UPFs, apps, models, slices."""
    rng = np.random.default_rng([operator.seed, 3])
    told, diagnoses = list[Degradation](), dict[str, Diagnosis]()
    for at in range(count):
        kind, member = _member(rng, operator)
        began_ns = FIRST_DAY * DAY_NS + int(rng.integers(0, operator.days * DAY_NS))
        one = Degradation(
            id=f"D{at:05d}",
            scope={kind: member},
            services=("web",),
            began_ns=began_ns,
            seen_ns=began_ns + HOUR_NS,
            ended_ns=None if at % 10 == 0 else began_ns + int(rng.integers(1, 6)) * HOUR_NS,
            uses=500,
            poor_uses=200,
            mos_usual=4.1,
            mos_seen=2.7,
            nats=60.0,
            per_day=1e-9,
        )
        told.append(one)
        diagnoses[f"{one.id}-0"] = _diagnosis(one, kind, member)
    Told(state).write(told, diagnoses, [], snapshot=b"")
    latest = {each.degradation: (name, each) for name, each in diagnoses.items()}
    Problems(state).write(followed(cases(told, latest), [], lambda _: Mentions()))


def _member(rng: np.random.Generator, operator: Operator) -> tuple[str, str]:
    kind = ("cell", "gnb", "upf", "app", "device_model", "slice")[int(rng.integers(6))]
    names = {
        "cell": f"cell-{rng.integers(operator.cells):05d}",
        "gnb": f"gnb-{rng.integers(operator.cells // 3):04d}",
        "upf": f"upf-{rng.integers(4)}",
        "app": f"app-{rng.integers(operator.apps):02d}",
        "device_model": f"model-{rng.integers(operator.device_models):04d}",
        "slice": ("embb", "urllc", "miot", "enterprise")[int(rng.integers(4))],
    }
    return kind, names[kind]


def _diagnosis(one: Degradation, kind: str, member: str) -> Diagnosis:
    cause = Hypothesis(
        element=member, element_kind=kind, domain="ran", scope=one.scope, probability=0.9
    )
    return Diagnosis(
        degradation=one.id,
        made_ns=one.seen_ns,
        sentence=f"It is {member}.",
        hypotheses=(cause,),
        abstains=False,
        impact=Impact(users=40, things=0, uses=500, by_service={"web": 40}),
    )


if __name__ == "__main__":
    main()

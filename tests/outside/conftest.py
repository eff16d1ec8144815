"""A real server over a small store whose every use is known, with one incident in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
import uvicorn
from tests.small_store import BAD_CELL, HOURS, START, Small, build, some_uses

from sentio.api.app import create_app
from sentio.kernel.config import load_settings
from sentio.loop.platform import Platform, open_platform
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Evidence, Hypothesis, Impact
from sentio.model.indicator import indicators
from sentio.model.problem import RootCause, ServiceProblem
from sentio.store.cube import HOUR_NS, Fold, cubes_of
from sentio.store.ledger import Commit
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

END = START + HOURS * HOUR_NS


class Served:
    """A server that listens, what is in it, and what it is made of."""

    def __init__(self, url: str, platform: Platform, small: Small) -> None:
        self.url, self.platform, self.small = url, platform, small


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    small = build(folder / "sentio.duckdb")
    with_indicators(small)
    settings = load_settings({"data_folder": folder, "awareness_enabled": False})
    with open_platform(settings) as platform:
        with_incident(platform)
        app = create_app(platform)
        server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="on")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", platform, small)
        server.should_exit = True
        thread.join()


def with_indicators(small: Small) -> None:
    """Add uses of the web that tell every indicator that is a number."""
    batch, scored = some_uses(np.random.default_rng(7), "web", 2)
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    for each in indicators().values():
        if each.shape == "number":
            columns[each.name] = pa.array(np.linspace(each.low, each.high, batch.num_rows))
    full = pa.RecordBatch.from_pydict(columns)
    fold = Fold("web")
    fold.add(scored)
    with Warehouse(small.path) as warehouse:
        warehouse.commit(
            Commit(
                source="east",
                at_ns=END,
                release="test",
                facts={"experience_web": [full]},
                cubes=cubes_of([fold]),
            )
        )
    known = small.uses["web"]
    small.uses["web"] = pa.concat_tables([known, pa.Table.from_batches([batch])])


def with_incident(platform: Platform) -> None:
    """Write down that the bad cell is bad, and why."""
    scope = {"cell": BAD_CELL}
    fell = Degradation(
        id="D00001", scope=scope, services=("gaming", "web"), began_ns=START + 2 * HOUR_NS,
        seen_ns=END - HOUR_NS, uses=400, poor_uses=300, mos_usual=4.1, mos_seen=2.6, nats=50.0,
        per_day=1e-9,
    )  # fmt: skip
    cause = Hypothesis(
        element=BAD_CELL, element_kind="cell", domain="ran", scope=scope, kind="overload",
        probability=0.82, evidence=(Evidence(what="load is high", weight=3.0, element=BAD_CELL),),
    )  # fmt: skip
    impact = Impact(users=70, things=9, uses=400)
    made = Diagnosis(
        degradation="D00001", made_ns=END - HOUR_NS, sentence="Overload of the cell (82 %).",
        hypotheses=(cause,), abstains=False, impact=impact,
    )  # fmt: skip
    Told(platform.state).write([fell], {"X00001": made}, [], snapshot=b"")
    problem = ServiceProblem(
        id="SP00001", status="submitted", name="Overload", category="ran", priority=2,
        importance=0.7, began_ns=fell.began_ns, created_ns=fell.seen_ns, changed_ns=fell.seen_ns,
        degradations=("D00001",), diagnosis="X00001", scopes=(scope,), impact=impact,
        root_cause=RootCause(
            element=BAD_CELL, element_kind="cell", domain="ran", kind="overload",
            probability=0.82, scope=scope,
        ),
    )  # fmt: skip
    Problems(platform.state).write([problem])

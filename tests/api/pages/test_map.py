"""The map: places from the topology, scores from the cube, as bytes."""

from __future__ import annotations

import shutil
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.api.pages.served import SPAN
from tests.degradations import degradation_at
from tests.small_store import BAD_CELL, SERVICES_HERE, START, Small, build

from sentio.api.pages.map import HEAD, packed
from sentio.api.pages.places import Layout, layout_of
from sentio.model.topology import Topology
from sentio.store.state.told import Told


def read(content: bytes) -> tuple[tuple, dict[str, np.ndarray]]:
    head = struct.unpack_from(HEAD, content)
    cells, at = head[3], struct.calcsize(HEAD)
    columns = {}
    for name, kind in (
        ("x", "<f4"),
        ("y", "<f4"),
        ("mos", "<f4"),
        ("uses", "<u4"),
        ("flags", "u1"),
    ):
        columns[name] = np.frombuffer(content, kind, cells, at)
        at += columns[name].nbytes
    assert at == len(content)
    return head, columns


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
    return serving(awareness_enabled=False)


def test_every_cell_with_a_place_has_its_score(quiet, small: Small):
    names = quiet.get("/api/v1/map/names").json()
    head, columns = read(quiet.get(f"/api/v1/map?{SPAN}").content)

    assert (head[0], head[2]) == (b"SMAP", names["layout"])
    assert names["names"] == sorted(["cell-1", BAD_CELL, "cell-3", "cell-4"])
    at = names["names"].index(BAD_CELL)
    mos = np.concatenate([small.mos(n)[small.of(n, "cell") == BAD_CELL] for n in SERVICES_HERE])
    assert columns["uses"][at] == (~np.isnan(mos)).sum()
    assert columns["mos"][at] == pytest.approx(np.nanmean(mos), abs=1e-4)


def test_cells_without_a_place_are_counted(quiet):
    head, _ = read(quiet.get(f"/api/v1/map?{SPAN}").content)

    assert head[4] == 2  # cell-5 and cell-6 are in no topology


def test_a_cell_in_a_degradation_is_flagged(quiet):
    bad = replace(degradation_at(START, 1), scope={"cell": BAD_CELL}, began_ns=START)
    above = replace(degradation_at(START, 2), scope={"gnb": "gnb-2"}, services=SERVICES_HERE)
    Told(quiet.platform.state).write([bad, replace(above, began_ns=START)], {}, [], snapshot=b"")

    names = quiet.get("/api/v1/map/names").json()["names"]
    _, columns = read(quiet.get(f"/api/v1/map?{SPAN}").content)

    flagged = [name for name, flag in zip(names, columns["flags"], strict=True) if flag]
    assert BAD_CELL in flagged
    assert set(flagged) <= {BAD_CELL, "cell-3", "cell-4"}  # the cells of gnb-2


def test_the_map_is_not_narrowed_by_the_cell_that_is_chosen(quiet):
    everything = quiet.get(f"/api/v1/map?{SPAN}").content
    chosen = quiet.get(f"/api/v1/map?{SPAN}&dimension=cell&member=cell-1").content

    assert chosen == everything


def test_a_cell_stands_where_its_parent_does():
    topology = Topology(kind={"c": "cell", "s": "site"}, parent={"c": "s"})

    layout = layout_of({"s": (8.0, 47.0)}, topology)

    assert (layout.names, layout.longitude_deg, layout.latitude_deg) == (("c",), 8.0, 47.0)


def test_ten_thousand_cells_are_within_the_budget():
    names = tuple(f"cell-{i:05}" for i in range(10_000))
    layout = Layout(number=1, names=names, x_m=np.arange(10_000.0), y_m=np.zeros(10_000))
    rows = [{"member": name, "n": 3, "mos_mean": 4.0} for name in names]

    assert len(packed(layout, rows, frozenset())) <= 200_000


def test_a_store_without_topology_has_an_empty_map(client):
    head, columns = read(client.get("/api/v1/map").content)

    assert head[3] == 0
    assert pa.array(columns["x"]).to_pylist() == []

"""Alarm sets with their true graph: folders or archives of Alarm.csv, DAG.npy, Topology.npy."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentio.analysis.propagation.log import AlarmLog, alarm_log, neighbourhood

TRUTHS = {"dag.npy": "expert", "true_graph.npy": "simulated"}
"""Names of the true graph: experts list what follows, a simulator what follows directly."""


@dataclass(frozen=True, kw_only=True)
class AlarmSet:
    name: str
    log: AlarmLog
    truth: np.ndarray
    made_by: str
    known: np.ndarray | None


def alarm_sets(folder: Path) -> Iterator[AlarmSet]:
    """Read every set in a folder or below it; one that is also an archive is read once."""
    seen: set[str] = set()
    folders = sorted({path.parent for path in folder.rglob("[Aa]larm.csv")})
    for path in [*folders, *sorted(folder.rglob("*.tar.gz"))]:
        parts = _folder(path) if path.is_dir() else _archive(path)
        name = path.name.removesuffix(".tar.gz")
        if name not in seen and "alarm.csv" in parts and parts.keys() & TRUTHS.keys():
            seen.add(name)
            yield _alarm_set(name, parts)


def _folder(folder: Path) -> dict[str, bytes]:
    return {
        path.name.lower(): path.read_bytes() for path in folder.iterdir() if _is_wanted(path.name)
    }


def _archive(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member) if member.isfile() else None
            if content and _is_wanted(name):
                found[name.lower()] = content.read()
    return found


def _is_wanted(name: str) -> bool:
    return name.lower() in {"alarm.csv", "topology.npy", "causal_prior.npy", *TRUTHS}


def _alarm_set(name: str, parts: Mapping[str, bytes]) -> AlarmSet:
    file = next(each for each in TRUTHS if each in parts)
    truth = _matrix(parts[file]) > 0
    rows = np.loadtxt(io.BytesIO(parts["alarm.csv"]), delimiter=",", skiprows=1, dtype=np.float64)
    kind, element = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    links = np.argwhere(_matrix(parts["topology.npy"]) > 0) if "topology.npy" in parts else ()
    elements = max(int(element.max()), *(int(each) for pair in links for each in pair), 0) + 1
    return AlarmSet(
        name=name,
        log=alarm_log(
            rows[:, 2],
            kind,
            element=element,
            kinds=len(truth),
            near=neighbourhood(elements, [(int(one), int(other)) for one, other in links]),
        ),
        truth=truth,
        made_by=TRUTHS[file],
        known=_matrix(parts["causal_prior.npy"]).astype(np.int64)
        if "causal_prior.npy" in parts
        else None,
    )


def _matrix(content: bytes) -> np.ndarray:
    return np.load(io.BytesIO(content), allow_pickle=False)

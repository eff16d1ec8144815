"""How well the graph of alarm kinds is learned: PCIC 2021 and NeurIPS 2023 alarm sets.

    .venv/bin/python benchmarks/alarms.py --data FOLDER --json

Reads every folder or .tar.gz below FOLDER with Alarm.csv (alarm_id, device_id, start_timestamp,
end_timestamp), DAG.npy or true_graph.npy, and if there Topology.npy and causal_prior.npy. One
configuration serves all. `edge_f1` is that of directed edges. Graphs of experts (DAG.npy) list
what follows an alarm by whatever way, so all edges count; simulated ones (true_graph.npy) hold
what follows directly, so direct edges count; both readings are printed of each set. Beside it
stands what ignorance reaches: every pair both ways, and the pairs found with their directions
drawn by lot. Peers as published: Cai et al., THPs, arXiv 2105.10884; gcastle.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from _alarm_sets import AlarmSet, alarm_sets
from _report import arguments, report
from sentio.analysis.propagation.learn import learn_propagation
from sentio.analysis.propagation.log import alarm_log

PEERS = {
    "18V_55N_Wireless": {"THP": 0.5765, "PCMCI": 0.4226, "PC": 0.4299, "ADM4": 0.4074},
    "24V_439N_Microwave": {"THP": 0.3719, "PCMCI": 0.3268, "PC": 0.2270, "ADM4": 0.2620},
    "25V_474N_Microwave": {"THP": 0.3387, "PCMCI": 0.2919, "PC": 0.1923, "ADM4": 0.2518},
}
READING = {"expert": "all", "simulated": "direct"}


def main() -> int:
    asked = arguments(__doc__.splitlines()[0], data="data/detection").parse_args()
    learn_propagation(alarm_log([0.0, 1.0], [0, 1], element=[0, 0]))  # compile before the clock
    figures = {each.name: figures_of(each) for each in alarm_sets(asked.data)}
    if not figures:
        print(f"{asked.data}: no Alarm.csv with DAG.npy or true_graph.npy.", file=sys.stderr)
        return 2
    report(
        {
            "claim": "who triggers whom among alarms is learned better than by published peers",
            "edge_f1": {name: each["edge_f1"] for name, each in figures.items()},
            "sets": figures,
        },
        as_json=asked.json,
    )
    return 0


def figures_of(alarms: AlarmSet) -> dict[str, object]:
    """Learn one set and score it; peers by the name of the set, for the print only."""
    began = time.perf_counter()
    learned = learn_propagation(alarms.log)
    took_s = time.perf_counter() - began
    reading = READING[alarms.made_by]
    graph = learned.graph("direct" if reading == "direct" else "all")
    score = f1(graph, alarms.truth)
    every = ~np.eye(len(graph), dtype=bool)
    found: dict[str, object] = {
        "edge_f1": score,
        "reading": reading,
        "seconds": round(took_s, 2),
        "alarms": len(alarms.log.time_s),
        "edges_true": int(alarms.truth.sum()),
        "edges_found": int(graph.sum()),
        "edge_f1_direct": f1(learned.graph("direct"), alarms.truth),
        "edge_f1_all": f1(learned.graph("all"), alarms.truth),
        "f1_of_every_pair_both_ways": f1(every, alarms.truth),
        "f1_of_directions_by_lot": by_lot(graph, alarms.truth),
    }
    if alarms.known is not None:
        told = learn_propagation(alarms.log, alarms.known).graph(
            "direct" if reading == "direct" else "all"
        )
        found["edge_f1_with_prior"] = f1(told, alarms.truth)
    peers = PEERS.get(alarms.name, {})
    return {
        **found,
        "peers": peers,
        "ratio_to_peer": {name: round(score / each, 3) for name, each in peers.items()},
    }


def f1(found: np.ndarray, truth: np.ndarray) -> float:
    """Harmonic mean of precision and recall of directed edges."""
    return round(2.0 * float((found & truth).sum()) / max(int(found.sum() + truth.sum()), 1), 4)


def by_lot(found: np.ndarray, truth: np.ndarray) -> float:
    """F1 to expect when the pairs stay and each direction is drawn by lot."""
    right = 0.5 * float((found & (truth | truth.T)).sum())
    return round(2.0 * right / max(int(found.sum() + truth.sum()), 1), 4)


if __name__ == "__main__":
    sys.exit(main())

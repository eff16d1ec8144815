"""From records to an action that stands in the network, at autonomy *act*.

A small city sends to a `sentio serve` of its own, and takes its actions at its southbound
interfaces. Something breaks every half hour. The clock starts as the first records behind the end
of a period are sent, by which the period is due; it stops as the action that it brought about is
told as done: receiving, committing, judging, explaining, choosing, journal, HTTP and asking back.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

import numpy as np

from sentio.cli.child import Server, serving
from sentio.lab.live.control import HOST
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.pace import HISTORY_S
from sentio.lab.live.sending import Push
from sentio.lab.live.slices import joined, sliced
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator, Period
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.writers import Wires

DAY_NS = 86_400 * 1_000_000_000
LEARN_PERIODS, AT_ONCE, A_BREAK, PIECES = 170, 34, 6, 60
WANTED, MOST_PERIODS = 24, 400  # actions that are timed, periods within which they must come
KINDS = (
    *("upf_overload", "degraded_cell", "server_errors", "backhaul_loss", "slow_dns"),
    *("jittering_router", "ring_congestion", "slow_cdn", "sleeping_cell", "broken_release"),
)
LOOK_S, JUDGED_S, DONE_S = 0.02, 30.0, 60.0


def figures() -> dict[str, object]:
    """Give `to_action_p95_s` of the actions timed, and how many there were."""
    stop = threading.Event()
    start_ns = (time.time_ns() - 8 * DAY_NS) // DAY_NS * DAY_NS + DAY_NS // 4
    operator = Operator(Scale(cells=24, users=8000, things=100), seed=1, start_ns=start_ns)
    with tempfile.TemporaryDirectory() as folder:
        wires = Wires(operator, seed=1, dirt=0.0)
        mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(1), next_ns=start_ns)
        lab = Lab(operator, wires, Push(f"http://{HOST}:9"), mishaps=mishaps)
        with southbound(lab, port=0) as url:
            more = {"EXECUTION_URL": url, "DECISION_AUTONOMY": "act"}
            with serving(
                Path(folder), 0, learn_days=0.55, grace_s=HISTORY_S, stop=stop, more=more
            ) as server:
                push = Push(server.url, stop=stop)
                push.send(wires.opening())
                _learn(operator, wires, push)
                server.ask("watch", {"grace_s": 0})
                took = _time(operator, wires, push, server)
    return {
        "to_action_p95_s": float(np.quantile(took, 0.95)) if took else None,
        "to_action_p50_s": float(np.median(took)) if took else None,
        "actions_timed": len(took),
    }


def _learn(operator: Operator, wires: Wires, push: Push) -> None:
    """Send the past, a few hours at once."""
    for first in range(0, LEARN_PERIODS, AT_ONCE):
        periods = [operator.step() for _ in range(min(AT_ONCE, LEARN_PERIODS - first))]
        past = joined(parcel for period in periods for parcel in wires.write(period))
        push.send(sorted(past, key=lambda each: (each.source, each.format)))
        print(f"{first + len(periods)} periods of past are sent", file=sys.stderr)


def _time(operator: Operator, wires: Wires, push: Push, server: Server) -> list[float]:
    """Go on period by period, break something now and then, and time what is done about it."""
    took: list[float] = []
    known: set[str] = set()
    for number in range(MOST_PERIODS):
        if number % A_BREAK == 2:
            kind = KINDS[number // A_BREAK % len(KINDS)]
            operator.break_where_felt(kind, severity=0.9, minutes=25.0)
        period = operator.step()
        rest = deque(sliced(period, PIECES))
        while not rest[0].uses and len(rest) > 1:  # at night some seconds bring nothing
            push.send(wires.write(rest.popleft()))
        began_s = time.perf_counter()
        push.send(wires.write(rest.popleft()))
        took += _done(server, period, began_s, known)
        push.send(joined(parcel for each in rest for parcel in wires.write(each)))
        if number % A_BREAK == 0:
            print(f"{len(took)} actions in {number} periods", file=sys.stderr)
        if len(took) >= WANTED:
            break
    return took


def _done(server: Server, period: Period, began_s: float, known: set[str]) -> list[float]:
    """Wait until the period before is judged and all that it brought about is done."""
    while server.ask("watch")["seen_until_ns"] < period.start_ns:
        if time.perf_counter() - began_s > JUDGED_S:
            raise SystemExit("a period was not judged")
        time.sleep(LOOK_S)
    found: list[float] = []
    while True:
        tasks = [t for t in server.ask("tasks?limit=50")["items"] if t["id"] not in known]
        for task in tasks:
            if task["state"] == "done":
                found.append(time.perf_counter() - began_s)
            if task["state"] in {"done", "undone", "failed", "dry"}:
                known.add(task["id"])
        if all(task["id"] in known for task in tasks):
            return found
        if time.perf_counter() - began_s > DONE_S:
            raise SystemExit("an action was not done")
        time.sleep(LOOK_S)

"""Execution that is killed: plans are carried out in a lab whose interfaces keep a ledger.

The lab does not know again what it has done: whoever asks twice gets it twice. So what the runner
forgets or repeats shows there.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.sending import Sent
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import MONDAY_NS, Operator
from sentio.lab.southbound.mischief import Mischief
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.writers import Wires
from sentio.model.plan import Action, Candidate, Estimate, Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.tasks import Task, Tasks
from sentio.store.state.told import Told

HOUR_NS = 3_600_000_000_000
CALM_S = 240.0  # within which everything must be settled after the last kill
A_WAVE = 4  # plans that are told before each start
TROUBLES = ("none", "none", "none", "down", "slow", "slow", "nonsense", "drop_after", "drop_after")
ZERO = Estimate(mean=0.0, low=0.0, high=0.0)
CHILD = """
import sys, time, random
from pathlib import Path
from sentio.execution.routes import routes
from sentio.execution.runner import Backoff, Runner
from sentio.kernel.clock import SystemClock
from sentio.kernel.config import Settings
from sentio.loop.carrying import Carrying
from sentio.store.state import StateStore
from sentio.store.state.tasks import Tasks
state = StateStore.open(sys.argv[1])
runner = Runner(Tasks(state), routes(Settings(execution_peers=Path(sys.argv[2]))),
                clock=SystemClock(), backoff=Backoff(first_s=0.1, longest_s=1.0),
                settle_ns=1_500_000_000)
Carrying(runner, look_s=0.1).start()
print("ready", flush=True)
sys.stdin.read()
"""


class Nowhere:
    """Takes what the lab sends, and forgets it."""

    sent = Sent()

    def send(self, parcels: object) -> None:
        pass


@contextmanager
def small_lab(seed: int, mischief: Mischief):
    """Give the address of a small lab's southbound interfaces, and its operator."""
    operator = Operator(
        Scale(cells=24, users=200, things=50), seed=seed, start_ns=MONDAY_NS + HOUR_NS * 12
    )
    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(seed), next_ns=operator.now_ns)
    lab = Lab(operator, Wires(operator, seed=seed, dirt=0.0), Nowhere(), mishaps=mishaps)
    with southbound(lab, port=0, mischief=mischief) as url:
        yield url, operator


def figures(wanted, folder: Path) -> dict[str, object]:
    """Kill the runner so many times, then compare what is wanted with the lab's ledger."""
    rng, mischief = random.Random(wanted.seed), Mischief(forgets=True)
    url_of_state = f"sqlite:///{folder}/state.db"
    with (
        small_lab(wanted.seed, mischief) as (url, operator),
        StateStore.open(url_of_state) as state,
    ):
        peers = _peers(folder, url)
        began = time.monotonic()
        most = 0
        for wave in range(wanted.kills):
            _tell(state, operator, wave, rng)
            _misbehave(mischief, rng.choice(TROUBLES))
            child = _start(url_of_state, peers)
            time.sleep(rng.uniform(0.0, 1.2))
            child.send_signal(signal.SIGKILL)
            child.wait()
            most = max(most, *(each["applied"] - each["taken_back"] for each in _ledger(url)), 0)
            print(f"kill {wave + 1} of {wanted.kills}", file=sys.stderr)
        _misbehave(mischief, "none")
        child = _start(url_of_state, peers)
        settled_s = _wait(state)
        child.kill()
        child.wait()
        verified = state.verify_audit()
        judged = _judged(Tasks(state).list(limit=10_000), _ledger(url), most)
    return {
        "kills": wanted.kills,
        **judged,
        "settled_s": settled_s,
        "audit_lines": verified.lines,
        "audit_is_whole": verified.is_whole,
        "took_s": round(time.monotonic() - began, 1),
    }


def _peers(folder: Path, url: str) -> Path:
    path = folder / "peers.toml"
    names = ("qod", "ran", "domains", "network", "orders", "tickets", "messages", "homes")
    told = f'url = "{url}"\ntimeout_s = 0.4\n'
    path.write_text("\n".join(f"[peers.{name}]\n{told}" for name in names))
    return path


def _start(state: str, peers: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, state, str(peers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert child.stdout
    child.stdout.readline()
    return child


def _misbehave(mischief: Mischief, trouble: str) -> None:
    for name in ("down", "nonsense", "drop_after", "refuse"):
        setattr(mischief, name, trouble == name)
    mischief.slow_s = 0.8 if trouble == "slow" else 0.0


def _tell(state: StateStore, operator: Operator, wave: int, rng: random.Random) -> None:
    """Tell some new plans, and what came of some older ones."""
    known = Tasks(state).list(limit=10_000)
    used = Counter(each.action.kind for each in known)
    decided: list[Plan | Outcome] = [
        _plan(wave * A_WAVE + i, operator, used, rng) for i in range(A_WAVE)
    ]
    open_ = [each for each in known if each.wanted == "done"]
    for task in rng.sample(open_, k=min(3, len(open_))):
        is_undone = rng.random() < 0.6
        decided.append(
            Outcome(
                plan=task.plan.id,
                verdict="no_effect" if is_undone else "improved",
                verified_ns=operator.now_ns,
                effect_mos=ZERO,
                treated_uses=0,
                control_uses=0,
                is_undone=is_undone,
            )
        )
    Told(state).write([], {}, [], snapshot=b"", decided=decided, at_ns=time.time_ns())


def _plan(number: int, operator: Operator, used: Counter[str], rng: random.Random) -> Plan:
    names = operator.estate.names
    kind, target_kind = rng.choice(
        (
            ("scale", "upf"), ("scale", "cell"), ("switch", "server"), ("reroute", "link"),
            ("retune", "cell"), ("slice_quota", "slice"), ("cpe_channel", "cell"),
            ("qos_session", "scope"), ("ticket", "cell"), ("steer_traffic", "cell"),
        )
    )  # fmt: skip
    known = names.get(target_kind, names["cell"])
    parameters = {"scale": {"factor": 1.5}, "slice_quota": {"factor": 1.5}}.get(kind, {})
    parameters = {"qos_session": {"profile": "QOS_E"}, "steer_traffic": {"share": 0.3}}.get(
        kind, parameters
    )
    action = Action(
        kind=kind,
        target=str(known[used[kind] % len(known)]),
        target_kind=target_kind,
        parameters=parameters,
    )
    chosen = Candidate(action=action, regained_min=ZERO, success=0.9, cost=1.0, risk=0.0, value=1.0)
    now_ns = operator.now_ns
    return Plan(
        id=f"P{number:05d}",
        degradation=f"D{number:05d}",
        diagnosis=f"D{number:05d}-0",
        made_ns=now_ns,
        until_ns=now_ns + 12 * HOUR_NS,
        autonomy="act",
        chosen=chosen,
        subjects=(f"{number}1", f"{number}2"),
        sentence="It is done.",
    )


def _ledger(url: str) -> list[dict]:
    with urllib.request.urlopen(f"{url}/southbound/ledger", timeout=30) as answer:
        return json.load(answer)["orders"]


def _wait(state: StateStore) -> float:
    began = time.monotonic()
    while time.monotonic() - began < CALM_S:
        if Tasks(state).next_ns() is None:
            return round(time.monotonic() - began, 1)
        time.sleep(0.2)
    return -1.0


def _judged(tasks: list[Task], ledger: list[dict], most: int) -> dict[str, object]:
    """Compare each task with what the lab has of it; an order of its own takes another back."""
    by_order: dict[str, list[dict]] = {}
    for row in ledger:
        by_order.setdefault(row["order"], []).append(row)
    double, forgotten, repeated, states = [], [], 0, dict[str, int]()
    for task in tasks:
        rows = by_order.get(task.id, [])
        states[task.state] = states.get(task.state, 0) + 1
        double += [task for row in rows if row["applied"] - row["taken_back"] > 1]
        repeated += sum(row["applied"] > 1 for row in rows)
        stands = [row for row in rows if row["stands"]]
        is_wrong = (
            not stands
            if task.state == "done"
            else bool(stands) and task.state in {"undone", "failed"}
        )
        if is_wrong or not task.is_settled:
            forgotten.append(task)
    return {
        "tasks": len(tasks),
        "states": states,
        "why_failed": sorted(
            {f"{t.action.kind}: {t.said[:160]}" for t in tasks if t.state == "failed"}
        ),
        "double": len(double),
        "most_at_once": most,
        "repeated": repeated,
        "forgotten": len(forgotten),
        "which": [f"{t.action.name} {t.state} {t.said[:80]}" for t in (*double, *forgotten)][:10],
    }

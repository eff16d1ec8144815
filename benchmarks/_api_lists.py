"""Lists of 100 among 100,000 resources of an Open API, with a filter and without.

Asked over HTTP of a `sentio serve` in a process of its own, each question with other values, while
nobody else asks. What is asked for the first time counts as well.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from sentio.api.app import create_app
from sentio.api.tmf.engine import Engine, Place
from sentio.api.tmf.table import tables
from sentio.cli.child import serving
from sentio.kernel.config import load_settings
from sentio.loop.platform import open_platform

PATH = "/tmf-api/alarmManagement/v4"
RESOURCES, AT_ONCE, QUESTIONS = 100_000, 1000, 200
EACH = 30  # questions of each kind of KINDS
Params = list[tuple[str, str]]
SEVERITIES = ("critical", "major", "minor", "warning")


def figures() -> dict[str, object]:
    """Give `list_p95_ms` (plain ones and filters), and the same of each kind of question."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        kept_s = _keep(Path(folder), rng)
        stop = threading.Event()
        with (
            serving(Path(folder), 0, learn_days=1.0, grace_s=0, stop=stop) as server,
            httpx.Client(base_url=f"{server.url}{PATH}", trust_env=False, timeout=60.0) as client,
        ):
            plain = [_took_ms(client, []) for _ in range(QUESTIONS // 2)]
            filtered = [_took_ms(client, _filter(rng)) for _ in range(QUESTIONS // 2)]
            kinds = {name: _asked_ms(client, ask, rng) for name, ask in KINDS.items()}
    return {
        "list_p95_ms": float(np.quantile([*plain, *filtered], 0.95)),
        "list_filtered_p95_ms": float(np.quantile(filtered, 0.95)),
        **{f"list_{name}_p95_ms": p95_ms for name, p95_ms in kinds.items()},
        "list_resources": RESOURCES,
        "kept_resources_s": RESOURCES / kept_s,
    }


def _keep(folder: Path, rng: random.Random) -> float:
    """Keep the alarms in a fresh state; gives how long it took."""
    with open_platform(load_settings({"data_folder": folder})) as platform:
        engine: Engine = create_app(platform).state.tmf
        place = next(Place(api, "alarm") for api in tables() if api.key == "TMF642v4")
        began_s = time.perf_counter()
        for start in range(0, RESOURCES, AT_ONCE):
            engine.keep(place, [_alarm(rng, start + n) for n in range(AT_ONCE)])
        return time.perf_counter() - began_s


def _took_ms(client: httpx.Client, params: Params) -> float:
    began_s = time.perf_counter()
    if not any(name == "offset" for name, _ in params):
        params = [*params, ("offset", str(int(began_s * 1000) % 1000))]
    answer = client.get("/alarm", params=[*params, ("limit", "100")])
    took_ms = 1000 * (time.perf_counter() - began_s)
    assert answer.status_code in {200, 206}, answer.text
    assert int(answer.headers["x-total-count"]) > 0
    return took_ms


def _asked_ms(
    client: httpx.Client, ask: Callable[[random.Random], Params], rng: random.Random
) -> float:
    """Ask one kind of question, each after a change, so that nothing remembered helps."""
    took_ms: list[float] = []
    for number in range(EACH):
        change = {"sourceSystemId": f"ems-{number % 9}"}
        answer = client.patch(f"/alarm/alarm-{rng.randrange(RESOURCES)}", json=change)
        assert answer.status_code == 200, answer.text
        took_ms.append(_took_ms(client, ask(rng)))
    return float(np.quantile(took_ms, 0.95))


def _filter(rng: random.Random) -> Params:
    """Ask by one of the attributes that people ask by."""
    return [
        rng.choice(
            [
                ("perceivedSeverity", rng.choice(SEVERITIES)),
                ("alarmedObject.id", f"cell-{rng.randrange(500)}"),
                ("probableCause", f"cause-{rng.randrange(40)}"),
                ("alarmRaisedTime.gt", f"2026-11-{rng.randrange(20, 29)}T00:00:00Z"),
            ]
        )
    ]


def _alarm(rng: random.Random, number: int) -> dict[str, object]:
    return {
        "id": f"alarm-{number}",
        "@type": "Alarm",
        "alarmRaisedTime": f"2026-11-{1 + number % 28:02d}T00:00:{number % 60:02d}Z",
        "alarmType": rng.choice(("qualityOfServiceAlarm", "equipmentAlarm", "environmentalAlarm")),
        "alarmedObject": {"id": f"cell-{rng.randrange(500)}"},
        "perceivedSeverity": rng.choice(SEVERITIES),
        "probableCause": f"cause-{rng.randrange(40)}",
        "sourceSystemId": f"ems-{rng.randrange(9)}",
        "state": rng.choice(("raised", "cleared")),
        "ackState": "unacknowledged",
        "affectedService": [{"id": f"service-{rng.randrange(100)}"}],
    }


def _tested(rng: random.Random) -> Params:
    """Ask by JSONPath for a severity in a state, or for a service."""
    severity = f"$[?(@.perceivedSeverity=='{rng.choice(SEVERITIES)}' && @.state=='raised')]"
    service = f"affectedService[?(@.id=='service-{rng.randrange(100)}')]"
    return [("filter", rng.choice((severity, service)))]


KINDS: dict[str, Callable[[random.Random], Params]] = {
    "sorted": lambda rng: [("sort", rng.choice(("alarmRaisedTime", "alarmedObject.id", "id")))],
    "descending": lambda rng: [("sort", rng.choice(("-alarmRaisedTime", "-probableCause")))],
    "two_keys": lambda _: [("sort", "perceivedSeverity,-alarmRaisedTime")],
    "filtered_sorted": lambda rng: [*_filter(rng), ("sort", "-alarmRaisedTime")],
    "jsonpath": _tested,
    "pattern": lambda rng: [("probableCause.regex", f"^cause-{rng.randrange(4)}")],
    "not_equal": lambda rng: [("perceivedSeverity.ne", rng.choice(SEVERITIES))],
    "deep": lambda _: [("offset", "90000")],
    "deep_sorted": lambda _: [("sort", "perceivedSeverity,-alarmRaisedTime"), ("offset", "90000")],
}

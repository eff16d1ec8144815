"""Claim: among a million subjects one is found as it is typed, within 300 ms end to end.

A store of an invented operator (`_synthetic_uses`), served by `sentio serve` in a process of its
own and asked over HTTP as the pages ask: the first signs of a pseudonym, more of them with each
question, and whole ones; then the same through the box that finds whatever has a name.

`subject_search_p95_ms`  95th percentile of finding subjects, from the question to the last byte
`search_p95_ms`          the same of whatever has a name
`first_ms`               the first question of a process, which reads all uses once
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx
import numpy as np

from _report import arguments, report
from _synthetic_uses import Operator, pseudonyms
from answers import build, folder, percentile
from sentio.cli.child import serving

FILE = "sentio.duckdb"
ASKED = 100  # subjects, each typed sign by sign
LENGTHS = (1, 2, 4, 6, 9, 20)  # signs that were typed when it asks


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--facts", type=float, default=5e6, help="scored uses (%(default)g)")
    parser.add_argument("--subjects", type=float, default=1e6, help="that they are of")
    parser.add_argument("--data", type=Path, help="a data folder of your own, instead")
    parser.add_argument("--keep", type=Path, help="keep the data folder here, or take it from here")
    parser.add_argument("--memory-mb", type=int, default=4096, help="memory of the store")
    asked = parser.parse_args()
    operator = Operator(facts=int(asked.facts), subjects=int(asked.subjects), days=7)
    with folder(asked.data or asked.keep) as place:
        if not (place / FILE).exists():
            build(place / FILE, operator, memory_mb=asked.memory_mb)
        figures = measure(place, operator)
    report(figures, as_json=asked.json)


def measure(place: Path, operator: Operator) -> dict[str, object]:
    rng = np.random.default_rng(operator.seed)
    stop = threading.Event()
    with (
        serving(place, 0, learn_days=365.0, grace_s=0, stop=stop) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False, timeout=600.0) as client,
    ):
        began_s = time.perf_counter()
        known = int(client.get("/subjects").json()["known"])
        first_ms = 1000 * (time.perf_counter() - began_s)
        names = typed(client, operator, rng)
        finding = [took_ms(client, "/subjects", each) for each in names]
        jumping = [took_ms(client, "/search", each) for each in names]
    return {
        "subject_search_p95_ms": percentile(finding, 95),
        "subject_search_p50_ms": percentile(finding, 50),
        "search_p95_ms": percentile(jumping, 95),
        "search_p50_ms": percentile(jumping, 50),
        "first_ms": round(first_ms, 1),
        "known": known,
        "questions": len(finding),
    }


def typed(client: httpx.Client, operator: Operator, rng: np.random.Generator) -> list[str]:
    """Give what somebody types; whole pseudonyms are those of subjects that are there."""
    drawn = pseudonyms(rng.integers(0, operator.subjects, ASKED)).tolist()
    there = [
        str(each)
        for each in drawn
        if client.get("/subjects", params={"q": str(each)}).json()["items"]
    ] or [item["subject"] for item in client.get("/subjects?q=1&limit=100").json()["items"]]
    return [each[:length] for each in there for length in LENGTHS]


def took_ms(client: httpx.Client, path: str, text: str) -> float:
    began_s = time.perf_counter()
    answer = client.get(path, params={"q": text})
    took = 1000 * (time.perf_counter() - began_s)
    assert answer.status_code == 200, answer.text
    return took


if __name__ == "__main__":
    main()

"""A process that is killed in the middle of its deliveries loses none of them."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from listening import listening, until

pytestmark = pytest.mark.slow
EVENTS = 200


@contextmanager
def process(folder: Path, url: str, count: int):
    script = str(Path(__file__).with_name("offering.py"))
    command = [sys.executable, script, str(folder / "state.db"), url, str(count)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout.readline() == "offered\n"
        yield
    finally:
        started.kill()
        started.communicate()


def test_what_a_killed_process_had_not_delivered_arrives_later_and_in_order(tmp_path):
    with listening(delay_s=0.01) as there:
        with process(tmp_path, there.url, EVENTS):
            assert until(lambda: len(there.got) >= EVENTS // 4)
        before = len(there.got)

        with process(tmp_path, there.url, 0):
            assert until(lambda: numbers(there.bodies)[-1] == EVENTS - 1)

    told = numbers(there.bodies)
    again = told[before:]
    assert before < EVENTS
    assert set(told) == set(range(EVENTS))
    assert told[:before] == list(range(before))
    assert again == list(range(again[0], EVENTS))


def numbers(bodies: list[bytes]) -> list[int]:
    return [orjson.loads(body)["number"] for body in bodies]

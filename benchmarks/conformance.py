"""Claim: the Open APIs pass the conformance kits of the TM Forum, every assertion of them.

For each kit a fresh server is started, on a folder of its own. The kit's collection is copied, gets
the payloads and headers of its ``config.json``, and is run by newman; the kit stays as it is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _newman import Outcome, run
from _report import arguments, report
from sentio.api.tmf.table import tables

KNOWN = {"TMF642v4": 229, "TMF657v4": 139, "TMF638v4": 150, "TMF669v4": 91}
"""Assertions of the kits that are known: fewer, without a failure, are a part that did not run."""

SERVE = "from sentio.cli.main import app; app()"


def main() -> None:
    parser = arguments(__doc__ or "", data="kits")
    given = parser.parse_args()
    per_kit: dict[str, dict[str, object]] = {}
    for kit in kits(given.data):
        api = key(kit)
        with tempfile.TemporaryDirectory() as folder:
            came = run_kit(kit, Path(folder))
        expected = KNOWN.get(api, came.assertions)
        per_kit[kit.name] = {
            "requests": came.requests,
            "assertions": came.assertions,
            "expected": expected,
            "failed": came.failed + abs(expected - came.assertions),
            "failures": list(came.failures),
        }
    if not per_kit:
        raise SystemExit(f"there is no kit in {given.data}")
    figures = {
        "kits": len(per_kit),
        "assertions": sum(int(str(each["assertions"])) for each in per_kit.values()),
        "failed": sum(int(str(each["failed"])) for each in per_kit.values()),
        "per_kit": per_kit,
    }
    report(figures, as_json=given.json)
    raise SystemExit(1 if figures["failed"] else 0)


def kits(folder: Path) -> list[Path]:
    """Find the kits: folders with ``config.json`` and a collection."""
    found = [path.parent for path in folder.glob("*/config.json")]
    return sorted(each for each in found if key(each) in paths() and collection(each))


def key(kit: Path) -> str:
    """Name the API of a kit, such as TMF642v4, from the name of its folder."""
    found = re.match(r"(TMF\d{3})\D*v(\d)", kit.name)
    return f"{found[1]}v{found[2]}" if found else ""


def paths() -> dict[str, str]:
    """Tell where each API is served."""
    return {each.key: each.path for each in tables()}


def collection(kit: Path) -> Path | None:
    """Find the collection of a kit."""
    ends = ("testkit.json", "postman_collection.json")
    return next((path for path in sorted(kit.glob("ctk/*.json")) if path.name.endswith(ends)), None)


def run_kit(kit: Path, folder: Path) -> Outcome:
    """Run one kit against a server of its own."""
    copy = folder / "collection.json"
    copy.write_text(json.dumps(injected(kit)), "utf-8")
    environment = next(iter(sorted(kit.glob("ctk/*postman_environment.json"))))
    variable = re.findall(r"\{\{(\w+)\}\}", copy.read_text("utf-8"))[0]
    with served(folder / "data") as url:
        return run(copy, environment, {variable: f"{url}{paths()[key(kit)]}/"})


def injected(kit: Path) -> dict[str, Any]:
    """Give the collection with the payloads and headers of the kit's configuration."""
    found = collection(kit)
    assert found is not None
    whole: dict[str, Any] = json.loads(found.read_text("utf-8-sig"))
    config = json.loads((kit / "config.json").read_text("utf-8-sig"))
    headers = [
        {"key": name, "value": value}
        for name, value in config["headers"].items()
        if name.lower() != "authorization"  # a placeholder: the server has no keys
    ]
    payloads = {
        name[0].lower() + name[1:]: each["POST"]["payload"]
        for name, each in config["payloads"].items()
    }
    for request in _requests(whole["item"]):
        request["header"] = headers
        url = request["url"] if isinstance(request["url"], str) else request["url"]["raw"]
        name = url.rstrip("/").split("/")[-1].split("}}")[-1]
        if request["method"] == "POST" and name in payloads:
            request["body"] = {"mode": "raw", "raw": json.dumps(payloads[name])}
    return whole


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve on a free port of this machine; gives the address."""
    settings = {"SENTIO_DATA_FOLDER": str(data), "SENTIO_API_HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--port", "0"],
        env={**os.environ, **settings, "SENTIO_LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(r"https?://[\w.:\[\]]+", line):
                yield found[0].rstrip(".;:")
                break
        else:
            raise SystemExit(f"the server did not start:\n{said}")
    finally:
        process.terminate()
        process.communicate()


def _requests(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        if "request" in item:
            yield item["request"]
        yield from _requests(item.get("item", []))


if __name__ == "__main__":
    main()

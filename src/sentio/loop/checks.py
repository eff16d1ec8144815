"""Checks of an installation: what was found, whether it is well, and what to do if not."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sentio
from sentio.kernel.clock import Clock, SystemClock
from sentio.kernel.config import Settings, unknown_variables
from sentio.kernel.errors import SentioError, StoreBusyError
from sentio.loop.platform import key_of, open_state, read_warehouse, warehouse_path

GIGABYTE = 1_000_000_000
MEGABYTE = 1_048_576
PACKAGES = ("duckdb", "pyarrow", "numpy", "numba", "fastapi", "sqlalchemy")
LEAST_PYTHON = (3, 11)
LEAST_DISK_BYTES = GIGABYTE
LEAST_FILES = 256
DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    next_step: str = ""


def run_checks(settings: Settings, *, clock: Clock | None = None) -> list[Check]:
    """Look at everything; never raises for what it finds."""
    return [
        _python(),
        *_packages(),
        _variables(),
        *_disk(settings),
        _memory(settings),
        _files(),
        _key(settings),
        _store(settings),
        _state(settings),
        _port(settings),
        _clock(clock or SystemClock()),
    ]


def _python() -> Check:
    found = f"{platform.python_version()}, Sentio {sentio.__version__}"
    is_old = tuple(map(int, platform.python_version_tuple()[:2])) < LEAST_PYTHON
    return Check(name="python", state="fail" if is_old else "ok", found=found)


def _packages() -> Iterator[Check]:
    for package in PACKAGES:
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            yield Check(
                name=package, state="fail", found="not installed", next_step="pip install sentio"
            )
        else:
            yield Check(name=package, state="ok", found=found)


def _variables() -> Check:
    unknown = unknown_variables()
    if not unknown:
        return Check(name="variables", state="ok", found="all SENTIO_ variables are settings")
    return Check(
        name="variables",
        state="warn",
        found=f"{', '.join(unknown)}: without effect",
        next_step="`sentio config` lists all settings.",
    )


def _disk(settings: Settings) -> Iterator[Check]:
    for name, folder in (
        ("disk", _existing(settings.data_folder)),
        ("temporary disk", Path(tempfile.gettempdir())),
    ):
        free_bytes = shutil.disk_usage(folder).free
        is_writable = os.access(folder, os.W_OK)
        found = f"{free_bytes / GIGABYTE:,.1f} GB free at {folder}"
        if not is_writable:
            yield Check(name=name, state="fail", found=f"{folder} may not be written to")
        elif free_bytes < LEAST_DISK_BYTES:
            yield Check(name=name, state="warn", found=found, next_step="Make room.")
        else:
            yield Check(name=name, state="ok", found=found)


def _memory(settings: Settings) -> Check:
    total_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    group = Path("/sys/fs/cgroup/memory.max")  # what a container may use
    if group.is_file() and (text := group.read_text("ascii").strip()).isdigit():
        total_bytes = min(total_bytes, int(text))
    wanted_bytes = 2 * settings.memory_limit_mb * MEGABYTE
    found = f"{total_bytes / GIGABYTE:,.1f} GB, the store takes {settings.memory_limit_mb} MB"
    if total_bytes < wanted_bytes:
        advice = "Lower memory_limit_mb to less than half of the memory."
        return Check(name="memory", state="warn", found=found, next_step=advice)
    return Check(name="memory", state="ok", found=found)


def _files() -> Check:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    is_low = 0 <= limit < LEAST_FILES
    advice = "Raise `ulimit -n`." if is_low else ""
    found = f"{limit} may be open at once"
    return Check(name="files", state="warn" if is_low else "ok", found=found, next_step=advice)


def _key(settings: Settings) -> Check:
    if settings.key is not None:
        return Check(name="key", state="ok", found="from the settings")
    path = settings.key_file
    if not path.exists():
        return Check(name="key", state="ok", found=f"none yet; it will be made as {path}")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        found = f"{path} may be used by others (mode {mode:o})"
        return Check(name="key", state="fail", found=found, next_step=f"chmod 600 {path}")
    return Check(name="key", state="ok", found=f"{path}, mode {mode:o}")


def _store(settings: Settings) -> Check:
    path = warehouse_path(settings)
    if not path.is_file():
        return Check(name="store", state="ok", found=f"none yet; it will be made as {path}")
    try:
        with read_warehouse(settings) as warehouse:
            known = warehouse.about("key")
    except StoreBusyError:
        return Check(name="store", state="warn", found=f"{path} is in use by another process")
    except SentioError as error:
        return Check(name="store", state="fail", found=str(error))
    if known not in {None, key_of(settings).fingerprint()}:
        return Check(
            name="store",
            state="fail",
            found="it was begun with another pseudonym key",
            next_step="Give back the key it was begun with.",
        )
    return Check(
        name="store", state="ok", found=f"{path}, {path.stat().st_size / GIGABYTE:,.3f} GB"
    )


def _state(settings: Settings) -> Check:
    try:
        with open_state(settings) as state:
            keys = sum(each.revoked_ns is None for each in state.api_keys())
            kind = state.engine.dialect.name
    except SentioError as error:
        return Check(name="state", state="fail", found=error.what, next_step=error.next_step)
    return Check(name="state", state="ok", found=f"{kind}, {keys} API keys in force")


def _port(settings: Settings) -> Check:
    found = f"{settings.api_host} port {settings.api_port}"
    try:
        family = socket.getaddrinfo(settings.api_host, settings.api_port)[0][0]
        socket.create_server((settings.api_host, settings.api_port), family=family).close()
    except OSError as error:
        return Check(
            name="port",
            state="warn",
            found=f"{found}: {error.strerror or error}",
            next_step="`sentio serve` may be running already; else take another api_port.",
        )
    return Check(name="port", state="ok", found=f"{found} is free")


def _clock(clock: Clock) -> Check:
    now_ns = clock.now_ns()
    ours_ns = Path(sentio.__file__).stat().st_mtime_ns
    found = f"{now_ns // DAY_NS} days since 1970"
    if now_ns < ours_ns - DAY_NS:
        return Check(
            name="clock",
            state="fail",
            found=f"{found}: before this program was installed",
            next_step="Set the clock, best by NTP: records would be rejected as from the future.",
        )
    return Check(name="clock", state="ok", found=found)


def _existing(folder: Path) -> Path:
    resolved = folder.resolve()
    return next(each for each in (resolved, *resolved.parents) if each.exists())

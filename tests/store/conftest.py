"""A throw-away PostgreSQL server for the tests of the state."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from sentio.store.state import open_engine


@dataclass(frozen=True)
class Server:
    """A running server; `database` makes a new empty database on it."""

    url: str

    def database(self) -> str:
        name = f"t{secrets.token_hex(6)}"
        engine = open_engine(f"{self.url}/postgres")
        with engine.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"{self.url}/{name}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries are installed: initdb and pg_ctl not found")
    folder = Path(tempfile.mkdtemp(prefix="sentio-pg-"))
    try:
        yield from running(binaries, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def running(binaries: Path, folder: Path) -> Iterator[Server]:
    secret = secrets.token_hex(12)
    (folder / "password").write_text(secret)
    user = unprivileged()
    if user is not None:
        for path in (folder, folder / "password"):
            shutil.chown(path, user)
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, "-D", folder / "data", *arguments],
            check=True,
            cwd=folder,
            user=user,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    run("initdb", "-U", "sentio", "-A", "scram-sha-256", f"--pwfile={folder}/password", "-N")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
    run("pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", options)
    try:
        yield Server(f"postgresql+psycopg://sentio:{secret}@127.0.0.1:{port}")
    finally:
        run("pg_ctl", "stop", "-m", "immediate")


def server_binaries() -> Path | None:
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        places.append(Path(told.stdout.strip()))
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    return next((each for each in places if (each / "pg_ctl").exists()), None)


def unprivileged() -> str | None:
    """The server refuses to run as root: name another user, None if we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

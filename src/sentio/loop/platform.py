"""Opens what belongs together: settings, key, warehouse, state and the record path."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sentio.governance.key import Key, key_from_file, key_from_hex
from sentio.ingest.gate import Rules
from sentio.ingest.sources.limits import Limits
from sentio.kernel.clock import Clock, SystemClock
from sentio.kernel.config import Settings
from sentio.kernel.errors import StoreError
from sentio.loop.progress import OnProgress
from sentio.loop.record_path import RecordPath, ignore
from sentio.model.calendar import Calendar, calendar_of
from sentio.store.state import StateStore
from sentio.store.warehouse import Warehouse

WAREHOUSE_FILE = "sentio.duckdb"
MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Everything that one writing process holds open."""

    settings: Settings
    clock: Clock
    key: Key
    warehouse: Warehouse
    state: StateStore
    record_path: RecordPath
    calendar: Calendar = field(default_factory=Calendar)


@contextmanager
def open_platform(
    settings: Settings, *, clock: Clock | None = None, on_progress: OnProgress = ignore
) -> Generator[Platform]:
    """Open everything for writing, and close it at the end.

    Raises
    ------
    StoreBusyError
        Another process writes to the warehouse.
    RefusedError
        The warehouse was begun with another key.
    """
    clock = clock or SystemClock()
    key = key_of(settings)
    calendar = calendar_of(settings.holidays_country, settings.holidays_also)
    with open_warehouse(settings) as warehouse, open_state(settings) as state:
        record_path = RecordPath(
            warehouse,
            key=key,
            clock=clock,
            rules=rules_of(settings),
            commit_rows=settings.commit_rows,
            on_progress=on_progress,
        )
        yield Platform(
            settings=settings,
            clock=clock,
            key=key,
            warehouse=warehouse,
            state=state,
            record_path=record_path,
            calendar=calendar,
        )


def warehouse_path(settings: Settings) -> Path:
    """Tell where the warehouse is."""
    return settings.data_folder / WAREHOUSE_FILE


def open_warehouse(settings: Settings) -> Warehouse:
    """Open the warehouse for writing; it is made if absent."""
    make_data_folder(settings)
    return Warehouse(
        warehouse_path(settings),
        memory_limit_mb=settings.memory_limit_mb,
        threads=settings.threads,
    )


def read_warehouse(settings: Settings) -> Warehouse:
    """Open the warehouse for reading only; raises `StoreError` where there is none yet."""
    path = warehouse_path(settings)
    if not path.is_file():
        raise StoreError(
            "nothing has been read yet", where=str(path), next_step="Run `sentio ingest PATH`."
        )
    return Warehouse(
        path, memory_limit_mb=settings.memory_limit_mb, threads=settings.threads, mode="read"
    )


def open_state(settings: Settings) -> StateStore:
    """Open the state and bring its tables up to date."""
    make_data_folder(settings)
    return StateStore.open(settings.state_url)


def make_data_folder(settings: Settings) -> None:
    """Make the data folder, for its owner only."""
    if not settings.data_folder.exists():
        settings.data_folder.mkdir(parents=True, mode=0o700)


def key_of(settings: Settings) -> Key:
    """Give the pseudonym key: from the settings, or from its file, made once if absent."""
    if settings.key is not None:
        return key_from_hex(settings.key.get_secret_value(), where="SENTIO_KEY")
    make_data_folder(settings)
    return key_from_file(settings.key_file)


def rules_of(settings: Settings) -> Rules:
    """Give what the gate tolerates."""
    return Rules(
        future_skew_s=settings.future_skew_s,
        late_after_s=settings.late_after_s,
        location_decimals=settings.location_decimals,
    )


def limits_of(settings: Settings) -> Limits:
    """Give what archives may unpack to."""
    return Limits(
        ratio=settings.archive_max_ratio,
        unpacked_bytes=settings.archive_max_unpacked_mb * MEGABYTE,
        members=settings.archive_max_members,
    )

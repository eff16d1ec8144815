"""Progress on standard error: rows, bytes, rate and time left, while somebody looks."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from sentio.cli.output import duration
from sentio.loop.progress import Progress


class Shown:
    """Shows how far a reading has come; silent where standard error is not a terminal."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        is_off = is_quiet or not sys.stderr.isatty()
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[text]}"),
            console=Console(stderr=True),
            transient=True,
            disable=is_off,
        )
        self._task = self._bar.add_task("reading", total=None, text="")

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it off the screen."""
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show a snapshot."""
        done = fraction(progress)
        self._bar.update(
            self._task, completed=done or 0.0, total=None if done is None else 1.0,
            text=line(progress),
        )  # fmt: skip


def fraction(progress: Progress) -> float | None:
    """Tell how much is done, [0, 1], by bytes if their total is known, else by inputs."""
    if progress.bytes_total and progress.bytes_done:
        return min(1.0, progress.bytes_done / progress.bytes_total)
    if progress.inputs_total:
        return min(1.0, progress.inputs_done / progress.inputs_total)
    return None


def line(progress: Progress) -> str:
    """Write a snapshot on one line."""
    elapsed_s = max(progress.elapsed_s, 1e-3)
    parts = [
        f"{progress.rows_read:,} rows",
        f"{progress.bytes_done / 1e6:,.1f} MB",
        f"{progress.rows_read / elapsed_s:,.0f} rows/s",
    ]
    total = "" if progress.inputs_total is None else f"/{progress.inputs_total}"
    parts.append(f"input {progress.inputs_done + 1}{total}")
    if progress.rows_rejected:
        parts.append(f"{progress.rows_rejected:,} rejected")
    done = fraction(progress)
    if done is not None and done > 0.01:  # noqa: PLR2004  (earlier it would be a guess)
        parts.append(f"{duration(elapsed_s * (1 - done) / done)} left")
    return ", ".join(parts)

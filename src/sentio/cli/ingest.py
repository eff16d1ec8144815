"""``sentio ingest``: read files, folders, archives or standard input; go on where it stopped."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, say

if TYPE_CHECKING:
    from sentio.ingest.input import Input
    from sentio.loop.platform import Platform
    from sentio.loop.progress import Receipt

STDIN = Path("-")
INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(ingest)


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files, folders, archives, or -.")
    ],
    source: Annotated[str, typer.Option(help="Your name for the feed.")] = "files",
    map_: Annotated[
        str | None, typer.Option("--map", help="Column map, by name or as a .toml file.")
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="Service of the uses, where the input does not say.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Format, instead of telling it by content.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Any other option of the reading."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on reading what is new or has grown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read telemetry into the store.

    What was read before is not read again. After an interruption the same command goes on where
    it stopped. Rows that cannot be used are kept apart: `sentio dead-letter list`.
    """
    from sentio.cli.progress import Shown
    from sentio.loop.platform import open_platform

    settings = settings_of(context)
    given = {"map": map_, "service": service, "format": format_}
    asked = {name: value for name, value in given.items() if value} | pairs(option or [])
    shown = Shown(is_quiet=as_json)
    with open_platform(settings, on_progress=shown) as platform, _sigterm_interrupts():
        options = {**_defaults(platform, source), **asked}
        reading = _Reading(platform, source, options, is_quiet=as_json)
        is_interrupted = False
        try:
            with shown:
                reading.follow(paths) if watch else reading.once(paths)
        except KeyboardInterrupt:
            is_interrupted = True
            say("Interrupted. All that was complete is kept; run the same command again to go on.")
        code = reading.tell(as_json=as_json)
    raise typer.Exit(INTERRUPTED if is_interrupted else code)


class _Reading:
    """One call of the verb: what it read so far, in one or (when it watches) many runs."""

    def __init__(
        self, platform: Platform, source: str, options: Mapping[str, str], *, is_quiet: bool
    ) -> None:
        self._platform = platform
        self._source = source
        self._options = options
        self._began_ns = platform.clock.now_ns()
        self._skipped: list[tuple[str, str]] = []
        self._is_quiet = is_quiet
        self._receipt: Receipt | None = None

    def once(self, paths: list[Path]) -> None:
        from sentio.ingest.sources.files import totals

        files = [path for path in paths if path != STDIN]
        known = totals(files)
        has_stdin = STDIN in paths
        self._receipt = self._platform.record_path.run(
            self._inputs(paths),
            source=self._source,
            options=self._options,
            total_inputs=None if has_stdin else known.inputs,
            total_bytes=None if has_stdin else known.size_bytes,
        )

    def follow(self, paths: list[Path]) -> None:
        from sentio.cli.receipts import added
        from sentio.ingest.sources.watch import watch
        from sentio.loop.platform import limits_of

        settings = self._platform.settings
        say(f"Watching {', '.join(map(str, paths))}; Ctrl-C stops.")
        for batch in watch(
            paths,
            source=self._source,
            clock=self._platform.clock,
            stop=threading.Event(),
            limits=limits_of(settings),
            poll_s=settings.watch_poll_s,
            still_s=settings.watch_still_s,
            on_skip=self._skip,
        ):
            receipt = self._platform.record_path.run(
                batch, source=self._source, options=self._options
            )
            self._receipt = added(self._receipt, receipt)
            if receipt.inputs > receipt.skipped:
                self.tell_progress(receipt)

    def tell_progress(self, receipt: Receipt) -> None:
        if not self._is_quiet:
            say(
                f"{receipt.inputs - receipt.skipped} inputs, {receipt.rows_kept:,} rows kept, "
                f"{receipt.rows_rejected:,} rejected"
            )

    def tell(self, *, as_json: bool) -> int:
        """Write the receipt and give the exit code."""
        from sentio.cli.receipts import exit_code, reasons_since, receipt_json, receipt_text

        if self._receipt is None:
            return 0
        con = self._platform.warehouse.con
        reasons = reasons_since(con, self._source, self._began_ns)
        answer(
            receipt_json(self._receipt, reasons, self._skipped),
            receipt_text(self._receipt, reasons, self._skipped),
            as_json=as_json,
        )
        return exit_code(self._receipt, reasons)

    def _inputs(self, paths: Iterable[Path]) -> Iterator[Input]:
        from sentio.ingest.sources.files import inputs
        from sentio.ingest.sources.stdin import from_stdin
        from sentio.loop.platform import limits_of

        limits = limits_of(self._platform.settings)
        for path in paths:
            if path == STDIN:
                yield from_stdin(sys.stdin.buffer, source=self._source, limits=limits)
            else:
                yield from inputs([path], source=self._source, limits=limits, on_skip=self._skip)

    def _skip(self, name: str, why: str) -> None:
        self._skipped.append((name, why))


def pairs(options: list[str]) -> dict[str, str]:
    """Read options written NAME=VALUE; raises `ConfigError`."""
    from sentio.kernel.errors import ConfigError

    found: dict[str, str] = {}
    for each in options:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise ConfigError(
                f"{each!r} is not an option of the reading",
                where="--option",
                expected="NAME=VALUE, such as timezone=Europe/Vienna",
            )
        found[name] = value
    return found


def _defaults(platform: Platform, source: str) -> Mapping[str, str]:
    defined = platform.state.source(source)
    return defined.options if defined else {}


@contextmanager
def _sigterm_interrupts() -> Generator[None]:
    """Let a service manager's stop end a reading as gently as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

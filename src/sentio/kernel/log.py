"""The log: one event a line on standard error, for people or as JSON, without identifiers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import Any, Literal

import structlog

Event = MutableMapping[str, Any]  # structlog's own shape: whatever fields an event has

SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
)
HUSHED = ("alembic", "httpx", "asyncio", "sqlalchemy")


def configure_log(
    level: str = "info",
    form: Literal["auto", "console", "json"] = "auto",
    *,
    never: Collection[str] = (),
) -> None:
    """Send the log to standard error.

    Parameters
    ----------
    level
        Least level that is written: debug, info, warning or error.
    form
        ``auto`` writes for people on a terminal, and JSON elsewhere.
    never
        Field names that are never written, whatever is logged: names of identifiers.
    """
    chain = [*SHARED, _without(frozenset(never))]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_renderers(form),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in HUSHED:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a part; log an event name and fields, never a sentence."""
    return structlog.stdlib.get_logger(name)


def _renderers(form: str) -> list[structlog.typing.Processor]:
    for_people = form == "console" or (form == "auto" and sys.stderr.isatty())
    if for_people:
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _without(never: frozenset[str]) -> structlog.typing.Processor:
    def drop(_: object, __: str, event: Event) -> Event:
        return {name: value for name, value in event.items() if name not in never}

    return drop

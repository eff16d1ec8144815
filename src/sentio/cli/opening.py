"""What every verb begins with: its settings, and who is at the keyboard."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sentio.kernel.config import Settings


def settings_of(context: typer.Context, **given: object) -> Settings:
    """Read the settings, the options of the command line on top, and begin to log."""
    from sentio.kernel.config import load_settings
    from sentio.kernel.log import configure_log
    from sentio.model.record import IDENTIFIERS

    everywhere = context.find_root().obj or {}
    settings = load_settings({**everywhere, **given})
    configure_log(settings.log_level, settings.log_format, never=IDENTIFIERS)
    return settings


def who() -> str:
    """Name the user for the audit."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        name = f"uid {os.getuid()}"
    return f"cli:{name}"

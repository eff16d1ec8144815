"""The settings file: where it is, what stands in it, and on which line."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from sentio.kernel.errors import ConfigError

PREFIX = "SENTIO_"  # of every variable of ours
FILE_VARIABLE = "SENTIO_CONFIG"
FILE_NAME = "sentio.toml"


def settings_file() -> Path | None:
    """Find the settings file: ``$SENTIO_CONFIG``, else ``sentio.toml`` here, else none."""
    named = os.environ.get(FILE_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise ConfigError(
                "there is no such settings file",
                where=f"{FILE_VARIABLE}={named}",
                next_step=f"Correct {FILE_VARIABLE}, or unset it.",
            )
        return Path(named)
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def read_settings_file(path: Path | None) -> dict[str, Any]:  # Any: TOML, checked by the model
    """Read a settings file; raises `ConfigError` where it is not TOML."""
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the settings file is not TOML ({error})",
            where=str(path),
            expected='lines like `data_folder = "/var/lib/sentio"`',
        ) from error


def line_of(path: Path, name: str) -> int:
    """Tell on which line of the settings file a setting stands."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.split("=", 1)[0].strip().strip("[]\"' ") == name:
            return number
    return 1

"""What is wrong with a setting, and which place says it: for messages that can be acted upon."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sentio.kernel.config_file import PREFIX, line_of, read_settings_file, settings_file
from sentio.kernel.errors import ConfigError

NEVER_SHOWN = frozenset({"key", "state_url", "collection_token", "oidc_client_secret"})


def place_of(name: str, given: frozenset[str]) -> str:
    """Tell which place sets a value: command line, environment, ``file:line`` or default."""
    if name in given:
        return "command line"
    variable = PREFIX + name.upper()
    if any(each.upper() == variable and value for each, value in os.environ.items()):
        return f"environment {variable}"
    path = settings_file()
    if path is not None and name in read_settings_file(path):
        return f"{path}:{line_of(path, name)}"
    return "default"


def explained(
    error: ValidationError, given: frozenset[str], fields: Mapping[str, FieldInfo]
) -> ConfigError:
    """Say what is wrong with the first setting that is, and where it stands."""
    problems = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
    first = problems[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, list(fields), n=1)
        return ConfigError(
            f"no setting is called {name!r}",
            where=place_of(name, given),
            next_step=f"Did you mean {near[0]!r}?" if near else "`sentio config` lists them all.",
        )
    found = "a value that is not shown" if name in NEVER_SHOWN else repr(first["input"])
    more = f" ({len(problems) - 1} more settings are wrong as well)" if len(problems) > 1 else ""
    return ConfigError(
        f"{name} is {found}{more}",
        where=place_of(name, given),
        expected=first["msg"].removeprefix("Input should be "),
        next_step=f"Meaning: {fields[name].description}",
    )

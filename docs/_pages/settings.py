"""The page on settings: name, variable, default, range, meaning."""

from __future__ import annotations

import typing

from pydantic.fields import FieldInfo

from _pages.markdown import code, codes, page, table
from sentio.kernel.config import Settings
from sentio.kernel.config_file import PREFIX

ORDER = """A setting on the command line wins over its environment variable, that over `sentio.toml`
(in the folder Sentio is started in, or the file that `SENTIO_CONFIG` names), that over the default.
`sentio config --origin` tells which place set what."""
FOLDER = """`SENTIO_DEFINITIONS` names a folder of your own definitions; its sub-folder `services`
holds [services without code](../add-a-service.md)."""


def settings() -> str:
    """Every setting."""
    rows = [
        [
            code(name),
            code(PREFIX + name.upper()),
            _default(field),
            _range(field),
            field.description or "",
        ]
        for name, field in Settings.model_fields.items()
    ]
    header = ["Setting", "Environment variable", "Default", "Range", "Meaning"]
    return page("Settings", ORDER, table(header, rows), FOLDER)


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "see meaning"
    return "none" if field.default is None else code(field.default)


def _range(field: FieldInfo) -> str:
    if typing.get_origin(field.annotation) is typing.Literal:
        return codes(typing.get_args(field.annotation))
    bounds = {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in ("ge", "gt", "le", "lt", "min_length", "pattern")
        if getattr(rule, name, None) is not None
    }
    if "pattern" in bounds:
        return code(bounds["pattern"])
    if "min_length" in bounds:
        return "not empty"
    if "ge" in bounds and "le" in bounds:
        return f"{bounds['ge']} to {bounds['le']}"
    words = {"ge": "from", "gt": "above", "le": "up to", "lt": "below"}
    return ", ".join(f"{words[name]} {bound}" for name, bound in bounds.items())

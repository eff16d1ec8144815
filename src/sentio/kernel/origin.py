"""Where each setting's value comes from, with secrets masked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import SecretStr

from sentio.kernel.config import Settings
from sentio.kernel.config_wrong import place_of

PASSWORD = re.compile(r"(?<=://)([^:/@]*):([^@]*)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingOrigin:
    """One setting: its value as text, and the place that set it."""

    name: str
    value: str
    where: str
    description: str


def origins(settings: Settings) -> list[SettingOrigin]:
    """Tell for each setting its value and where it came from; keys and passwords are masked."""
    return [
        SettingOrigin(
            name=name,
            value=masked(getattr(settings, name)),
            where=place_of(name, settings.given),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def masked(value: object) -> str:
    """Write a setting's value down so that it may be shown to anybody."""
    if value is None:
        return "none"
    if isinstance(value, SecretStr):
        return "***"
    return PASSWORD.sub(r"\1:***@", str(value))

"""A connected vehicle, judged by its requirements (3GPP TS 22.186)."""

from __future__ import annotations

from sentio.experience.things import thing_service

SERVICE = thing_service("vehicle")

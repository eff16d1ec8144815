"""A PLC in motion control, judged by its requirements (3GPP TS 22.104)."""

from __future__ import annotations

from sentio.experience.things import thing_service

SERVICE = thing_service("plc_motion_control")

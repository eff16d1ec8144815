"""A surveillance camera, judged by picture and uplink (ITU-T P.1203.1, 3GPP TS 23.501)."""

from __future__ import annotations

from sentio.experience.things import thing_service

SERVICE = thing_service("camera")

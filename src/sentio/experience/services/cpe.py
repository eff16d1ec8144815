"""Customer premises equipment, judged by line, Wi-Fi and rate (ETSI TR 103 559)."""

from __future__ import annotations

from sentio.experience.things import thing_service

SERVICE = thing_service("cpe")

"""The truth of a fault as JSON and as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sentio.lab.faults.truth import Fault
from sentio.lab.operator.estate import Estate

Json = dict[str, Any]  # Any: JSON


def truth_json(fault: Fault, estate: Estate, now_ns: int) -> Json:
    """Give what is true of a fault, with who felt it so far."""
    users = int((fault.subjects < estate.subjects.users).sum())
    begun, over = now_ns > fault.start_ns, now_ns >= fault.end_ns
    return {
        "name": fault.name,
        "kind": fault.kind,
        "harmful": fault.harmful,
        "state": "over" if over else "on" if begun else "ahead",
        "element": fault.element,
        "element_kind": fault.element_kind,
        "domain": fault.domain,
        "scope": dict(fault.scope),
        "severity": fault.severity,
        "start_ns": fault.start_ns,
        "end_ns": fault.end_ns,
        "start": iso(fault.start_ns),
        "end": iso(fault.end_ns),
        "services": list(fault.services),
        "users": users,
        "things": len(fault.subjects) - users,
        "uses": fault.sessions,
        "first_touched_ns": min(fault.sessions_by_period, default=None),
        "cured_by": list(fault.cured_by),
    }


def iso(ts_ns: int) -> str:
    """Write a moment as people read it (ISO 8601)."""
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Bodies in which other tools take what is told; a subscription names one of these formats."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from sentio.api.awareness import moment_of, with_moments
from sentio.api.notify.alerts import SEVERITIES, Alert, alert_of, title_of
from sentio.store.state.outbox import Subscriber
from sentio.store.state.told import Told, ToldEvent

Body: TypeAlias = dict[str, Any] | list[dict[str, Any]]  # Any: JSON
Write: TypeAlias = Callable[[ToldEvent, Told, Subscriber], Body | None]
FormatName = Literal["sentio", "generic", "alertmanager", "alertmanager_webhook", "pagerduty"]

DAY_NS = 86_400_000_000_000
KEPT_DAYS = 7  # an alert that nobody ends is over then
SUMMARY_LONGEST = 1024  # characters; PagerDuty refuses more
PAGERDUTY = {"critical": "critical", "major": "error", "minor": "warning", "warning": "warning"}
TOLD_OF = ("id", "state", "degradation", "diagnosis", "plan", "services", "scope", "verdict")


def name_of(event: ToldEvent) -> str:
    """Give the id of a notification, the same in each format and at each try."""
    return f"told-{event.id}"


def _whole(event: ToldEvent, _told: Told, _to: Subscriber) -> Body:
    return {"id": name_of(event), "kind": event.kind, "event": with_moments(event.body)}


def _generic(event: ToldEvent, told: Told, _to: Subscriber) -> Body:
    """Write one flat object, whatever is told: for chat, scripts and work flows."""
    alert = alert_of(event, told)
    found: dict[str, Any] = {  # Any: JSON
        "id": name_of(event),
        "kind": event.kind,
        "at": moment_of(event.at_ns),
        "title": alert.summary if alert else title_of(event),
        "text": _text(alert) if alert else str(event.body.get("sentence", "")),
        "about": {name: event.body[name] for name in TOLD_OF if name in event.body},
    }
    if alert is not None:
        found |= {
            "alert": alert.id,
            "status": _status(alert),
            "severity": alert.severity,
            "labels": dict(alert.labels),
            "since": moment_of(alert.began_ns),
            "until": moment_of(alert.ended_ns),
        }
    return found


def _alertmanager(event: ToldEvent, told: Told, _to: Subscriber) -> Body | None:
    """Write what `POST /api/v2/alerts` of Alertmanager takes.

    The severity is a label and labels tell alerts apart: those of other severities are ended along.
    """
    alert = alert_of(event, told)
    if alert is None:
        return None
    found = [_posted(alert, alert.severity, alert.ended_ns or event.at_ns + KEPT_DAYS * DAY_NS)]
    is_change = event.body.get("change") in ("changed", "ended")
    others = [each for each in SEVERITIES if is_change and each != alert.severity]
    return [*found, *(_posted(alert, each, event.at_ns) for each in others)]


def _alertmanager_webhook(event: ToldEvent, told: Told, _to: Subscriber) -> Body | None:
    """Write what Alertmanager sends to webhooks itself (version 4)."""
    alert = alert_of(event, told)
    if alert is None:
        return None
    labels, notes = _labels(alert, alert.severity), _annotations(alert)
    group = {"alertname": alert.name}
    one = {
        "status": _status(alert),
        "labels": labels,
        "annotations": notes,
        "startsAt": _rfc3339(alert.began_ns),
        "endsAt": _rfc3339(alert.ended_ns) if alert.ended_ns else "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": hashlib.sha256(alert.id.encode()).hexdigest()[:16],
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{alert.name}"}}',
        "truncatedAlerts": 0,
        "status": _status(alert),
        "receiver": "sentio",
        "groupLabels": group,
        "commonLabels": labels,
        "commonAnnotations": notes,
        "externalURL": "",
        "alerts": [one],
    }


def _pagerduty(event: ToldEvent, told: Told, to: Subscriber) -> Body | None:
    """Write an event of PagerDuty's Events API v2; the same alert has the same ``dedup_key``."""
    alert = alert_of(event, told)
    if alert is None:
        return None
    found: dict[str, Any] = {  # Any: JSON
        "routing_key": str(to.body.get("routing_key", "")),
        "event_action": "resolve" if alert.is_over else "trigger",
        "dedup_key": f"sentio-{alert.id}",
    }
    if not alert.is_over:
        places = [f"{kind} {name}" for kind, name in alert.labels.items() if kind != "services"]
        found["payload"] = {
            "summary": f"{alert.summary}. {alert.text}"[:SUMMARY_LONGEST],
            "source": ", ".join(places) or "sentio",
            "severity": PAGERDUTY[alert.severity],
            "timestamp": _rfc3339(alert.began_ns),
            "component": alert.labels.get("services", "sentio"),
            "group": alert.name,
            "class": event.kind,
            "custom_details": {"id": alert.id, "cause": alert.cause, **alert.labels},
        }
    return found


def _posted(alert: Alert, severity: str, ends_ns: int) -> dict[str, Any]:  # Any: JSON
    return {
        "labels": _labels(alert, severity),
        "annotations": _annotations(alert),
        "startsAt": _rfc3339(alert.began_ns),
        "endsAt": _rfc3339(ends_ns),
    }


def _labels(alert: Alert, severity: str) -> dict[str, str]:
    return {
        "alertname": alert.name,
        "severity": severity,
        "sentio_id": alert.id,
        **{name: text for name, text in alert.labels.items() if text},
    }


def _annotations(alert: Alert) -> dict[str, str]:
    found = {"summary": alert.summary, "description": alert.text, "cause": alert.cause}
    return {name: text for name, text in found.items() if text}


def _text(alert: Alert) -> str:
    return f"{alert.text} {alert.cause}".strip()


def _status(alert: Alert) -> str:
    return "resolved" if alert.is_over else "firing"


def _rfc3339(ts_ns: int) -> str:
    return str(moment_of(ts_ns)).replace("+00:00", "Z")


FORMATS: Mapping[FormatName, Write] = {
    "sentio": _whole,
    "generic": _generic,
    "alertmanager": _alertmanager,
    "alertmanager_webhook": _alertmanager_webhook,
    "pagerduty": _pagerduty,
}
"""What writes each format; None where an event is nothing that the tool could take."""

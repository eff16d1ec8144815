"""Bodies of resources, as others would send them."""

from __future__ import annotations

from typing import Any

ALARMS = "/tmf-api/alarmManagement/v4/alarm"
SERVICES_V5 = "/tmf-api/serviceInventory/v5/service"
INTENTS = "/tmf-api/intentManagement/v5/intent"
TICKETS_V5 = "/tmf-api/troubleTicket/v5/troubleTicket"
MERGE = "application/merge-patch+json"
OPERATIONS = "application/json-patch+json"
QUERY = "application/json-patch-query+json"


def alarm(**given: Any) -> dict[str, Any]:
    return {
        "alarmRaisedTime": "2026-11-23T10:15:00Z",
        "alarmType": "equipmentAlarm",
        "alarmedObject": {"id": "cell-7"},
        "perceivedSeverity": "minor",
        "probableCause": "fire",
        "sourceSystemId": "ems-1",
        "state": "raised",
        **given,
    }


def ticket(**given: Any) -> dict[str, Any]:
    return {
        "@type": "TroubleTicket",
        "description": "films stop",
        "severity": "Minor",
        "ticketType": "complaint",
        **given,
    }

"""Intents and reports as resources of TMF921 v5, and back: JSON-LD with terms of the TIO.

An intent has one property expectation a target. Of what comes in, the same form is understood;
``sentio:`` terms say which service, path and members it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sentio.kernel.errors import ConfigError
from sentio.model.intent import Expectation, Handling, Intent, IntentReport, TargetReport

Body = dict[str, Any]  # Any: JSON
CONTEXT = {
    "icm": "http://tio.models.tmforum.org/tio/v3.6.0/IntentCommonModel/",
    "sentio": "urn:sentio:intent:",
}
STATES: Mapping[Handling, str] = {
    "received": "icm:StateIntentReceived",
    "compliant": "icm:StateCompliant",
    "degraded": "icm:StateDegraded",
}
CONDITIONS = {"at_most": "icm:atMost", "at_least": "icm:atLeast"}
DEFAULT_PATH = ("ran", "transport", "core")


def intent_body(intent: Intent, report: IntentReport | None) -> Body:
    """Write an intent as a resource."""
    body: Body = {
        "@type": "Intent",
        "id": intent.id,
        "name": intent.name,
        "context": intent.domain or intent.service or intent.layer,
        "version": "1",
        "priority": str(intent.priority),
        "isBundle": False,
        "lifecycleStatus": report.state if report else "received",
        "creationDate": _moment(intent.since_ns),
        "expression": {
            "@type": "JsonLdExpression",
            "iri": f"urn:sentio:intent:{intent.id}",
            "expressionValue": {
                "@context": CONTEXT,
                "@id": f"sentio:{intent.id}",
                "@type": "icm:Intent",
                "sentio:layer": intent.layer,
                **({"sentio:service": intent.service} if intent.service else {}),
                **({"sentio:domain": intent.domain} if intent.domain else {}),
                "icm:hasExpectation": [_expectation(each) for each in intent.expectations],
            },
        },
    }
    if intent.parent:
        body["intentRelationship"] = [
            {"@type": "EntityRelationship", "id": intent.parent, "relationshipType": "refines"}
        ]
    if intent.until_ns is not None:
        body["validFor"] = {
            "startDateTime": _moment(intent.since_ns),
            "endDateTime": _moment(intent.until_ns),
        }
    return body


def report_body(report: IntentReport) -> Body:
    """Write a report as a resource."""
    return {
        "@type": "IntentReport",
        "id": f"{report.intent}-{report.made_ns}",
        "name": f"report on {report.intent}",
        "creationDate": _moment(report.made_ns),
        "expression": {
            "@type": "JsonLdExpression",
            "iri": f"urn:sentio:report:{report.intent}",
            "expressionValue": {
                "@context": CONTEXT,
                "@type": "icm:IntentReport",
                "icm:about": f"sentio:{report.intent}",
                "icm:intentHandlingState": STATES[report.state],
                "icm:hasExpectationReport": [_target(each) for each in report.targets],
                "sentio:reason": list(report.reasons),
                "sentio:fault": list(report.faults),
            },
        },
    }


def promise_of(body: Mapping[str, Any]) -> Body:  # Any: JSON
    """Read an intent resource as a promise; what a promise lacks, its reader tells.

    Raises
    ------
    ConfigError
        The expression is not JSON-LD, or says something of a target that is not understood.
    """
    expression = body.get("expression")
    value = expression.get("expressionValue") if isinstance(expression, Mapping) else None
    if not isinstance(value, Mapping):
        raise ConfigError(
            "the expression has no JSON-LD",
            where="expression.expressionValue",
            expected="a JsonLdExpression with icm:hasExpectation",
        )
    services = _listed(value.get("sentio:service"))
    found: Body = {
        "name": _name(str(body.get("name", ""))),
        "title": str(body.get("description") or body.get("name", "")),
        "services": services,
        "path": _listed(value.get("sentio:path")) or list(DEFAULT_PATH),
        "scope": dict(value.get("sentio:scope") or {}),
    }
    if str(body.get("priority", "")).isdigit():
        found["priority"] = int(body["priority"])
    for name, condition, limit in _asked(value):
        if condition != ("icm:atLeast" if name in AT_LEAST else "icm:atMost"):
            raise ConfigError(
                f"{name} with {condition} is not understood",
                where="icm:hasExpectation",
                expected="icm:atMost of delay_ms, loss_ratio; icm:atLeast of mos, "
                "availability_ratio",
            )
        found[name] = limit
    return found


def _asked(value: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:  # Any: JSON
    for each in _things(value.get("icm:hasExpectation")):
        name = str(each.get("icm:target", "")).rpartition(":")[2]
        parameters = each.get("icm:params")
        for condition in CONDITIONS.values():
            told = parameters.get(condition) if isinstance(parameters, Mapping) else None
            told = told.get("value") if isinstance(told, Mapping) else told
            if isinstance(told, int | float) and not isinstance(told, bool):
                yield name, condition, float(told)


def _expectation(each: Expectation) -> Body:
    return {
        "@type": "icm:PropertyExpectation",
        "icm:target": f"sentio:{each.name}",
        "icm:params": {CONDITIONS[each.condition]: {"value": each.value, "unit": each.unit}},
        **({"sentio:scope": dict(each.scope)} if each.scope else {}),
    }


def _target(each: TargetReport) -> Body:
    return {
        "@type": "icm:ExpectationReport",
        "icm:target": f"sentio:{each.name}",
        "sentio:limit": {CONDITIONS[each.condition]: {"value": each.value, "unit": each.unit}},
        "sentio:observed": each.observed,
        "sentio:observedStatus": each.observed_status,
        "sentio:predicted": each.predicted,
        "sentio:predictedStatus": each.predicted_status,
    }


def _things(value: object) -> list[Mapping[str, Any]]:  # Any: JSON
    told = value if isinstance(value, list) else [value]
    return [each for each in told if isinstance(each, Mapping)]


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(each) for each in value] if isinstance(value, list) else []


def _name(text: str) -> str:
    """Make the name of a promise of what somebody calls an intent."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"


def _moment(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).isoformat(timespec="seconds")


AT_LEAST = ("mos", "availability_ratio")

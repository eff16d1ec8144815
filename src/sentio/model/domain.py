"""Where on the path an experience can be spoilt: the six domains and the dimensions of the cube."""

from __future__ import annotations

from enum import StrEnum


class Domain(StrEnum):
    """The part of the path that an indicator speaks for."""

    DEVICE = "device"
    RAN = "ran"
    TRANSPORT = "transport"
    CORE = "core"
    EDGE = "edge"
    APPLICATION = "application"


DOMAINS: tuple[str, ...] = tuple(domain.value for domain in Domain)

DIMENSIONS: dict[str, str] = {
    "all": "everything, one total",
    "cell": "radio cell, access point or access line that served the subject",
    "gnb": "base station or access node",
    "link": "transport link",
    "upf": "user plane function, gateway",
    "edge": "edge host",
    "server": "application server or CDN",
    "app": "application",
    "device_model": "device type: TAC of the IMEI, product class of a CPE",
    "slice": "network slice (S-NSSAI), APN or DNN",
    "segment": "group of subjects: tariff, contract, operator, fleet",
}
"""Columns of an experience record that the cube keeps totals for, and what each means."""

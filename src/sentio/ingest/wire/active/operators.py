"""Names of network operators in a path, where an input says nowhere else whose network it saw."""

from __future__ import annotations

import re

OPERATORS = [
    "a1",
    "airtel",
    "altice",
    "att",
    "atnt",
    "att_us",
    "bell",
    "bouygues",
    "bsnl",
    "chinamobile",
    "chinatelecom",
    "chinaunicom",
    "claro",
    "cmcc",
    "cosmote",
    "docomo",
    "du",
    "eir",
    "elisa",
    "entel",
    "etisalat",
    "free",
    "gigacom",
    "globe",
    "hutchison",
    "jio",
    "kddi",
    "kpn",
    "lguplus",
    "magenta",
    "megafon",
    "mobily",
    "movistar",
    "mtn",
    "mts",
    "o2",
    "ooredoo",
    "optus",
    "orange",
    "play",
    "plus",
    "proximus",
    "rakuten",
    "rogers",
    "safaricom",
    "salt",
    "sfr",
    "singtel",
    "skt",
    "smart",
    "softbank",
    "spark",
    "starhub",
    "stc",
    "sunrise",
    "swisscom",
    "t-mobile",
    "t_mobile",
    "tdc",
    "telcel",
    "tele2",
    "telefonica",
    "telekom",
    "telenor",
    "telia",
    "telkomsel",
    "telstra",
    "telus",
    "tigo",
    "tim",
    "tmobile",
    "true",
    "turkcell",
    "unicom",
    "uscellular",
    "verizon",
    "viettel",
    "vivo",
    "vodacom",
    "vodafone",
    "windtre",
    "wind",
    "zain",
]
"""Brands of mobile operators, as people write them in names of folders."""

NAME = re.compile(
    r"(?<![a-z0-9])("
    + "|".join(map(re.escape, sorted(OPERATORS, key=len, reverse=True)))
    + r")(?![a-z0-9])"
)


def operator_in(path: str) -> str:
    """Find the last operator named in a path, as it is written there; empty if there is none."""
    found = NAME.findall(path.lower())
    return found[-1] if found else ""

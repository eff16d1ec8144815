"""A number says its unit in its name; the few that do not have a reason."""

from __future__ import annotations

import pytest

from sentio.kernel.config import Settings
from sentio.model.indicator import Indicator, indicators

UNITS = {
    "_ms": "ms",
    "_s": "s",
    "_ns": "ns",
    "_kbps": "kbit/s",
    "_bytes": "byte",
    "_ratio": "ratio",
    "_dbm": "dBm",
    "_db": "dB",
    "_fps": "1/s",
    "_px": "px",
    "_kmh": "km/h",
    "_m": "m",
    "_deg": "deg",
    "_count": "",
}
"""Suffix of an indicator, and the unit that it promises."""

INDICATORS_WITHOUT = {
    "is_success": "a question: 1 for yes, 0 for no",
    "is_retained": "a question: 1 for yes, 0 for no",
    "cqi": "an index without unit (TS 36.213)",
    "http_status": "a code (RFC 9110)",
    "burst_ratio": "BurstR of G.107, a quotient of two lengths that may well exceed 1",
    "reported_mos_lq": "MOS is its unit, and stands in its name",
    "reported_mos_cq": "MOS is its unit, and stands in its name",
    "mean_ln_bitrate": "a logarithm, named after what it is of",
    "mean_abs_ln_switch": "a logarithm, named after what it is of",
    "mean_ln_pixels": "a logarithm, named after what it is of",
}

SETTING_SUFFIXES = (
    "_s",
    "_mb",
    "_hours",
    "_days",
    "_rows",
    "_members",
    "_bodies",
    "_decimals",
    "_ratio",
)
SETTINGS_WITHOUT = {
    "threads": "a count of what its name says",
    "api_port": "a number that names, and measures nothing",
    "lab_control_port": "a number that names, and measures nothing",
    "lab_southbound_port": "a number that names, and measures nothing",
}


def suffix_of(name: str) -> str:
    return next((suffix for suffix in sorted(UNITS, key=len)[::-1] if name.endswith(suffix)), "")


@pytest.mark.parametrize(
    "each",
    [each for each in indicators().values() if each.shape != "text"],
    ids=lambda each: each.name,
)
def test_the_name_of_an_indicator_ends_in_its_unit(each: Indicator) -> None:
    suffix = suffix_of(each.name)
    keeps_its_word = bool(suffix) and UNITS[suffix] == each.unit

    assert keeps_its_word is (each.name not in INDICATORS_WITHOUT), (each.name, each.unit)


def test_the_name_of_a_numeric_setting_ends_in_its_unit() -> None:
    numeric = {
        name
        for name, field in Settings.model_fields.items()
        if {"int", "float"} & set(str(field.annotation).replace("<class '", "").split("'"))
        or str(field.annotation).startswith(("int", "float"))
    }

    bare = {name for name in numeric if not name.endswith(SETTING_SUFFIXES)}

    assert "commit_rows" in numeric
    assert bare == set(SETTINGS_WITHOUT)


def test_every_exception_is_still_needed() -> None:
    assert set(INDICATORS_WITHOUT) <= set(indicators())
    assert set(SETTINGS_WITHOUT) <= set(Settings.model_fields)

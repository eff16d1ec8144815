"""Units: what to multiply a number by to bring it to the unit that its column's name promises."""

from __future__ import annotations

from sentio.kernel.errors import DefinitionError

SCALES: dict[str, dict[str, float]] = {
    "ms": {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3, "min": 6e4, "h": 3.6e6},
    "s": {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600},
    "ns": {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9},
    "ratio": {"ratio": 1, "%": 0.01, "percent": 0.01, "permille": 0.001},
    "kbit/s": {
        "bit/s": 1e-3,
        "kbit/s": 1,
        "Mbit/s": 1e3,
        "Gbit/s": 1e6,
        "byte/s": 8e-3,
        "kbyte/s": 8,
        "Mbyte/s": 8e3,
    },
    "byte": {"bit": 0.125, "byte": 1, "kbyte": 1e3, "Mbyte": 1e6, "Gbyte": 1e9},
    "dBm": {"dBm": 1, "0.1dBm": 0.1},
    "dB": {"dB": 1, "0.1dB": 0.1},
    "km/h": {"km/h": 1, "m/s": 3.6},
    "m": {"m": 1, "km": 1e3, "cm": 0.01},
}
"""To unit, from unit, factor."""


def factor(from_unit: str, to_unit: str, *, where: str = "") -> float:
    """Give what a number in one unit is multiplied by to stand in another.

    Raises
    ------
    DefinitionError
        The two are not units of the same thing, or one is not known here.
    """
    if from_unit == to_unit:
        return 1.0
    known = SCALES.get(to_unit, {})
    if from_unit not in known:
        raise DefinitionError(
            f"unit {from_unit!r} cannot become {to_unit!r}",
            where=where,
            expected=f"one of {', '.join(known) or to_unit}",
        )
    return known[from_unit]

"""Numbers as people should read them: no false precision, a unit, and ≈ where it is an estimate."""

from __future__ import annotations

import math

NOTHING = "–"
MANY = 1_000_000
BILLION = 999_500_000  # what rounds to it
TEN = 10
FEW = 100
ENOUGH_FOR_TENTHS = 1000
SMALLEST_SHARE = 0.001


def count(n: float) -> str:
    """Write a count in full up to a million, then in millions or billions.

    Examples
    --------
    >>> count(12345), count(2_345_678), count(1_200_000_000)
    ('12,345', '2.35 M', '1.20 bn')
    """
    if n < MANY:
        return f"{n:,.0f}"
    return f"{n / 1e6:.3g} M" if n < BILLION else f"{n / 1e9:.2f} bn"


def exact(n: int) -> str:
    """Write a count in full."""
    return f"{n:,}"


def about(n: float) -> str:
    """Write an estimate: two figures, and the sign that says so.

    Examples
    --------
    >>> about(25602.1), about(8), about(1_234_567)
    ('≈ 26,000', '≈ 8', '≈ 1.2 M')
    """
    if n < MANY:
        return f"≈ {_two_figures(n):,.0f}"
    told = _two_figures(n / 1e5) / 10
    return f"≈ {told:,.0f} M" if told >= TEN else f"≈ {told:.1f} M"


def subjects(n: float, *, is_exact: bool) -> str:
    """Write a number of subjects, counted or estimated."""
    return count(n) if is_exact else about(n)


def plural(name: str, n: float) -> str:
    """Give the name of one, or of several."""
    return name if n == 1 else f"{name}s"


def share(part: float, whole: float) -> str:
    """Write a share in percent: tenths only where there are a thousand to share.

    Examples
    --------
    >>> share(139, 1000), share(14, 100), share(1, 100_000), share(0, 5), share(1, 0)
    ('13.9 %', '14 %', '< 0.1 %', '0 %', '–')
    """
    if not whole:
        return NOTHING
    ratio = part / whole
    if 0 < ratio < SMALLEST_SHARE:
        return "< 0.1 %"
    if 0 < 1 - ratio < SMALLEST_SHARE:
        return "> 99.9 %"
    digits = 1 if whole >= ENOUGH_FOR_TENTHS and 0 < ratio < 1 else 0
    return f"{100 * ratio:.{digits}f} %"


def ratio(value: float | None) -> str:
    """Write a ratio in percent; a dash where nothing is known."""
    if value is None:
        return NOTHING
    return share(value * 10_000, 10_000)


def whole(value: float) -> str:
    """Write a ratio in whole percent: for estimates, and for shares of a loss."""
    return f"{100 * value:.0f} %"


def mos(value: float | None, n: int) -> str:
    """Write a MOS: hundredths where there are a hundred uses, tenths else."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:.2f}" if n >= FEW else f"{value:.1f}"


def loss(value: float) -> str:
    """Write a loss of MOS."""
    return f"{value:.2f}"


def duration(seconds: float | None) -> str:
    """Write a length of time in its largest unit.

    Examples
    --------
    >>> duration(42), duration(5400), duration(200_000)
    ('42 s', '1.5 h', '2.3 days')
    """
    if seconds is None:
        return NOTHING
    for least, unit_s, unit in ((172_800, 86_400, "days"), (5400, 3600, "h"), (120, 60, "min")):
        if seconds >= least:
            told = seconds / unit_s
            return f"{told:,.0f} {unit}" if told >= FEW else f"{told:.2g} {unit}"
    return f"{max(seconds, 0):.0f} s"  # clocks differ: the newest record may lie ahead of ours


def _two_figures(n: float) -> float:
    if n <= 0:
        return 0
    step = 10 ** max(0, math.floor(math.log10(n)) - 1)
    return round(n / step) * step

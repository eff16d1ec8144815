"""Words for and against a cause, from what its element and the target lost."""

from __future__ import annotations

from sentio.analysis.cause_evidence import Evidence, Suspects

CLEAR_SPREADS = 3.0  # an excess beyond is clear, below it may be chance
GOOD_RATIO = 0.7  # of the loss of the target: enough to explain it
POOR_RATIO = 0.5
NEW_RATIO = 0.5  # of the uses: less of them usual is a change of use


def in_favour(who: Suspects, told: Evidence, suspect: int) -> tuple[str, ...]:
    """Say what speaks for a suspect."""
    own, spreads, explained, through = _figures(who, told, suspect)
    words: list[str] = []
    if spreads >= CLEAR_SPREADS:
        words.append(f"itself loses {own:.3g} more per tick than expected, {spreads:.0f} spreads")
    if explained >= GOOD_RATIO:
        words.append(f"that is {_percent(explained)} of what the target lost in the same ticks")
    if own > 0.0 and through < 1.0 - GOOD_RATIO:
        words.append("its dependencies account for next to nothing of it")
    return tuple(words)


def against(who: Suspects, told: Evidence, suspect: int) -> tuple[str, ...]:
    """Say what speaks against a suspect."""
    own, spreads, explained, through = _figures(who, told, suspect)
    words: list[str] = []
    if spreads < CLEAR_SPREADS:
        words.append(f"its own excess of {own:.3g} per tick may be chance: {spreads:.1f} spreads")
    if explained < POOR_RATIO:
        words.append(f"that is only {_percent(explained)} of what the target lost")
    if through >= POOR_RATIO:
        words.append(f"its dependencies account for {_percent(through)} of its excess")
    if told.excess.usual[0, who.causes[suspect]] < NEW_RATIO:
        words.append("it was hardly used before: what uses it may have changed")
    return tuple(words)


def _figures(who: Suspects, told: Evidence, suspect: int) -> tuple[float, float, float, float]:
    own = float(told.own[0, suspect])
    loss = float(told.excess.loss[0, who.causes[suspect]])
    lost = max(float(told.lost[0, suspect]), 1e-12)
    through = min(max((loss - own) / loss, 0.0), 1.0) if loss > 0.0 else 0.0
    explained = min(max(own * float(who.share[suspect]) / lost, 0.0), 1.0)
    return own, own / float(told.own_spread[0, suspect]), explained, through


def _percent(ratio: float) -> str:
    return f"{100.0 * ratio:.0f} %"

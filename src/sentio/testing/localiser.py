"""The contract of a localiser, checked on planted causes, on calm, on shuffled and on no cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

import numpy as np

from sentio.analysis.localiser import Cause, Cells, Localisation, Localiser, MeasureKind
from sentio.testing.breach import insist
from sentio.testing.declines import decline, shuffled, without_cells

PLANTED: tuple[Mapping[str, str], ...] = (
    {"cell": "cell-3"},
    {"app": "app-1", "device": "device-2"},
)
CALMS = 5
MOST_CALM_ANSWERS = 1


def check_localiser(localiser: Localiser, *, seed: int = 0) -> None:
    """Raise `BrokenContract` unless a localiser keeps its contract.

    Parameters
    ----------
    localiser
        Ours or a stranger's.
    seed
        Of the declines that it is tried on; another seed tries others.
    """
    insist(localiser.name, _declared(localiser))
    for kind in sorted(localiser.handles):
        breaches = [
            breach
            for planted in PLANTED
            for breach in _one(localiser, decline(kind, [planted], seed=seed), planted)
        ]
        breaches += [*_calm(localiser, kind, seed), *_empty(localiser, kind)]
        insist(localiser.name, (f"{kind}: {breach}" for breach in breaches))


def _declared(localiser: Localiser) -> Iterator[str]:
    if not localiser.handles:
        yield "it handles no measure"
    for kind in sorted(localiser.handles - set(get_args(MeasureKind))):
        yield f"there is no measure called {kind!r}"


def _one(localiser: Localiser, cells: Cells, planted: Mapping[str, str]) -> Iterator[str]:
    _freeze(cells)
    try:
        answer = localiser.localise(cells)
        again = localiser.localise(cells)
        other = localiser.localise(shuffled(cells))
    except Exception as error:  # noqa: BLE001  (whatever it raises is the breach)
        yield f"it raises {error!r} on cells that nobody may write to"
        return
    if answer != again:
        yield "it gives another answer when asked again"
    if _sets(answer) != _sets(other):
        yield f"{_words(answer)} becomes {_words(other)} when cells are shuffled and recoded"
    if _sets(answer) != {frozenset(planted.items())}:
        yield f"planted was {dict(planted)}, found {_words(answer)}"
    yield from _sound(answer, cells)


def _sound(answer: Localisation, cells: Cells) -> Iterator[str]:
    values = {each.name: each.values for each in cells.attributes}
    for cause in (*answer.causes, *answer.ranking):
        for name, value in (*cause.values, *cause.implied):
            if value not in values.get(name, ()):
                yield f"no attribute {name} has the value {value!r}"
        if not (0.0 <= cause.probability <= 1.0 and 0.0 <= cause.share <= 1.0):
            yield f"probability {cause.probability} and share {cause.share} are not in [0, 1]"
        if not np.isfinite([cause.gain, cause.effect]).all():
            yield f"gain {cause.gain} and effect {cause.effect} are not finite"
    gains = [cause.gain for cause in answer.ranking]
    if gains != sorted(gains, reverse=True):
        yield "the ranking does not fall"
    if not 0.0 <= answer.chance <= 1.0:
        yield f"chance is {answer.chance}"


def _calm(localiser: Localiser, kind: MeasureKind, seed: int) -> Iterator[str]:
    calm = [decline(kind, seed=seed * CALMS + number) for number in range(CALMS)]
    answers = [localiser.localise(cells) for cells in calm]
    told = [answer for answer in answers if answer.causes]
    if len(told) > MOST_CALM_ANSWERS:
        yield f"{len(told)} of {CALMS} times it blames where nothing is wrong: {_words(told[0])}"
    for answer, cells in zip(answers, calm, strict=True):
        yield from _sound(answer, cells)


def _empty(localiser: Localiser, kind: MeasureKind) -> Iterator[str]:
    try:
        answer = localiser.localise(without_cells(decline(kind)))
    except Exception as error:  # noqa: BLE001  (whatever it raises is the breach)
        yield f"without cells it raises {error!r}"
        return
    if answer.causes or answer.ranking:
        yield "no cells have a cause"


def _freeze(cells: Cells) -> None:
    arrays = [each.codes for each in cells.attributes]
    arrays += [getattr(cells.measure, name) for name in cells.measure.__dataclass_fields__]
    for array in arrays:
        array.flags.writeable = False


def _sets(answer: Localisation) -> set[frozenset[tuple[str, str]]]:
    return {frozenset(cause.values) for cause in answer.causes}


def _words(answer: Localisation) -> str:
    def of(cause: Cause) -> str:
        return " and ".join(f"{name}={value}" for name, value in cause.values)

    return "; ".join(of(cause) for cause in answer.causes) or "nothing"

"""A score in terms: each reads a few columns, so that a change makes only a few be worked out anew.

Worth it where formulas are long and their parts independent (sound and picture of a call): most
drivers then touch one part. A model may as well be one plain function; that is a single term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sentio.experience.columns import Column, Columns, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A part of a score.

    Attributes
    ----------
    name
        What terms after it read it by; no input has that name.
    reads
        Inputs, or terms before it, that ``of`` needs; it is given these and no others.
    of
        Pure, a row's value depending on that row alone, as `Service.mos`.
    """

    name: str
    reads: tuple[str, ...]
    of: Callable[[Columns], Column]


@dataclass(frozen=True, slots=True)
class InTerms:
    """A service model made of terms in order; the last one is the MOS.

    Examples
    --------
    >>> late = Term(name="late", reads=("delay_ms",), of=lambda x: 0.01 * x["delay_ms"])
    >>> mos = Term(name="mos", reads=("late",), of=lambda x: 5.0 - x["late"])
    >>> InTerms((late, mos))({"delay_ms": np.array([50.0])}).tolist()
    [4.5]
    """

    terms: tuple[Term, ...]

    def __call__(self, columns: Columns) -> FloatArray:
        """MOS of each row, shape (rows,)."""
        return self.mos_in(worked_out(self.terms, columns))

    def mos_in(self, known: Columns) -> FloatArray:
        """Give the MOS among terms that are worked out."""
        return np.asarray(known[self.terms[-1].name])

    def touched_by(self, column: str) -> tuple[Term, ...]:
        """Give the terms that another value of a column changes, in order."""
        stale, touched = {column}, list[Term]()
        for term in self.terms:
            if not stale.isdisjoint(term.reads):
                stale.add(term.name)
                touched.append(term)
        return tuple(touched)


def in_terms(mos: Callable[[Columns], FloatArray], inputs: tuple[str, ...]) -> InTerms:
    """Give any service model as terms: its own, or itself as the only one."""
    return mos if isinstance(mos, InTerms) else InTerms((Term(name="mos", reads=inputs, of=mos),))


def worked_out(terms: tuple[Term, ...], columns: Columns) -> Mapping[str, Column]:
    """Work terms out in order; gives the columns with the terms among them."""
    known = dict(columns)
    for term in terms:
        known[term.name] = term.of({name: known[name] for name in term.reads})
    return known

"""What explains a loss: the MOS that each indicator regains by returning to its nominal value.

One at a time; for impairments that add, as in the E-model, this is exact in the R domain.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sentio.experience.columns import Column, Columns, FloatArray, differs, take
from sentio.experience.preparation import filled
from sentio.experience.service import Input, Service
from sentio.experience.terms import InTerms, in_terms, worked_out
from sentio.model.domain import Domain
from sentio.model.indicator import indicator


def mos_and_gains(service: Service, columns: Columns) -> tuple[FloatArray, dict[str, FloatArray]]:
    """MOS, and the MOS regained by returning each driver to nominal, one at a time; never negative.

    Only the terms that such a return touches are worked out again; where it changes less than half
    of the rows, only on those.
    """
    model = in_terms(service.mos, tuple(wanted.name for wanted in service.inputs))
    known = worked_out(model.terms, columns)
    drivers = (wanted for wanted in service.inputs if wanted.is_driver)
    gains = {
        wanted.name: _gain(model, known, *_returned(service, wanted, columns)) for wanted in drivers
    }
    return model.mos_in(known), gains


def _gain(model: InTerms, known: Columns, name: str, column: Column) -> FloatArray:
    mos, gain = model.mos_in(known), np.zeros(len(model.mos_in(known)))
    rows = np.flatnonzero(differs(known[name], column))
    touched = model.touched_by(name) if len(rows) else ()
    if not touched:
        return gain
    if 2 * len(rows) > len(mos):
        gain += model.mos_in(worked_out(touched, {**known, name: column})) - mos
    else:
        needed = {read for term in touched for read in term.reads} - {name}
        needed -= {term.name for term in touched}
        kept = {other: take(known[other], rows) for other in needed}
        again = worked_out(touched, {**kept, name: take(column, rows)})
        gain[rows] = model.mos_in(again) - mos[rows]
    return np.maximum(gain, 0.0, out=gain)


def domain_loss(service: Service, loss: Mapping[str, FloatArray]) -> dict[Domain, FloatArray]:
    """Add the drivers' losses up by domain."""
    sums: dict[Domain, FloatArray] = {}
    for wanted in service.inputs:
        if wanted.name in loss:
            domain = wanted.domain or indicator(wanted.name).domain
            sums[domain] = sums.get(domain, 0.0) + loss[wanted.name]
    return sums


def _returned(service: Service, wanted: Input, columns: Columns) -> tuple[str, Column]:
    """Which column changes, and to what, when a driver returns to nominal."""
    if wanted.part_of:
        whole = np.asarray(columns[wanted.part_of])
        return wanted.part_of, np.maximum(whole - _excess(wanted, columns), 0.0)
    nominal = filled(wanted.nominal, like=columns[wanted.name])
    parts = [part for part in service.inputs if part.part_of == wanted.name]
    if not parts:
        return wanted.name, nominal
    blamed = sum((_excess(part, columns) for part in parts), np.asarray(nominal))
    return wanted.name, np.minimum(np.asarray(columns[wanted.name]), blamed)


def _excess(part: Input, columns: Columns) -> FloatArray:
    return np.maximum(np.asarray(columns[part.name]) - float(part.nominal), 0.0)  # pyright: ignore[reportArgumentType]

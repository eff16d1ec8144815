"""What explains a loss: the MOS that each indicator regains by returning to its nominal value.

One at a time; for impairments that add, as in the E-model, this is exact in the R domain.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sentio.experience.columns import Column, FloatArray, differs, take
from sentio.experience.preparation import filled
from sentio.experience.service import Input, Service
from sentio.model.domain import Domain
from sentio.model.indicator import indicator


def drivers(
    service: Service, columns: Mapping[str, Column], mos: FloatArray
) -> dict[str, FloatArray]:
    """MOS regained by returning each driver to nominal, one at a time; never negative.

    Only the rows that such a return changes are scored again.
    """
    gains: dict[str, FloatArray] = {}
    for wanted in service.inputs:
        if wanted.is_driver:
            name, column = _returned(service, wanted, columns)
            rows = np.flatnonzero(differs(columns[name], column))
            gains[wanted.name] = gain = np.zeros(len(mos))
            if len(rows) == len(mos):
                gain[:] = service.mos({**columns, name: column}) - mos
            elif len(rows):
                kept = {other: take(columns[other], rows) for other in columns}
                gain[rows] = service.mos({**kept, name: take(column, rows)}) - mos[rows]
            np.maximum(gain, 0.0, out=gain)
    return gains


def domain_loss(service: Service, loss: Mapping[str, FloatArray]) -> dict[Domain, FloatArray]:
    """Add the drivers' losses up by domain."""
    sums: dict[Domain, FloatArray] = {}
    for wanted in service.inputs:
        if wanted.name in loss:
            domain = wanted.domain or indicator(wanted.name).domain
            sums[domain] = sums.get(domain, 0.0) + loss[wanted.name]
    return sums


def _returned(service: Service, wanted: Input, columns: Mapping[str, Column]) -> tuple[str, Column]:
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


def _excess(part: Input, columns: Mapping[str, Column]) -> FloatArray:
    return np.maximum(np.asarray(columns[part.name]) - float(part.nominal), 0.0)  # pyright: ignore[reportArgumentType]

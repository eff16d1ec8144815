"""Service models without code: curves and weights in a TOML file, checked once, then columns.

Each ``definitions/services/*.toml`` is one service; so is each in the folder ``services`` of
``$SENTIO_DEFINITIONS``, where an operator keeps its own.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from pydantic import ValidationError

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.definition import CurveDefinition, ServiceDefinition
from sentio.experience.models.outcome import given_outcome
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term
from sentio.kernel.errors import DefinitionError
from sentio.model.domain import Domain

OWN_DEFINITIONS = "SENTIO_DEFINITIONS"
"""Environment variable that names the operator's own folder of definitions."""


def toml_services() -> list[Service]:
    """Read every service defined in TOML, ours and the operator's; raises `DefinitionError`."""
    return [read_service(path) for path in _definitions()]


def read_service(path: Traversable) -> Service:
    """Read one definition; raises `DefinitionError` that names the file and the field."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"not TOML: {error}", where=path.name) from error
    try:
        definition = ServiceDefinition.model_validate(table)
    except ValidationError as error:
        raise _explained(error, where=path.name) from error
    return _service(definition)


def _definitions() -> Iterator[Traversable]:
    folders: list[Traversable] = [files("sentio") / "definitions" / "services"]
    if own := os.environ.get(OWN_DEFINITIONS):
        if not Path(own).is_dir():
            raise DefinitionError(f"no folder {own!r}", where=OWN_DEFINITIONS)
        folders.append(Path(own) / "services")
    for folder in folders:
        if folder.is_dir():
            yield from sorted(
                (path for path in folder.iterdir() if path.name.endswith(".toml")),
                key=lambda path: path.name,
            )


def _explained(error: ValidationError, *, where: str) -> DefinitionError:
    first, *others = error.errors()
    field = ".".join(str(part) for part in first["loc"]) or "the definition"
    more = f"{len(others)} more to come after this one." if others else ""
    return DefinitionError(
        f"{field}: {first['msg'].removeprefix('Value error, ')}", where=where, next_step=more
    )


def _service(definition: ServiceDefinition) -> Service:
    curves = tuple(_Curve.of(each) for each in definition.indicator)
    gates = (Input(name=name, nominal=1.0, weight=0.02) for name in definition.gate)
    return Service(
        name=definition.name,
        title=definition.title,
        standard=definition.standard,
        version=definition.version,
        subject_kind=definition.subject_kind,
        inputs=(*(_input(each) for each in definition.indicator), *gates),
        mos=_model(curves, _COMBINATIONS[definition.combine], tuple(definition.gate)),
        confidence=definition.confidence,
        provisional=definition.provisional,
        poor_below=definition.poor_below,
        examples=tuple(
            Example(given=one.given, mos=one.mos, tolerance=one.tolerance, source=one.source)
            for one in definition.example
        ),
    )


def _input(curve: CurveDefinition) -> Input:
    return Input(
        name=curve.name,
        nominal=curve.nominal,
        assumed=curve.assumed,
        need=curve.need,
        weight=curve.weight,
        domain=Domain(curve.domain) if curve.domain else None,
        is_driver=curve.is_driver,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    name: str
    x: FloatArray  # of the logarithm, where the curve is over one
    mos: FloatArray
    is_log: bool
    share: float

    @classmethod
    def of(cls, curve: CurveDefinition) -> _Curve:
        x, mos = np.array(curve.curve, dtype=np.float64).T
        is_log = curve.scale == "log"
        return cls(
            name=curve.name,
            x=np.log(x) if is_log else x,
            mos=np.ascontiguousarray(mos),
            is_log=is_log,
            share=curve.share,
        )

    def read(self, columns: Columns) -> FloatArray:
        """MOS by this indicator alone, level beyond both ends of the curve."""
        values = np.asarray(columns[self.name])
        if self.is_log:
            values = np.log(np.maximum(values, np.exp(self.x[0])))
        return np.interp(values, self.x, self.mos)


Combination: TypeAlias = Callable[[tuple[_Curve, ...], list[FloatArray]], FloatArray]


def _model(curves: tuple[_Curve, ...], combine: Combination, gate: tuple[str, ...]) -> InTerms:
    names = tuple(f"{curve.name} mos" for curve in curves)

    def mos(columns: Columns) -> FloatArray:
        each = [np.asarray(columns[name]) for name in names]
        return given_outcome(combine(curves, each), columns, *gate)

    read = (
        Term(name=name, reads=(curve.name,), of=curve.read)
        for name, curve in zip(names, curves, strict=True)
    )
    return InTerms((*read, Term(name="mos", reads=(*names, *gate), of=mos)))


def _weighted(curves: tuple[_Curve, ...], each: list[FloatArray]) -> FloatArray:
    total = sum(curve.share for curve in curves)
    scored = zip(curves, each, strict=True)
    return np.sum([curve.share / total * mos for curve, mos in scored], axis=0)


def _weakest(_curves: tuple[_Curve, ...], each: list[FloatArray]) -> FloatArray:
    return np.minimum.reduce(each)


def _product(_curves: tuple[_Curve, ...], each: list[FloatArray]) -> FloatArray:
    return 1.0 + 4.0 * np.multiply.reduce([(mos - 1.0) / 4.0 for mos in each])


_COMBINATIONS = {"weighted": _weighted, "weakest": _weakest, "product": _product}

"""A question: an expression that any engine answers, and what is worked out from the answer."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import ibis.expr.types as ir
import pyarrow as pa

from sentio.kernel.errors import SentioError, UnknownName

Value: TypeAlias = int | float | str | tuple[str, ...] | tuple[float, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One named question to the store.

    Attributes
    ----------
    ask
        ``ask(tables, **parameters)``: an Ibis expression. Pure; no engine's own words in it.
    finish
        What is done to the answer, if anything: quantiles from bins, counts from sketches.
    is_of_facts
        It reads single uses, day by day, rather than the cube.
    shaping
        Parameters that change the expression itself and not only a value in it.
    """

    ask: Callable[..., ir.Table]
    finish: Callable[[pa.Table], pa.Table] | None = None
    is_of_facts: bool = False
    shaping: tuple[str, ...] = ("step_hours",)

    @property
    def name(self) -> str:
        """The name people type, that of the function."""
        return self.ask.__name__

    @property
    def meaning(self) -> str:
        """What it answers, one sentence."""
        return (inspect.getdoc(self.ask) or "").splitlines()[0]

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """Its keyword parameters by name."""
        found = inspect.signature(self.ask).parameters
        return {name: found[name] for name in found if name != "tables"}

    def read(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Turn parameters as people type them into values of the right type.

        Raises
        ------
        UnknownName
            The question has no such parameter.
        SentioError
            A value is not of the parameter's type.
        """
        hints = typing.get_type_hints(self.ask)
        given: dict[str, Value] = {}
        for name, text in texts.items():
            if name not in self.parameters:
                raise UnknownName.among(f"parameter of {self.name}", name, self.parameters)
            given[name] = _value(name, text, hints[name])
        return given


def _value(name: str, text: str, hint: object) -> Value:
    kinds = typing.get_args(hint) or (hint,)
    lists = [each for each in (hint, *kinds) if typing.get_origin(each) is tuple]
    if lists:  # also where none need be given
        kinds = typing.get_args(lists[0])
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return tuple(float(part) for part in parts) if float in kinds else tuple(parts)
    if int not in kinds:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise SentioError(f"{text!r} is not a whole number", where=name) from error

"""The contract of a service model: its inputs, and one function from columns to MOS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.experience.columns import Columns, FloatArray
from sentio.kernel.register import Register
from sentio.model.domain import Domain

Need = Literal["must", "either", "grounds", "helps"]
Value = float | str | tuple[float, ...]
Scope = tuple[float, float] | frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One indicator that a service model reads.

    Attributes
    ----------
    name
        The indicator, as in the catalogue; its shape there decides the column's type.
    nominal
        Its value when nothing is wrong; drivers are found by setting it to this. For a list
        indicator a number fills the list as it stands, and ``()`` empties it.
    assumed
        What stands in where it is missing; the nominal value unless said.
    need
        ``must``: without it there is no score. ``either``: there is a score where at least one
        of the inputs so marked is present, grounded where all are. ``grounds``: where it is
        missing the score is still given but not grounded. ``helps``: missing costs confidence
        only.
    weight
        Share of the confidence that is lost where it is missing, [0, 1].
    scope
        Where the published model holds: lowest and highest value of a number, or the texts of
        its table (lower case). Elsewhere the score is given, as uncertain as if the input were
        missing, and not grounded.
    part_of
        The input that this one is a part of, in the same unit (name resolution is a part of the
        page load). The model reads only the whole; as a driver, a part takes the blame for what
        it adds to the whole beyond its nominal value, and the whole for the rest.
    domain
        The domain it speaks for in this service, if not the catalogue's.
    is_driver
        False for context (display size, device class) that nobody would call a cause.
    """

    name: str
    nominal: Value
    assumed: Value | None = None
    need: Need = "helps"
    weight: float = 0.1
    domain: Domain | None = None
    is_driver: bool = True
    scope: Scope | None = None
    part_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked example, from the standard or by hand: these inputs give this MOS."""

    given: Mapping[str, float | str | list[float]]
    mos: float
    tolerance: float = 1e-3
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service model.

    Attributes
    ----------
    mos
        ``mos(columns)``: shape (rows,), [1, 5]. Pure. Every input is present as a column without
        gaps (the engine has filled in what was assumed). No Python loop over rows; a row's score
        depends on that row alone (the engine scores the rows that a driver spoilt, no others).
    confidence
        How far to trust the model when all inputs are present, [0, 1]: its published
        correlation with people, or our estimate (say which in the docstring of the file).
    provisional
        Why the score is never grounded, in words; empty for a published model.
    poor_below
        MOS under which a use counts as poor.
    watches_each
        Whether the watch judges each subject by itself, beside the groups it belongs to: worth its
        false alarms where one thing matters much, such as a single machine.

    Notes
    -----
    Where a model reads ``is_success``, a use that failed (0) needs no other input: nothing is
    missing, and ``mos`` must give 1.
    """

    name: str
    title: str
    standard: str
    version: str
    subject_kind: Literal["user", "thing"]
    inputs: tuple[Input, ...]
    mos: Callable[[Columns], FloatArray]
    confidence: float
    provisional: str = ""
    poor_below: float = 3.0
    watches_each: bool = False
    examples: tuple[Example, ...] = field(default_factory=tuple[Example, ...])


def _from_toml() -> list[Service]:
    from sentio.experience.no_code import toml_services  # noqa: PLC0415  (reads the definitions late)

    return toml_services()


SERVICES: Register[Service] = Register(
    "service", constant="SERVICE", package="sentio.experience.services", more=_from_toml
)
"""All service models, by name: one Python file or one TOML file each."""

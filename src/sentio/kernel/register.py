"""Plug-ins are found by being there: one file, one constant, no list to keep."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

from sentio.kernel.errors import DefinitionError, UnknownName


class Named(Protocol):
    """A plug-in has a name, unique among its kind."""

    @property
    def name(self) -> str:
        """The name people type."""
        ...


P = TypeVar("P", bound=Named)


class Register(Generic[P]):
    """All plug-ins of one kind: those in our folder, those of other distributions.

    Nothing is imported until the first look-up. Entry points are read from the group
    ``sentio.<kind>``; each points at the plug-in itself.

    Parameters
    ----------
    kind
        What one is called in messages and in the entry point group, such as ``format``.
    constant
        The module constant that offers the plug-in, such as ``FORMAT``.
    package
        The package whose modules are searched, such as ``sentio.ingest.formats``.
    more
        Further plug-ins that are not code, such as services written in TOML.
    """

    def __init__(
        self,
        kind: str,
        *,
        constant: str,
        package: str,
        more: Callable[[], list[P]] = list,
    ) -> None:
        self.kind = kind
        self._constant = constant
        self._package = package
        self._more = more
        self._found: dict[str, P] | None = None

    def __getitem__(self, name: str) -> P:
        """Give the plug-in of that name, or raise `UnknownName` with the nearest one."""
        found = self._load()
        if name not in found:
            raise UnknownName.among(self.kind, name, found)
        return found[name]

    def __iter__(self) -> Iterator[P]:
        """Go through all plug-ins in order of their names."""
        return iter(self._load().values())

    def __contains__(self, name: object) -> bool:
        """Tell whether a plug-in of that name exists."""
        return name in self._load()

    def names(self) -> list[str]:
        """List all names, sorted."""
        return list(self._load())

    def _load(self) -> dict[str, P]:
        if self._found is None:
            found: dict[str, P] = {}
            for plug_in in [*self._in_folder(), *self._more(), *self._elsewhere()]:
                if plug_in.name in found:
                    raise DefinitionError(
                        f"two {self.kind}s are called {plug_in.name!r}",
                        next_step="Rename or remove one.",
                    )
                found[plug_in.name] = plug_in
            self._found = dict(sorted(found.items()))
        return self._found

    def _in_folder(self) -> Iterator[P]:
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.startswith("_"):
                continue
            loaded = importlib.import_module(f"{self._package}.{module.name}")
            if not hasattr(loaded, self._constant):
                raise DefinitionError(
                    f"{module.name}.py offers no {self._constant}",
                    where=self._package,
                    expected=f"one constant {self._constant} in each file",
                )
            yield getattr(loaded, self._constant)

    def _elsewhere(self) -> Iterator[P]:
        for entry in entry_points(group=f"sentio.{self.kind}"):
            yield entry.load()

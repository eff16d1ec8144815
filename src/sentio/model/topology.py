"""What hangs on what: the parents and servers of each element, as attributes of a use.

A use names the elements of its path (cell, gnb, link, upf ...). The topology adds those that it
does not name: the ring of the link, the router of the ring, the AMF that serves the gNB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from sentio.model.domain import DIMENSIONS, Domain

DOMAIN_OF_KIND: dict[str, Domain] = {
    "cell": Domain.RAN,
    "gnb": Domain.RAN,
    "site": Domain.RAN,
    "link": Domain.TRANSPORT,
    "ring": Domain.TRANSPORT,
    "router": Domain.TRANSPORT,
    "core_router": Domain.TRANSPORT,
    "upf": Domain.CORE,
    "amf": Domain.CORE,
    "smf": Domain.CORE,
    "dns": Domain.CORE,
    "ims": Domain.CORE,
    "edge": Domain.EDGE,
    "server": Domain.APPLICATION,
    "app": Domain.APPLICATION,
    "app_version": Domain.APPLICATION,
    "device_model": Domain.DEVICE,
    "firmware": Domain.DEVICE,
    "cpe": Domain.DEVICE,
    "subject": Domain.DEVICE,
}
"""The domain that an element of a kind belongs to; a slice or segment belongs to none."""

MOST_STEPS = 8  # up a chain of parents: longer chains are loops


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A further attribute of a use: the element above one that it names."""

    kind: str
    below: str  # the dimension of the use that it is derived from
    of: Mapping[str, str]  # member of that dimension -> element above


@dataclass(frozen=True, slots=True)
class Topology:
    """All derived attributes, by kind of element, and the parent of every element.

    ``neighbours`` are the cells that a cell hands its users over to.
    """

    derived: Mapping[str, Derived] = field(default_factory=dict[str, Derived])
    parent: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: Mapping[str, str] = field(default_factory=dict[str, str])
    neighbours: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def above(self, element: str) -> tuple[str, ...]:
        """List the parents of an element, the nearest first."""
        found: list[str] = []
        while (element := self.parent.get(element, "")) and len(found) < MOST_STEPS:
            found.append(element)
        return tuple(found)

    def below(self, element: str) -> tuple[str, ...]:
        """List the elements right under one."""
        return tuple(one for one, parent in self.parent.items() if parent == element)

    def is_tied(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        """Tell whether of two elements, each with its kind, one is above the other.

        So are, of each other, two functions that serve the same element, as a DNS and an SMF of
        one UPF.
        """
        (kind, element), (other_kind, of) = one, other
        derived = self.derived
        return (
            (other_kind in derived and derived[other_kind].of.get(element) == of)
            or (kind in derived and derived[kind].of.get(of) == element)
            or of in self.above(element)
            or element in self.above(of)
            or bool(self._served(kind, element) & self._served(other_kind, of))
        )

    def _served(self, kind: str, element: str) -> set[tuple[str, str]]:
        """Give what a function serves, each with its dimension."""
        if kind not in self.derived:
            return set()
        derived = self.derived[kind]
        return {(derived.below, one) for one, above in derived.of.items() if above == element}


def topology(elements: pa.RecordBatch, links: pa.RecordBatch) -> Topology:
    """Build the topology from ``ELEMENT`` and ``LINK`` records; the last version counts.

    A link of ``link_kind`` "serves" goes from the function that serves to the element served, one
    of "neighbour" (a cell relation of TS 28.541) from a cell to one that it hands users over to.
    """
    names, kinds, parents = (
        elements.column(c).to_pylist() for c in ("element", "element_kind", "parent")
    )
    kind = dict(zip(names, kinds, strict=True))
    parent = {n: p for n, p in zip(names, parents, strict=True) if p}
    above: dict[tuple[str, str], dict[str, str]] = {}
    for name in names:
        own = kind[name]
        if own not in DIMENSIONS:
            continue
        for step in Topology(parent=parent).above(name):
            if (of := kind.get(step, "")) not in DIMENSIONS and of:
                above.setdefault((of, own), {}).setdefault(name, step)  # the nearest of a kind
    above |= _served(links, kind)
    return Topology(
        derived=_nearest(above), parent=parent, kind=kind, neighbours=_neighbours(links)
    )


def _neighbours(links: pa.RecordBatch) -> dict[str, frozenset[str]]:
    """Who is near whom, both ways."""
    found: dict[str, set[str]] = {}
    rows = (links.column(c).to_pylist() for c in ("from_element", "to_element", "link_kind"))
    for one, other, how in zip(*rows, strict=True):
        if how == "neighbour":
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {element: frozenset(near) for element, near in found.items()}


def _served(
    links: pa.RecordBatch, kind: Mapping[str, str]
) -> dict[tuple[str, str], dict[str, str]]:
    """Who serves whom, by kind of server and of client; not where a client has several servers."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    unclear: set[tuple[str, str]] = set()
    rows = (links.column(c).to_pylist() for c in ("from_element", "to_element", "link_kind"))
    for server, client, how in zip(*rows, strict=True):
        pair = (kind.get(server, ""), kind.get(client, ""))
        if how != "serves" or not pair[0] or pair[0] in DIMENSIONS or pair[1] not in DIMENSIONS:
            continue
        if found.setdefault(pair, {}).setdefault(client, server) != server:
            unclear.add(pair)
    return {pair: of for pair, of in found.items() if pair not in unclear}


def _nearest(above: Mapping[tuple[str, str], dict[str, str]]) -> dict[str, Derived]:
    """Of several dimensions below a kind, keep the coarsest, which is the cheapest to roll up.

    Of two as coarse, the one further from the subject, in whatever order elements are told.
    """
    found: dict[str, Derived] = {}
    order = list(DIMENSIONS)
    ranked = sorted(above.items(), key=lambda one: (len(one[1]), -order.index(one[0][1])))
    for (kind, below), of in ranked:
        found.setdefault(kind, Derived(kind=kind, below=below, of=of))
    return found


def attributes_of(topology: Topology, path: Iterable[str]) -> tuple[str, ...]:
    """Name the attributes of a use: the given dimensions and all that the topology adds."""
    return (*path, *(kind for kind in topology.derived if kind not in DIMENSIONS))


def with_derived(uses: pa.Table, topology: Topology) -> pa.Table:
    """Add the derived attributes of uses, as far as they name what is below."""
    for kind, derived in topology.derived.items():
        if derived.below not in uses.column_names or kind in uses.column_names:
            continue
        column = uses.column(derived.below).unify_dictionaries().combine_chunks()
        names = column.dictionary.to_pylist()
        above = pa.array([derived.of.get(name) for name in names], pa.string()).dictionary_encode()
        codes = above.indices.take(column.indices)
        uses = uses.append_column(kind, pa.DictionaryArray.from_arrays(codes, above.dictionary))
    return uses

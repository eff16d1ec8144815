"""What hangs on an element: who loses the only way when it is worked on, who goes a longer one.

Elements and what carries them are a directed graph. What cannot be reached from any root without
the element loses its only way; what can, goes round it (dominators of a flow graph, R. E. Tarjan,
SIAM J. Comput. 3 (1974) 62-89, found by leaving the element out).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from sentio.model.domain import DIMENSIONS
from sentio.model.topology import Topology
from sentio.model.work import Reach, Work

BACKED = ("is_protected", "is_redundant", "has_backup")  # attributes of an element
YES = (True, 1, "1", "true", "yes", "True")
ACCESS = ("cell", "gnb", "link")  # dimensions of a use that name where it enters, the finest first


@dataclass(frozen=True, slots=True)
class Ways:
    """How traffic gets to each element: ``feeds`` names what is right above it.

    ``backed`` are the elements that have a way round inside them, such as a closed ring;
    ``serving`` names by client the functions of each kind that serve it.
    """

    topology: Topology
    feeds: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    backed: frozenset[str] = frozenset()
    serving: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, topology: Topology, elements: pa.RecordBatch, links: pa.RecordBatch) -> Ways:
        """Read them from ``ELEMENT`` and ``LINK`` records."""
        feeds: dict[str, set[str]] = {e: {p} for e, p in topology.parent.items()}
        serving: dict[str, set[str]] = {}
        rows = (links.column(c).to_pylist() for c in ("from_element", "to_element", "link_kind"))
        for above, below, how in zip(*rows, strict=True):
            if how == "serves":
                serving.setdefault(below, set()).add(above)
            elif how != "neighbour":
                feeds.setdefault(below, set()).add(above)
        told = zip(
            *(elements.column(c).to_pylist() for c in ("element", "attributes")), strict=True
        )
        return cls(
            topology,
            {e: frozenset(each) for e, each in feeds.items()},
            frozenset(name for name, more in told if _is_backed(more)),
            {e: frozenset(each) for e, each in serving.items()},
        )

    def below(self, element: str) -> frozenset[str]:
        """Give all that can be reached through an element, itself too."""
        under: dict[str, list[str]] = {}
        for below, above in self.feeds.items():
            for each in above:
                under.setdefault(each, []).append(below)
        return _reached((element,), under)

    def cut_off(self, element: str) -> frozenset[str]:
        """Give all that cannot be reached any more without an element, itself too."""
        under: dict[str, list[str]] = {}
        for below, above in self.feeds.items():
            for each in above:
                if element not in (below, each):
                    under.setdefault(each, []).append(below)
        known = set(self.feeds) | {each for above in self.feeds.values() for each in above}
        roots = [each for each in known if not self.feeds.get(each) and each != element]
        return frozenset((known - _reached(roots, under)) & self.below(element)) | {element}


def reach_of(work: Work, ways: Ways) -> Reach:
    """Tell who depends on the element of a work, and what is left to them meanwhile.

    Examples
    --------
    >>> way = Topology(
    ...     parent={"cell-1": "link-1", "link-1": "ring-1"},
    ...     kind={"cell-1": "cell", "link-1": "link", "ring-1": "ring"},
    ... )
    >>> ways = Ways(way, {"cell-1": frozenset({"link-1"}), "link-1": frozenset({"ring-1"})})
    >>> work = Work(
    ...     id="w",
    ...     element="link-1",
    ...     element_kind="link",
    ...     title="",
    ...     begins_ns=0,
    ...     ends_ns=1,
    ...     announced_ns=0,
    ... )
    >>> found = reach_of(work, ways)
    >>> found.way, found.dimension, sorted(found.members)
    ('lost', 'cell', ['cell-1'])
    """
    kind = ways.topology.kind.get(work.element, work.element_kind)
    behind = ways.below(work.element)
    lost = frozenset[str]() if work.element in ways.backed else ways.cut_off(work.element)
    for dimension in ACCESS:
        of_kind = {each for each in behind if ways.topology.kind.get(each) == dimension}
        if not of_kind:
            continue
        cut = of_kind & lost
        others = sorted(_round(work.element, behind - lost, ways))
        return Reach(
            way="lost" if cut else "longer",
            dimension=dimension,
            members=frozenset(cut or of_kind),
            elements=tuple(sorted((lost if cut else behind) - {work.element})),
            round=tuple(others),
        )
    return _of_function(work.element, kind, ways)


def _of_function(element: str, kind: str, ways: Ways) -> Reach:
    """Tell who is served by a function, and whether a like one could take over."""
    clients = [client for client, by in ways.serving.items() if element in by]
    others = {
        each
        for client in clients
        for each in ways.serving[client]
        if each != element and ways.topology.kind.get(each) == kind
    }
    derived = ways.topology.derived.get(kind)
    if kind in DIMENSIONS:
        dimension, members = kind, frozenset({element})
    elif derived is not None:
        dimension = derived.below
        members = frozenset(below for below, above in derived.of.items() if above == element)
    else:
        dimension, members = kind, frozenset({element})
    is_backed = element in ways.backed or bool(others)
    return Reach(
        way="longer" if is_backed else "served",
        dimension=dimension,
        members=members,
        elements=tuple(sorted(clients)),
        round=tuple(sorted(others)),
    )


def _round(element: str, spared: frozenset[str], ways: Ways) -> set[str]:
    """Name what feeds those who are not cut off, beside the element: or itself, if it is backed."""
    if element in ways.backed:
        return {element}
    found = {each for one in spared for each in ways.feeds.get(one, frozenset())}
    return found - {element} - spared


def _reached(first: Iterable[str], under: Mapping[str, list[str]]) -> frozenset[str]:
    found, fresh = set(first), list(first)
    while fresh:
        fresh = [each for one in fresh for each in under.get(one, ()) if each not in found]
        found.update(fresh)
    return frozenset(found)


def _is_backed(attributes: str | None) -> bool:
    if not attributes:
        return False
    try:
        told = json.loads(attributes)
    except ValueError:
        return False
    return isinstance(told, dict) and any(told.get(name) in YES for name in BACKED)

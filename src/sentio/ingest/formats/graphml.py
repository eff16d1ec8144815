"""Network maps as GraphML, such as those of the Internet Topology Zoo: nodes and edges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeAlias

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no types)

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.values import as_number, json_object
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.personal import without_contacts
from sentio.ingest.wire.xml.prolog import Refusal, check_prolog, first_element
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind, Quality

Element: TypeAlias = Any  # lxml publishes no types

MAX_WAITING = 1_000_000
MAX_TEXT = 4096
MAX_HELD = 10_000  # elements within one node

NAMES = ("label", "name", "nodelabel")
KINDS = ("type", "kind", "nodetype", "devicetype")
LONGITUDES = ("longitude", "lon", "long", "x_lon")
LATITUDES = ("latitude", "lat", "y_lat")
CAPACITY: dict[str, float] = {
    "linkspeedraw": 1.0,
    "capacity_bps": 1.0,
    "bandwidth_bps": 1.0,
    "capacity_mbps": 1e6,
    "bandwidth_mbps": 1e6,
    "capacity": 1.0,
    "bandwidth": 1.0,
}
"""Keys of an edge's capacity, with the factor that makes it bit/s."""
UNITS: dict[str, float] = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}


@dataclass(slots=True)
class _Graph:
    """What has been seen: the meaning of each key, the graph's name, each node's element."""

    keys: dict[str, str] = field(default_factory=dict[str, str])
    network: str = ""
    elements: dict[str, str] = field(default_factory=dict[str, str])
    taken: set[str] = field(default_factory=set[str])
    waiting: list[tuple[int, dict[str, str], dict[str, str], bytes]] = field(
        default_factory=list[tuple[int, dict[str, str], dict[str, str], bytes]]
    )
    rows: int = 0


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are GraphML: by the root element, if a DOCTYPE does not hide it."""
    del name
    if first_element(head) == "graphml":
        return 0.95
    return 0.8 if b"<!DOCTYPE" in head and re.search(rb"<(\w{1,20}:)?graphml[\s>]", head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield nodes as elements and edges as links; each is a row.

    Elements are named ``network/label`` where the graph names its network. A document type
    declaration is refused with reason ``unsafe``: it is how entity bombs are built.

    Raises
    ------
    FormatError
        The XML breaks off or is none; what stood before stays.
    """
    out = Gathering(reading, Kind.ELEMENT)
    graph = _Graph()
    broken: FormatError | None = None
    checked = check_prolog(stream)
    if isinstance(checked, Refusal):
        out.reject(checked.what, line=checked.line, field="", reason=checked.reason, raw=b"")
        yield from out.flush()
        return
    try:
        for element in _whole_elements(checked):
            _see(element, graph, out, reading)
            if out.is_full:
                yield from out.flush()
    except etree.XMLSyntaxError as error:
        broken = FormatError(f"not well-formed XML: {error.msg}", where=reading.origin.name)
    _settle(graph, out, reading)
    yield from out.flush()
    if broken is not None:
        raise broken


def _whole_elements(stream: BinaryIO) -> Iterator[Element]:
    """Yield each element once it is whole; what stands outside nodes and edges is then freed."""
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    inside = held = spared = 0
    for event, element in events:
        is_part = _tag(element) in ("node", "edge")
        if event == "start":
            inside += is_part
            continue
        inside -= is_part
        yield element
        elder = element.getprevious()
        if not inside:
            held = spared = 0
            _forget(element)
        elif (held := held + 1) > MAX_HELD and elder is not None:
            is_wanted = _tag(elder) == "data" and _tag(elder.getparent()) == "node"
            if not is_wanted or (spared := spared + 1) > MAX_HELD:
                _remove(elder)


def _see(element: Element, graph: _Graph, out: Gathering, reading: Reading) -> None:
    tag = _tag(element)
    if tag == "key":
        name = element.get("attr.name") or element.get("id") or ""
        graph.keys[element.get("id") or ""] = name
    elif tag == "data" and _tag(element.getparent()) == "graph":
        if _plain(graph.keys.get(element.get("key") or "", "")) == "network" and not graph.network:
            graph.network = _text(element)
    elif tag == "node":
        graph.rows += 1
        _node(element, graph, out, reading)
    elif tag == "edge":
        graph.rows += 1
        _edge(element, graph, out, reading)


def _node(element: Element, graph: _Graph, out: Gathering, reading: Reading) -> None:
    node = (element.get("id") or "").strip()
    line = element.sourceline or graph.rows
    if not node or node in graph.elements:
        what, reason = (
            ("a node has no id", "missing") if not node else ("two nodes of one id", "duplicate")
        )
        out.reject(what, line=line, field="id", reason=reason, raw=_raw(element))
        return
    data = _data(element, graph)
    longitude, latitude = _degrees(data, LONGITUDES, 180), _degrees(data, LATITUDES, 90)
    name = _first(data, NAMES) or _drawn_label(element)
    label = name if name and name.lower() not in ("none", "?", "null") else node
    full = f"{graph.network}/{label}" if graph.network else label
    if full in graph.taken:
        full = f"{full} ({node})"
    graph.taken.add(full)
    graph.elements[node] = full
    has_place = longitude is not None and latitude is not None
    record: Record = {
        "ts": reading.received_ns,
        "element": full,
        "element_kind": (_first(data, KINDS) or "node").lower(),
        "name": name,
        "parent": None,
        "longitude_deg": longitude if has_place else None,
        "latitude_deg": latitude if has_place else None,
        "attributes": json_object({**_public(data), "id": node, "network": graph.network}),
        "quality": int(Quality.SUSPECT if longitude == 0 and latitude == 0 else Quality.GOOD),
    }
    out.keep()
    out.add(Kind.ELEMENT, record)


def _edge(element: Element, graph: _Graph, out: Gathering, reading: Reading) -> None:
    line = element.sourceline or graph.rows
    ends = {name: element.get(name) or "" for name in ("source", "target", "id")}
    raw = _raw(element)
    if not ends["source"] or not ends["target"]:
        out.reject("an edge lacks an end", line=line, field="source", reason="missing", raw=raw)
        return
    data = _data(element, graph)
    if ends["source"] in graph.elements and ends["target"] in graph.elements:
        out.keep(kind=Kind.LINK)
        out.add(Kind.LINK, _link(ends, data, graph, reading, line))
    elif len(graph.waiting) < MAX_WAITING:
        graph.waiting.append((line, ends, data, raw))  # its node may come later
    else:
        _reject_edge(line, raw, out)


def _settle(graph: _Graph, out: Gathering, reading: Reading) -> None:
    """Decide on the edges that came before their nodes."""
    for line, ends, data, raw in graph.waiting:
        if ends["source"] in graph.elements and ends["target"] in graph.elements:
            out.keep(kind=Kind.LINK)
            out.add(Kind.LINK, _link(ends, data, graph, reading, line))
        else:
            _reject_edge(line, raw, out)
    graph.waiting.clear()


def _reject_edge(line: int, raw: bytes, out: Gathering) -> None:
    what = "an edge ends at a node that the graph does not have"
    out.reject(what, line=line, field="source", reason="incomplete", raw=raw)


def _link(
    ends: Mapping[str, str], data: Mapping[str, str], graph: _Graph, reading: Reading, line: int
) -> Record:
    start, end = graph.elements[ends["source"]], graph.elements[ends["target"]]
    own = ends["id"]
    if own and graph.network:
        own = f"{graph.network}/{own}"
    return {
        "ts": reading.received_ns,
        "link": own or f"{start} - {end} (line {line})",
        "from_element": start,
        "to_element": end,
        "link_kind": (_first(data, ("linktype", "type")) or "link").lower(),
        "capacity_bps": _capacity(data),
        "attributes": json_object(_public(data)),
        "quality": int(Quality.GOOD),
    }


def _capacity(data: Mapping[str, str]) -> float | None:
    """Give bit/s: LinkSpeedRaw is in bit/s, LinkSpeed has its unit beside it."""
    for name, factor in CAPACITY.items():
        value = as_number(data.get(name))
        if value is not None and value > 0:
            return value * factor
    speed, unit = as_number(data.get("linkspeed")), data.get("linkspeedunits", "").lower()
    return speed * UNITS[unit] if speed and unit in UNITS else None


def _data(element: Element, graph: _Graph) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        if _tag(child) == "data":
            name = graph.keys.get(child.get("key") or "", child.get("key") or "")
            text = _text(child)
            if name and text:
                found[_plain(name)] = text
    return found


def _drawn_label(element: Element) -> str | None:
    """Give the label that a drawing tool (yEd) wrote into its own part of the node."""
    for child in element.iter():
        if _tag(child) == "NodeLabel":
            return _text(child) or None
    return None


def _degrees(data: Mapping[str, str], names: tuple[str, ...], limit: float) -> float | None:
    value = next((n for name in names if (n := as_number(data.get(name))) is not None), None)
    return value if value is not None and abs(value) <= limit else None


def _first(data: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((data[name] for name in names if data.get(name)), None)


def _plain(name: str) -> str:
    return name.strip().lower()


def _public(data: Mapping[str, str]) -> dict[str, object]:
    kept = without_contacts(dict(data))
    return kept if isinstance(kept, dict) else {}


def _tag(element: Element | None) -> str:
    tag = element.tag if element is not None else ""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: Element) -> str:
    return (element.text or "").strip()[:MAX_TEXT]


def _raw(element: Element) -> bytes:
    return etree.tostring(element, with_tail=False)


def _forget(element: Element) -> None:
    """Free what was read, so that memory does not grow with the file."""
    _empty(element)
    parent = element.getparent()
    # the element itself stays: the parser may still write behind it
    if parent is not None and parent[0] is not element:
        del parent[0]


def _remove(element: Element) -> None:
    _empty(element)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _empty(element: Element) -> None:
    """Clear from the bottom: to cut off a tree at once costs the square of its size."""
    for part in reversed([*element.iter()]):
        part.clear()


FORMAT = Format(
    name="graphml",
    title="GraphML network maps (Topology Zoo)",
    standard="GraphML 1.0",
    sniff=sniff,
    read=read,
)

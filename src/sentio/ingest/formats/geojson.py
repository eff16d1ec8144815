"""Sites, cells and links as GeoJSON: a collection, or features one by one (RFC 7946, 8142)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import orjson

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.items import json_rows, placed
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.values import as_number, as_text, json_object
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.pieces.numbered import Refused
from sentio.ingest.wire.text.personal import without_contacts
from sentio.ingest.wire.times.iso8601 import MAX_NS, epoch_ns, time_ns
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind, Quality

NAMES: dict[str, tuple[str, ...]] = {
    "element": (
        *("cellid", "cell", "cgi", "ecgi", "ncgi", "elementid", "element", "nodeid", "node"),
        *("linkid", "link", "siteid", "site", "id", "uid", "ref", "code"),
    ),
    "name": ("name", "sitename", "cellname", "label", "title"),
    "kind": ("kind", "type", "elementkind", "nodetype", "class", "sitetype", "category"),
    "parent": ("parent", "parentid", "gnb", "gnbid", "enb", "enbid", "siteid", "site"),
    "technology": ("technology", "radio", "rat", "tech", "generation"),
    "range": ("range", "rangem", "radius", "radiusm", "coverage"),
    "from": ("from", "fromelement", "source", "src", "a", "aend", "nodea", "endpointa", "start"),
    "to": ("to", "toelement", "target", "dst", "destination", "b", "z", "zend", "nodeb", "end"),
    "time": ("validfrom", "since", "installed", "onair", "updated", "updatedat", "timestamp"),
}
CAPACITY: dict[str, float] = {
    "capacitybps": 1.0,
    "bandwidthbps": 1.0,
    "capacitymbps": 1e6,
    "bandwidthmbps": 1e6,
    "capacitygbps": 1e9,
    "bandwidthgbps": 1e9,
    "capacitykbps": 1e3,
    "capacity": 1.0,
}
"""Names of a link's capacity, with the factor that makes it bit/s; without a unit it is bit/s."""

MAX_PATH_POINTS = 1000
_PLAIN = re.compile(r"[^a-z0-9]")


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are GeoJSON."""
    if not begins_as_json(head):
        return 0.0
    if re.search(rb'"type"\s*:\s*"FeatureCollection"', head):
        return 0.95
    has_feature = re.search(rb'"type"\s*:\s*"Feature"', head)
    has_geometry = b'"geometry"' in head and b'"coordinates"' in head
    if has_feature and has_geometry:
        return 0.9
    return 0.3 if name.lower().endswith((".geojson", ".geojsonl")) and has_geometry else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield points (and the middle of areas) as elements, lines as links; each feature is a row.

    Features without a time of their own are valid from the input's arrival.
    """
    out = Gathering(reading, Kind.ELEMENT)
    broken: FormatError | None = None
    try:
        for number, item in json_rows(stream, ("features",)):
            _take(item, number, out, reading)
            if out.is_full:
                yield from out.flush()
    except FormatError as error:
        broken = error  # what was whole before the break is kept
    yield from out.flush()
    if broken is not None:
        raise placed(broken, reading.origin.name)


def _take(item: bytes, number: int, out: Gathering, reading: Reading) -> None:
    try:
        kind, record = _record(item, number, reading)
    except Refused as error:
        out.refuse(error, line=number, raw=item)
    else:
        out.keep(kind=kind)
        out.add(kind, record)


def _record(item: bytes, number: int, reading: Reading) -> tuple[Kind, Record]:
    try:
        feature: object = orjson.loads(item)
    except orjson.JSONDecodeError as error:
        raise Refused(f"not JSON: {error}", field="", reason="unreadable") from None
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Refused("the object is no feature", field="type", reason="not_telemetry")
    geometry = feature.get("geometry")
    properties = feature.get("properties")
    properties = _public(properties)
    if not isinstance(geometry, dict):
        raise Refused("the feature has no geometry", field="geometry", reason="missing")
    said = {_PLAIN.sub("", name.lower()): value for name, value in properties.items()}
    shape, coordinates = geometry.get("type"), geometry.get("coordinates")
    ts = _time(said, reading)
    own_id = as_text(feature.get("id"))
    if shape in ("LineString", "MultiLineString"):
        return Kind.LINK, _link(shape, coordinates, said, properties, ts, own_id, number)
    return Kind.ELEMENT, _element(shape, coordinates, said, properties, ts, own_id)


def _element(
    shape: object,
    coordinates: object,
    said: Mapping[str, object],
    properties: Mapping[str, object],
    ts: int,
    own_id: str | None,
) -> Record:
    longitude, latitude = _middle(shape, coordinates)
    name = _first(said, "name")
    element = _first(said, "element") or own_id or name
    if element is None:
        raise Refused("the feature has neither id nor name", field="id", reason="missing")
    parent = _first(said, "parent")
    nowhere = longitude == 0 and latitude == 0
    return {
        "ts": ts,
        "element": element,
        "element_kind": _kind(said),
        "name": name,
        "parent": parent if parent != element else None,
        "technology": _first(said, "technology"),
        "longitude_deg": longitude,
        "latitude_deg": latitude,
        "range_m": _number(said, NAMES["range"]),
        "attributes": json_object(properties),
        "quality": int(Quality.SUSPECT if nowhere else Quality.GOOD),
    }


def _link(
    shape: object,
    coordinates: object,
    said: Mapping[str, object],
    properties: Mapping[str, object],
    ts: int,
    own_id: str | None,
    number: int,
) -> Record:
    path = coordinates if shape == "LineString" else _joined(coordinates)
    points = [_point(each) for each in path] if isinstance(path, list) else []
    if len(points) < 2:
        raise Refused("a line has fewer than two points", field="geometry", reason="missing")
    places = [f"{lon:.6f},{lat:.6f}" for lon, lat in (points[0], points[-1])]
    start, end = _first(said, "from") or places[0], _first(said, "to") or places[1]
    name = _first(said, "element") or _first(said, "name") or own_id
    capacity = [
        value * factor
        for name, factor in CAPACITY.items()
        if (value := as_number(said.get(name))) is not None
    ]
    path_kept = [list(point) for point in points[:MAX_PATH_POINTS]]
    return {
        "ts": ts,
        "link": name or f"{start} - {end} #{number}",
        "from_element": start,
        "to_element": end,
        "link_kind": _first(said, "kind") or "link",
        "capacity_bps": capacity[0] if capacity else None,
        "attributes": json_object({**properties, "path": path_kept}),
        "quality": int(Quality.GOOD),
    }


def _public(properties: object) -> dict[str, object]:
    kept = without_contacts(properties)
    return kept if isinstance(kept, dict) else {}


def _kind(said: Mapping[str, object]) -> str:
    kind = _first(said, "kind")
    if kind:
        return kind.lower()
    return "cell" if any(name in said for name in NAMES["element"][:5]) else "site"


def _middle(shape: object, coordinates: object) -> tuple[float, float]:
    """Give a point, or the middle of the outer ring of an area."""
    if shape == "Point":
        return _point(coordinates)
    while shape in ("Polygon", "MultiPolygon", "MultiPoint") and isinstance(coordinates, list):
        if coordinates and isinstance(coordinates[0], list) and coordinates[0]:
            if not isinstance(coordinates[0][0], list):
                points = [_point(each) for each in coordinates]
                count = len(points)
                return sum(lon for lon, _ in points) / count, sum(lat for _, lat in points) / count
            coordinates = coordinates[0]
        else:
            break
    raise Refused("the geometry is no point, line or area", field="geometry", reason="missing")


def _joined(coordinates: object) -> list[object]:
    parts = coordinates if isinstance(coordinates, list) else []
    return [point for part in parts if isinstance(part, list) for point in part]


def _point(value: object) -> tuple[float, float]:
    pair = value if isinstance(value, list) and len(value) >= 2 else [None, None]
    longitude, latitude = as_number(pair[0]), as_number(pair[1])
    if longitude is None or latitude is None:
        raise Refused(
            "a position is no pair of numbers", field="coordinates", reason="not_a_number"
        )
    if abs(longitude) > 180 or abs(latitude) > 90:
        what = "a position is no place on Earth (degrees, longitude first, WGS 84)"
        raise Refused(what, field="coordinates", reason="out_of_range")
    return longitude, latitude


def _time(said: Mapping[str, object], reading: Reading) -> int:
    for name in NAMES["time"]:
        value = said.get(name)
        if value in (None, ""):
            continue
        epoch = epoch_ns(value)
        found = epoch[0] if epoch else time_ns(value) if isinstance(value, str) else None
        if found is None or not 0 <= found <= MAX_NS:
            raise Refused("the time cannot be understood", field=name, reason="bad_time")
        return found
    return reading.received_ns


def _first(said: Mapping[str, object], role: str) -> str | None:
    return next((text for name in NAMES[role] if (text := as_text(said.get(name)))), None)


def _number(said: Mapping[str, object], names: tuple[str, ...]) -> float | None:
    return next((n for name in names if (n := as_number(said.get(name))) is not None), None)


FORMAT = Format(
    name="geojson",
    title="GeoJSON sites, cells and links",
    standard="RFC 7946; newline-delimited RFC 8142",
    sniff=sniff,
    read=read,
)

"""NetBox inventories: Django fixtures and REST exports, as elements and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.items import json_rows, placed
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.netbox.inventory import Inventory, Made, Row
from sentio.ingest.wire.netbox.objects import ELEMENTS, KEPT, LINKS, object_of
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

MAX_OBJECTS = 5_000_000
_FIXTURE = re.compile(rb'"model"\s*:\s*"[a-z_]+\.[a-z_]+"')
_NETBOX = re.compile(rb'"(?:dcim|circuits|virtualization|ipam|extras|tenancy)\.[a-z]+"')
_REST = re.compile(rb'"url"\s*:\s*"[^"]{0,200}/api/(?:dcim|circuits|virtualization|wireless)/')


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are a NetBox export."""
    del name
    if not begins_as_json(head):
        return 0.0
    if _FIXTURE.search(head) and b'"fields"' in head:
        return 0.95 if _NETBOX.search(head) else 0.4
    return 0.9 if _REST.search(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield elements and links; each object of the export is a row.

    Objects refer to each other in any order, so those that matter are held until the end: memory
    grows with the inventory, not with the rest of the export.
    """
    out = Gathering(reading, Kind.ELEMENT)
    inventory = Inventory(reading.received_ns)
    broken: FormatError | None = None
    try:
        for number, item in json_rows(stream, ("results",)):
            _take(item, number, inventory=inventory, out=out)
            if out.is_full:
                yield from out.flush()
    except FormatError as error:
        broken = error  # what was whole before the break is kept
    yield from _hand_on(inventory, out)
    if broken is not None:
        raise placed(broken, reading.origin.name)


def _take(item: bytes, number: int, *, inventory: Inventory, out: Gathering) -> None:
    try:
        found = object_of(orjson.loads(item))
    except orjson.JSONDecodeError as error:
        out.reject(f"not JSON: {error}", line=number, field="", reason="unreadable", raw=item)
        return
    if found is None or found.model not in KEPT:
        what = "nothing of this model is kept" if found else "this is no object of NetBox"
        out.reject(what, line=number, field="model", reason="not_telemetry", raw=item)
        return
    if found.pk < 0 and found.model != "dcim.cabletermination":
        out.reject("the object has no key", line=number, field="pk", reason="missing", raw=item)
        return
    if len(inventory.rows) >= MAX_OBJECTS:
        raise FormatError(f"the inventory has more than {MAX_OBJECTS} objects")
    row = Row(found, number, item if found.model in LINKS else b"")
    if not inventory.add(row):
        what = "an object of this model and key was there before"
        out.reject(what, line=number, field="pk", reason="duplicate", raw=item)


def _hand_on(inventory: Inventory, out: Gathering) -> Iterator[Piece]:
    for row in [*inventory.rows.values()]:
        if row.found.model not in ELEMENTS and row.found.model not in LINKS:
            out.keep()
    for made in inventory.elements():
        _keep(made, Kind.ELEMENT, out)
        if out.is_full:
            yield from out.flush()
    for made in inventory.links():
        _keep(made, Kind.LINK, out)
        if out.is_full:
            yield from out.flush()
    yield from out.flush()


def _keep(made: Made, kind: Kind, out: Gathering) -> None:
    if not made.records:
        for row in made.rows:
            what = "its two ends cannot be found among the objects of the export"
            out.reject(
                what, line=row.number, field=row.found.model, reason="incomplete", raw=row.raw
            )
        return
    out.keep(len(made.rows), kind)
    for record in made.records:
        out.add(kind, record)


FORMAT = Format(
    name="netbox",
    title="NetBox inventory (fixture, REST export)",
    standard="NetBox data model: dcim, circuits, virtualization, wireless",
    sniff=sniff,
    read=read,
)

"""A NetBox inventory put together: who stands where, and which cable or circuit joins whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from sentio.ingest.wire.json.values import json_object
from sentio.ingest.wire.netbox.objects import (
    ELEMENTS,
    PORTS,
    NetboxObject,
    Ref,
    kind_of_role,
    model_of,
    ref_of,
    speed_bps,
)
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.text.personal import without_contacts
from sentio.ingest.wire.times.iso8601 import time_ns

MAX_PAIRS = 64  # links that one cable with many ends (a breakout) can make
ATTRIBUTES = ("status", "type", "serial", "asset_tag", "facility", "label", "cid", "mtu", "enabled")

Key = tuple[str, int]


class Row(NamedTuple):
    """An object with its number in the input and, where it may yet be rejected, its bytes."""

    found: NetboxObject
    number: int
    raw: bytes


class Made(NamedTuple):
    """Records made of some rows of the input; no records if the rows cannot be understood."""

    records: list[Record]
    rows: list[Row]


@dataclass(slots=True)
class Inventory:
    """All objects of an export that matter, by model and key."""

    received_ns: int
    rows: dict[Key, Row] = field(default_factory=dict[Key, Row])
    loose: list[Row] = field(default_factory=list[Row])
    names: dict[Key, str] = field(default_factory=dict[Key, str])

    def add(self, row: Row) -> bool:
        """Take an object; False if one of this model and key is there already."""
        key = (row.found.model, row.found.pk)
        if row.found.pk >= 0 and key in self.rows:
            return False
        if row.found.pk < 0:
            self.loose.append(row)
        else:
            self.rows[key] = row
        return True

    def of(self, model: str) -> list[Row]:
        """Give all objects of a model, in order."""
        return [row for (each, _), row in self.rows.items() if each == model]

    def elements(self) -> Iterator[Made]:
        """Make an element of each site, device, interface, provider, network, cluster, machine."""
        self._name_all()
        for row in [row for model in ELEMENTS for row in self.of(model)]:
            yield Made([self._element(row.found)], [row])

    def links(self) -> Iterator[Made]:
        """Make links of cables, circuits and wireless links; rows that join nothing come empty."""
        ends = self._cable_ends()
        for row in self.of("dcim.cable"):
            sides, rows = ends.pop(row.found.pk, ({}, []))
            sides = sides or self._own_ends(row.found)
            yield Made(self._cable(row.found, sides), [row, *rows])
        for _, rows in ends.values():
            yield Made([], rows)
        yield from self._circuits()
        for row in self.of("wireless.wirelesslink"):
            ends = [row.found.ref(name).pk for name in ("interface_a", "interface_b")]
            a, b = (("dcim.interface", -1 if pk is None else pk) for pk in ends)
            yield Made(self._join(row.found, {"A": [a], "B": [b]}, "wireless"), [row])

    def _name_all(self) -> None:
        taken: set[str] = set()
        for model in ELEMENTS:
            for row in self.of(model):
                name = self._name(row.found)
                if name in taken:
                    name = f"{name} ({model} {row.found.pk})"
                taken.add(name)
                self.names[model, row.found.pk] = name

    def _name(self, found: NetboxObject) -> str:
        name = found.text("name") or f"{found.model.split('.')[1]}-{found.pk}"
        if found.model == "dcim.interface":
            return f"{self._named('dcim.device', found.ref('device'))}:{name}"
        if found.model == "virtualization.vminterface":
            machine = self._named("virtualization.virtualmachine", found.ref("virtual_machine"))
            return f"{machine}:{name}"
        return name

    def _named(self, model: str, ref: Ref) -> str | None:
        """Name what is referred to: as in this export, else as the reference says."""
        if ref.pk is not None and (model, ref.pk) in self.names:
            return self.names[model, ref.pk]
        row = self.rows.get((model, ref.pk)) if ref.pk is not None else None
        if row is not None:
            return row.found.text("name") or row.found.text("model")
        if ref.name is not None:
            return ref.name
        return None if ref.pk is None else f"{model.split('.')[1]}-{ref.pk}"

    def _element(self, found: NetboxObject) -> Record:
        site = self._row("dcim.site", found.ref("site"))
        place = found if found.number("latitude") is not None else site
        role = self._named("dcim.devicerole", found.ref("role", "device_role"))
        about = {
            **{name: found.text(name) for name in ATTRIBUTES},
            "role": role,
            "device_type": self._named("dcim.devicetype", found.ref("device_type")),
            "region": self._named("dcim.region", found.ref("region")),
            "speed_bps": speed_bps(found) if found.model == "dcim.interface" else None,
        }
        return {
            "ts": self._time(found),
            "element": self.names[found.model, found.pk],
            "element_kind": _kind(found.model, role),
            "name": found.text("name"),
            "parent": self._parent(found),
            "longitude_deg": _degrees(place, "longitude", 180),
            "latitude_deg": _degrees(place, "latitude", 90),
            "attributes": json_object(_public(about)),
            "quality": 0,
        }

    def _parent(self, found: NetboxObject) -> str | None:
        for model, *names in (
            ("dcim.device", "device"),
            ("virtualization.virtualmachine", "virtual_machine"),
            ("virtualization.cluster", "cluster"),
            ("dcim.site", "site"),
            ("circuits.provider", "provider"),
        ):
            parent = self._named(model, found.ref(*names))
            if parent is not None and found.model != model:
                return parent
        return None

    def _row(self, model: str, ref: Ref) -> NetboxObject | None:
        row = self.rows.get((model, ref.pk)) if ref.pk is not None else None
        return row.found if row else None

    def _time(self, found: NetboxObject) -> int:
        for name in ("last_updated", "created"):
            ns = time_ns(found.text(name) or "")
            if ns is not None and ns >= 0:
                return ns
        return self.received_ns

    def _cable_ends(self) -> dict[int, tuple[dict[str, list[Key]], list[Row]]]:
        ends: dict[int, tuple[dict[str, list[Key]], list[Row]]] = {}
        terminations = self.of("dcim.cabletermination")
        loose = [row for row in self.loose if row.found.model == "dcim.cabletermination"]
        for row in [*terminations, *loose]:
            cable = row.found.ref("cable").pk
            sides, rows = ends.setdefault(-1 if cable is None else cable, ({}, []))
            end = ref_of(row.found.fields.get("termination_id")).pk
            model = model_of(row.found.fields.get("termination_type"))
            sides.setdefault(row.found.text("cable_end") or "", []).append((model, end or -1))
            rows.append(row)
        return ends

    def _own_ends(self, cable: NetboxObject) -> dict[str, list[Key]]:
        """Read the ends that stand in the cable itself: REST lists, or NetBox before 3.3."""
        sides: dict[str, list[Key]] = {}
        for side, name in (("A", "a"), ("B", "b")):
            several = cable.fields.get(f"{name}_terminations")
            if isinstance(several, list):
                dicts = [each for each in several if isinstance(each, dict)]
                sides[side] = [
                    (model_of(each.get("object_type")), ref_of(each.get("object_id")).pk or -1)
                    for each in dicts
                ]
                for each, key in zip(dicts, sides[side], strict=True):
                    self._learn(key, each.get("object"))
                continue
            model = model_of(cable.fields.get(f"termination_{name}_type"))
            one = ref_of(cable.fields.get(f"termination_{name}_id")).pk
            if model and one is not None:
                sides[side] = [(model, one)]
        return sides

    def _learn(self, key: Key, nested: object) -> None:
        """Note the end that a REST export nests in a cable, if the export has no list of them."""
        if key not in self.rows and isinstance(nested, dict):
            found = NetboxObject(model=key[0], pk=key[1], fields=nested)
            self.rows[key] = Row(found, 0, b"")

    def _cable(self, cable: NetboxObject, sides: dict[str, list[Key]]) -> list[Record]:
        models = [model for keys in sides.values() for model, _ in keys]
        kind = next((PORTS[model] for model in models if model in PORTS), "cable")
        return self._join(cable, sides, kind)

    def _join(self, found: NetboxObject, sides: dict[str, list[Key]], kind: str) -> list[Record]:
        pairs = list(product(sides.get("A", []), sides.get("B", [])))[:MAX_PAIRS]
        records: list[Record] = []
        for number, (a, b) in enumerate(pairs):
            ends = self._end(a), self._end(b)
            if ends[0] is None or ends[1] is None:
                continue
            name = found.text("label") or f"{found.model.split('.')[1]}-{found.pk}"
            ports = [self._port(a), self._port(b)]
            speeds = [speed for port in (a, b) if (speed := self._speed(port)) is not None]
            records.append(
                {
                    "ts": self._time(found),
                    "link": name if len(pairs) == 1 else f"{name}/{number}",
                    "from_element": ends[0],
                    "to_element": ends[1],
                    "link_kind": kind,
                    "capacity_bps": min(speeds) if speeds else None,
                    "attributes": json_object(
                        _public(
                            {
                                **{name: found.text(name) for name in ATTRIBUTES},
                                "from_port": ports[0],
                                "to_port": ports[1],
                            }
                        )
                    ),
                    "quality": 0,
                }
            )
        return records

    def _end(self, key: Key) -> str | None:
        """Name the element that a cable's end belongs to: a device, or a circuit's site."""
        row = self.rows.get(key)
        if row is None:
            return None
        if key[0] in PORTS:
            return self._named("dcim.device", row.found.ref("device"))
        if key[0] == "circuits.circuittermination":
            return self._place(row.found)
        return self.names.get(key)

    def _port(self, key: Key) -> str | None:
        row = self.rows.get(key)
        return row.found.text("name") if row and key[0] in PORTS else None

    def _speed(self, key: Key) -> float | None:
        row = self.rows.get(key)
        return speed_bps(row.found) if row and key[0] == "dcim.interface" else None

    def _place(self, termination: NetboxObject) -> str | None:
        """Name where a circuit ends: its site or the provider's network."""
        model = model_of(termination.fields.get("termination_type"))
        refs = (
            ("dcim.site", termination.ref("site")),
            ("circuits.providernetwork", termination.ref("provider_network")),
            (model, termination.ref("termination", "termination_id")),
        )
        return next((name for m, ref in refs if m and (name := self._named(m, ref))), None)

    def _circuits(self) -> Iterator[Made]:
        by_circuit: dict[int, list[Row]] = {}
        for row in self.of("circuits.circuittermination"):
            circuit = row.found.ref("circuit").pk
            by_circuit.setdefault(-1 if circuit is None else circuit, []).append(row)
        for row in self.of("circuits.circuit"):
            rows = sorted(
                by_circuit.pop(row.found.pk, []),
                key=lambda each: each.found.text("term_side") or "",
            )
            yield Made(self._circuit(row.found, rows), [row, *rows])
        for rows in by_circuit.values():
            yield Made([], rows)

    def _circuit(self, circuit: NetboxObject, rows: list[Row]) -> list[Record]:
        places = [place for row in rows if (place := self._place(row.found)) is not None]
        provider = self._named("circuits.provider", circuit.ref("provider"))
        if len(places) == 1 and provider is not None:
            places.append(provider)  # of an access circuit the other end is the provider's
        if len(places) < 2:
            return []
        committed = circuit.number("commit_rate")
        speeds = [n for row in rows if (n := row.found.number("port_speed"))]
        rates = [committed] if committed else speeds
        about = {
            "circuit": circuit.text("cid"),
            "provider": provider,
            "type": self._named("circuits.circuittype", circuit.ref("type")),
            "status": circuit.text("status"),
        }
        return [
            {
                "ts": self._time(circuit),
                "link": circuit.text("cid") or f"circuit-{circuit.pk}",
                "from_element": places[0],
                "to_element": places[1],
                "link_kind": "circuit",
                "capacity_bps": min(rates) * 1000 if rates else None,  # NetBox counts kbit/s
                "attributes": json_object(_public(about)),
                "quality": 0,
            }
        ]


def _kind(model: str, role: str | None) -> str:
    kinds = {
        "dcim.site": "site",
        "circuits.provider": "provider",
        "circuits.providernetwork": "network",
        "virtualization.cluster": "cluster",
        "virtualization.virtualmachine": "virtual_machine",
        "dcim.interface": "interface",
        "virtualization.vminterface": "interface",
    }
    return kinds.get(model) or kind_of_role(role)


def _degrees(found: NetboxObject | None, name: str, limit: float) -> float | None:
    value = found.number(name) if found else None
    return value if value is not None and abs(value) <= limit else None


def _public(values: Mapping[str, object]) -> dict[str, object]:
    kept = without_contacts(dict(values))
    return kept if isinstance(kept, dict) else {}

"""One NetBox object out of a fixture or a REST export, in one shape: model, key, fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sentio.ingest.wire.json.values import as_number, as_text

_URL = re.compile(r"/api/([a-z]+)/([a-z-]+)/")
_SPEED = re.compile(r"(\d{1,4}(?:\.\d)?)(g?)base")

ENDPOINTS: dict[str, str] = {
    "dcim/sites": "dcim.site",
    "dcim/regions": "dcim.region",
    "dcim/devices": "dcim.device",
    "dcim/device-roles": "dcim.devicerole",
    "dcim/device-types": "dcim.devicetype",
    "dcim/manufacturers": "dcim.manufacturer",
    "dcim/interfaces": "dcim.interface",
    "dcim/front-ports": "dcim.frontport",
    "dcim/rear-ports": "dcim.rearport",
    "dcim/power-ports": "dcim.powerport",
    "dcim/power-outlets": "dcim.poweroutlet",
    "dcim/console-ports": "dcim.consoleport",
    "dcim/console-server-ports": "dcim.consoleserverport",
    "dcim/cables": "dcim.cable",
    "dcim/cable-terminations": "dcim.cabletermination",
    "circuits/providers": "circuits.provider",
    "circuits/provider-networks": "circuits.providernetwork",
    "circuits/circuit-types": "circuits.circuittype",
    "circuits/circuits": "circuits.circuit",
    "circuits/circuit-terminations": "circuits.circuittermination",
    "virtualization/clusters": "virtualization.cluster",
    "virtualization/cluster-types": "virtualization.clustertype",
    "virtualization/virtual-machines": "virtualization.virtualmachine",
    "virtualization/interfaces": "virtualization.vminterface",
    "wireless/wireless-links": "wireless.wirelesslink",
}
"""What the paths of the REST interface hold."""

PORTS: dict[str, str] = {
    "dcim.interface": "cable",
    "dcim.frontport": "cable",
    "dcim.rearport": "cable",
    "dcim.powerport": "power",
    "dcim.poweroutlet": "power",
    "dcim.consoleport": "console",
    "dcim.consoleserverport": "console",
}
"""Models that a cable can end on and that belong to a device, with the kind of link they make."""

NAMED = (
    *("dcim.region", "dcim.devicerole", "dcim.devicetype", "dcim.manufacturer"),
    *("circuits.circuittype", "virtualization.clustertype"),
)
"""Models of which only the names are wanted, in the attributes of others."""

ELEMENTS = (
    *("dcim.site", "circuits.provider", "circuits.providernetwork", "dcim.device"),
    *("virtualization.cluster", "virtualization.virtualmachine"),
    *("dcim.interface", "virtualization.vminterface"),
)
LINKS = (
    *("dcim.cable", "dcim.cabletermination", "circuits.circuit", "circuits.circuittermination"),
    "wireless.wirelesslink",
)
KEPT = frozenset({*PORTS, *NAMED, *ELEMENTS, *LINKS})

ROLE_KINDS: tuple[tuple[str, str], ...] = (
    (r"patch", "patch_panel"),
    (r"pdu|power", "pdu"),
    (r"router|edge rtr|provider edge", "router"),
    (r"switch|spine|leaf|\btor\b", "switch"),
    (r"firewall", "firewall"),
    (r"access point|wireless|wi-?fi", "access_point"),
    (r"gnb|enb|nodeb|base station|\bran\b", "gnb"),
    (r"upf|gateway", "upf"),
    (r"\bolt\b|optical line", "olt"),
    (r"cpe|\bont\b|\bonu\b", "cpe"),
    (r"server|compute|hypervisor|blade", "server"),
    (r"console", "console_server"),
)
"""Words in the name of a device's role, to the kind of the element; otherwise the role itself."""


class Ref(NamedTuple):
    """A reference to another object: its key, and its name where the export gives it."""

    pk: int | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxObject:
    """One object: ``model`` such as dcim.site, its primary key, its fields as they stand."""

    model: str
    pk: int
    fields: dict[str, object]

    def ref(self, *names: str) -> Ref:
        """Read the first of these fields that refers to something."""
        for name in names:
            found = ref_of(self.fields.get(name))
            if found.pk is not None or found.name is not None:
                return found
        return Ref(None, None)

    def text(self, name: str) -> str | None:
        """Read a text, or the value of a choice (REST gives value and label)."""
        value = self.fields.get(name)
        return as_text(value.get("value") if isinstance(value, dict) else value)

    def number(self, name: str) -> float | None:
        """Read a number."""
        value = self.fields.get(name)
        return as_number(value.get("value") if isinstance(value, dict) else value)


def object_of(found: object) -> NetboxObject | None:
    """Bring a parsed object to one shape; None if it is neither fixture nor REST export."""
    if not isinstance(found, dict):
        return None
    model, fields = found.get("model"), found.get("fields")
    if isinstance(model, str) and isinstance(fields, dict):
        pk = found.get("pk")
        return NetboxObject(model=model.lower(), pk=_key(pk), fields=fields)
    url = found.get("url")
    match = _URL.search(url) if isinstance(url, str) else None
    if match is None or "id" not in found:
        return None
    path = f"{match[1]}/{match[2]}"
    model = ENDPOINTS.get(path, path.replace("/", ".").replace("-", "").rstrip("s"))
    return NetboxObject(model=model, pk=_key(found["id"]), fields=found)


def ref_of(value: object) -> Ref:
    """Read a reference: a key (fixture) or a nested object with its id and name (REST)."""
    if isinstance(value, dict):
        name = value.get("name") or value.get("display") or value.get("model")
        pk = value.get("id")
        return Ref(pk if _is_key(pk) else None, as_text(name))
    return Ref(value if _is_key(value) else None, None)  # pyright: ignore[reportArgumentType]


def model_of(value: object) -> str:
    """Read a content type: ``["dcim", "interface"]`` or ``dcim.interface``."""
    if isinstance(value, list):
        return ".".join(str(part) for part in value[:2]).lower()
    return value.lower() if isinstance(value, str) else ""


def speed_bps(port: NetboxObject) -> float | None:
    """Give a port's speed: as configured (kbit/s), or as its type says (``10gbase-x-sfpp``)."""
    configured = port.number("speed")
    if configured is not None and configured > 0:
        return configured * 1000
    match = _SPEED.match(port.text("type") or "")
    return float(match[1]) * (1e9 if match[2] else 1e6) if match else None


def kind_of_role(role: str | None) -> str:
    """Give the kind of element that a device's role speaks of."""
    text = (role or "device").lower()
    found = next((kind for words, kind in ROLE_KINDS if re.search(words, text)), None)
    return found or re.sub(r"\W+", "_", text).strip("_") or "device"


def _key(value: object) -> int:
    return value if _is_key(value) else -1  # pyright: ignore[reportReturnType]


def _is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

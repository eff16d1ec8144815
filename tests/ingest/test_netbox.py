"""Elements and links out of NetBox inventories."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.netbox import FORMAT
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind


def row(model: str, pk: int, **fields: object) -> dict:
    return {"model": model, "pk": pk, "fields": fields}


def test_devices_know_their_role_site_and_place_whatever_the_order(samples: Path) -> None:
    content = (samples / "netbox" / "fixture.json").read_bytes()
    found = read(FORMAT, content)
    backwards = read(FORMAT, json.dumps(json.loads(content)[::-1]))

    elements = {element["element"]: element for element in found.records(Kind.ELEMENT)}
    router = elements["dub-rtr1"]
    assert (router["element_kind"], router["parent"]) == ("router", "DUB-1")
    assert (router["longitude_deg"], router["latitude_deg"]) == (-6.2603, 53.3498)
    assert elements["dub-sw1"]["element_kind"] == "switch"
    assert elements["dub-rtr1:xe-0/0/0"]["parent"] == "dub-rtr1"
    assert "Some Street" not in elements["DUB-1"]["attributes"]
    assert {e["element"] for e in backwards.records(Kind.ELEMENT)} == set(elements)


def test_a_cable_joins_devices_at_the_slower_ports_speed(samples: Path) -> None:
    found = read(FORMAT, (samples / "netbox" / "fixture.json").read_bytes())

    links = {link["link"]: link for link in found.records(Kind.LINK)}
    assert (links["cable-5"]["from_element"], links["cable-5"]["to_element"]) == (
        "dub-rtr1",
        "dub-sw1",
    )
    assert links["cable-5"]["capacity_bps"] == 1e9
    assert json.loads(links["cable-5"]["attributes"])["from_port"] == "xe-0/0/0"
    assert links["BH-0042"]["capacity_bps"] == 100e6  # committed 100,000 kbit/s
    assert links["BH-0042"]["to_element"] == "Backhaul Ltd"


def test_every_object_is_a_row_that_is_kept_or_says_why_not(samples: Path) -> None:
    found = read(FORMAT, (samples / "netbox" / "fixture.json").read_bytes())

    assert found.rows == 17
    assert found.reasons == {"not_telemetry": 1, "incomplete": 1}  # a tag; a cable without ends


def test_exports_of_the_rest_interface_are_read(samples: Path) -> None:
    content = (samples / "netbox" / "devices.json").read_bytes()

    router, nameless = read(FORMAT, content).records()

    assert FORMAT.sniff(content, "devices.json") > 0.8
    assert (router["element"], router["element_kind"], router["parent"]) == (
        *("dub-rtr1", "router", "DUB-1"),
    )
    assert nameless["element"] == "device-2"
    assert json.loads(nameless["attributes"])["status"] == "offline"


def test_cables_of_the_rest_interface_carry_their_ends() -> None:
    def end(device: str, pk: int) -> dict:
        nested = {"id": pk, "name": "eth0", "device": {"id": pk, "name": device}}
        return {"object_type": "dcim.interface", "object_id": pk, "object": nested}

    cable = {
        "id": 5,
        "url": "http://n/api/dcim/cables/5/",
        "a_terminations": [end("r1", 1)],
        "b_terminations": [end("r2", 2), end("r3", 3)],
    }

    found = read(FORMAT, json.dumps([cable]))

    assert [(link["from_element"], link["to_element"]) for link in found.records()] == [
        ("r1", "r2"),
        ("r1", "r3"),
    ]
    assert (found.rows, found.kept) == (1, 1)


def test_cables_of_old_releases_name_their_ends_themselves() -> None:
    ends = {"termination_a_type": "dcim.interface", "termination_b_type": "dcim.interface"}
    objects = [
        row("dcim.device", 1, name="r1"),
        row("dcim.device", 2, name="r2"),
        row("dcim.interface", 11, device=1, name="a"),
        row("dcim.interface", 12, device=2, name="b"),
        row("dcim.cable", 1, termination_a_id=11, termination_b_id=12, **ends),
    ]

    (link,) = read(FORMAT, json.dumps(objects)).records(Kind.LINK)

    assert (link["from_element"], link["to_element"]) == ("r1", "r2")


def test_two_devices_of_one_name_stay_two() -> None:
    objects = [row("dcim.device", 1, name="pp"), row("dcim.device", 2, name="pp")]

    names = [element["element"] for element in read(FORMAT, json.dumps(objects)).records()]

    assert names == ["pp", "pp (dcim.device 2)"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("dcim.device", 1, name="r1"), "duplicate"),
        ({"model": "dcim.device", "pk": None, "fields": {}}, "missing"),
        ({"model": "dcim.device", "pk": 4}, "not_telemetry"),
        (["dcim.device"], "not_telemetry"),
        (row("dcim.cabletermination", 1, cable=None, termination_id=None), "incomplete"),
        (row("circuits.circuittermination", 1, circuit=99), "incomplete"),
    ],
)
def test_an_object_that_cannot_be_kept_says_why(bad: object, reason: str) -> None:
    found = read(FORMAT, json.dumps([row("dcim.device", 1, name="r1"), bad]))

    assert found.reasons == {reason: 1}
    assert found.kept == 1


def test_an_inventory_that_breaks_off_keeps_what_was_whole() -> None:
    text = json.dumps([row("dcim.device", 1, name="r1"), row("dcim.device", 2, name="r2")])

    with pytest.raises(FormatError, match="input: the JSON breaks off"):
        read(FORMAT, text[:-10])


@pytest.mark.shared
def test_the_public_demo_is_read_whole(shared: Path) -> None:
    packed = (shared / "data/inputs/topology/netbox-demo-v3.6.json.gz").read_bytes()
    content = gzip.decompress(packed)

    found = read(FORMAT, content)

    kinds = Counter(element["element_kind"] for element in found.records(Kind.ELEMENT))
    links = Counter(link["link_kind"] for link in found.records(Kind.LINK))
    assert FORMAT.sniff(content[:65_536], "demo") > 0.9
    assert found.rows == len(json.loads(content)) == 6915
    assert kinds["site"] == 24
    assert kinds["interface"] == 1586 + 720
    assert sum(links.values()) == 108 + 29  # every cable and circuit joins two elements
    assert set(found.reasons) == {"not_telemetry"}

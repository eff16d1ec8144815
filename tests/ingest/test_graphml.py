"""Network maps out of GraphML."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.graphml import FORMAT
from sentio.ingest.piece import Origin, Reading
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">'
TAIL = "</graph></graphml>"


def test_nodes_are_elements_and_edges_links(samples: Path) -> None:
    content = (samples / "graphml" / "zoo.graphml").read_bytes()

    found = read(FORMAT, content)

    dublin, cork, other_cork = found.records(Kind.ELEMENT)
    (link,) = found.records(Kind.LINK)
    assert FORMAT.sniff(content, "zoo.graphml") > 0.9
    assert (dublin["element"], dublin["longitude_deg"], dublin["latitude_deg"]) == (
        *("Isle/Dublin", -6.26, 53.35),
    )
    assert (cork["element"], other_cork["element"]) == ("Isle/Cork", "Isle/Cork (2)")
    assert other_cork["longitude_deg"] is None
    assert (link["from_element"], link["to_element"]) == ("Isle/Dublin", "Isle/Cork")
    assert link["capacity_bps"] == 10e9
    assert found.reasons == {"incomplete": 1}  # an edge to a node that is not there
    assert (found.rows, found.kept) == (5, 4)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE graphml [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!-- long --><!DOCTYPE graphml SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_document_type_is_refused_as_unsafe(declaration: str) -> None:
    text = f'<?xml version="1.0"?>{declaration}{HEAD}<node id="&b;"/>{TAIL}'

    found = read(FORMAT, text)

    assert found.reasons == {"unsafe": 1}
    assert found.records() == []
    assert FORMAT.sniff(text.encode(), "x") > 0


def test_an_edge_may_stand_before_its_nodes() -> None:
    found = read(FORMAT, f'{HEAD}<edge source="a" target="b"/><node id="a"/><node id="b"/>{TAIL}')

    (link,) = found.records(Kind.LINK)
    assert (link["from_element"], link["to_element"]) == ("a", "b")


def test_the_label_that_a_drawing_tool_wrote_is_the_name() -> None:
    drawn = (
        '<data key="d9"><y:ShapeNode xmlns:y="http://www.yworks.com/xml/graphml">'
        "<y:NodeLabel>Galway</y:NodeLabel></y:ShapeNode></data>"
    )

    (node,) = read(FORMAT, f'{HEAD}<node id="n0">{drawn}</node>{TAIL}').records()

    assert node["name"] == "Galway"


def test_a_speed_with_its_unit_beside_it_is_understood() -> None:
    keys = (
        '<key id="s" for="edge" attr.name="LinkSpeed"/>'
        '<key id="u" for="edge" attr.name="LinkSpeedUnits"/>'
    )
    edge = '<edge source="a" target="b"><data key="s">2.5</data><data key="u">G</data></edge>'

    found = read(
        FORMAT, f'<graphml>{keys}<graph><node id="a"/><node id="b"/>{edge}</graph></graphml>'
    )

    assert found.records(Kind.LINK)[0]["capacity_bps"] == 2.5e9


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("<node/>", "missing"),
        ('<node id="a"/>', "duplicate"),
        ('<edge source="a"/>', "missing"),
        ('<edge source="a" target="zz"/>', "incomplete"),
    ],
)
def test_a_part_that_cannot_be_kept_says_why(part: str, reason: str) -> None:
    found = read(FORMAT, f'{HEAD}<node id="a"/>{part}{TAIL}')

    assert found.reasons == {reason: 1}
    assert found.kept == 1


def test_xml_that_breaks_off_is_said_to() -> None:
    with pytest.raises(FormatError, match="not well-formed"):
        read(FORMAT, f'{HEAD}<node id="a"/><node id=')


def test_what_was_whole_before_a_break_is_handed_on() -> None:
    whole = '<node id="a"/><node id="b"/><edge source="a" target="b"/>'
    reading = Reading(origin=Origin(source="t", name="t"), received_ns=0)
    pieces = FORMAT.read(io.BytesIO(f"{HEAD}{whole}<node id=".encode()), reading)

    elements, links = next(pieces), next(pieces)

    assert (elements.rows_kept, links.rows_kept) == (2, 1)
    with pytest.raises(FormatError):
        next(pieces)


@pytest.mark.parametrize("text", ["<kml></kml>", "graphml", "", "<gexf/>"])
def test_other_inputs_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "x.xml") == 0

"""Sites, cells and links out of GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.one_input import RECEIVED_NS, read

from sentio.ingest.formats.geojson import FORMAT
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind


def feature(geometry: object, **properties: object) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def point(longitude: object, latitude: object) -> dict:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def test_points_are_elements_and_lines_are_links(samples: Path) -> None:
    found = read(FORMAT, (samples / "geojson" / "network.geojson").read_bytes())

    cell, site = found.records(Kind.ELEMENT)
    (link,) = found.records(Kind.LINK)
    assert (cell["element"], cell["element_kind"], cell["parent"]) == (
        *("272-1-3301-5120001", "cell", "DUB01"),
    )
    assert (cell["longitude_deg"], cell["latitude_deg"], cell["range_m"]) == (
        -6.2603,
        53.3498,
        1200,
    )
    assert (site["element"], site["element_kind"], site["parent"]) == ("DUB01", "site", None)
    assert site["ts"] == 1_767_607_200 * 10**9
    assert (link["link"], link["from_element"], link["to_element"]) == ("f-9", "DUB01", "DUB02")
    assert link["capacity_bps"] == 10e9
    assert found.reasons == {"out_of_range": 1, "missing": 1}
    assert (found.rows, found.kept) == (5, 3)


def test_somebodys_telephone_number_is_not_kept(samples: Path) -> None:
    found = read(FORMAT, (samples / "geojson" / "network.geojson").read_bytes())

    assert all("555" not in record["attributes"] for record in found.records())


def test_a_feature_a_line_is_read_and_an_area_has_its_middle(samples: Path) -> None:
    content = (samples / "geojson" / "lines.geojsonl").read_bytes()

    site, campus = read(FORMAT, content).records()

    assert FORMAT.sniff(content, "lines.geojsonl") > 0.8
    assert site["element"] == "DUB01"
    assert (campus["longitude_deg"], campus["latitude_deg"]) == (1.0, 1.0)
    assert campus["ts"] == RECEIVED_NS


def test_a_broken_line_harms_itself_alone() -> None:
    good = json.dumps(feature(point(1, 2), id="a"))

    found = read(FORMAT, f'{good}\n{{"type":[[[\n\x1e{good}\n')

    assert found.reasons == {"unreadable": 1}
    assert found.kept == 2
    assert found.rejected[0]["line"] == 2


def test_what_was_whole_before_a_break_is_kept() -> None:
    text = json.dumps({"type": "FeatureCollection", "features": [feature(point(1, 2), id="a")] * 3})

    with pytest.raises(FormatError, match="breaks off"):
        read(FORMAT, text[:-40])


def test_a_collection_comes_in_pieces() -> None:
    features = [feature(point(1, 2), id=i) for i in range(10)]

    found = read(
        FORMAT, json.dumps({"type": "FeatureCollection", "features": features}), batch_rows=4
    )

    assert [piece.rows_read for piece in found.pieces] == [4, 4, 2]
    assert [record["element"] for record in found.records()] == [str(i) for i in range(10)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature(point("x", 2), id="a"), "not_a_number"),
        (feature(point(1, None), id="a"), "not_a_number"),
        (feature({"type": "Point"}, id="a"), "not_a_number"),
        (feature({"type": "Polygon", "coordinates": [[]]}, id="a"), "missing"),
        (feature({"type": "LineString", "coordinates": [[1, 2]]}, id="a"), "missing"),
        (feature(point(1, 2)), "missing"),
        (feature(point(1, 2), id="a", updated="soon"), "bad_time"),
        (feature("Point", id="a"), "missing"),
        ({"type": "Topology"}, "not_telemetry"),
    ],
)
def test_a_feature_that_cannot_be_kept_says_why(bad: dict, reason: str) -> None:
    collection = {"type": "FeatureCollection", "features": [bad, feature(point(1, 2), id="b")]}

    found = read(FORMAT, json.dumps(collection))

    assert found.reasons == {reason: 1}
    assert found.kept == 1


@pytest.mark.parametrize("text", ["<kml/>", '{"type":"Topology"}', "[1,2]", "", '{"geometry":1}'])
def test_other_inputs_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "x.json") == 0


@pytest.mark.parametrize("text", ["[" * 5000, '{"a":' * 300 + "1", "not json", '{"features":[}'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        read(FORMAT, text)

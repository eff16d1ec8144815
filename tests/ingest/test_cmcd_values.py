"""CMCD values: structured fields in a query, in headers and in JSON (CTA-5004, RFC 8941)."""

from __future__ import annotations

import re

import pytest

from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.cmcd import Item


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("br=3200,bs,su", {"br": 3200, "bs": True, "su": True}),
        ("pr=1.25,d=-3", {"pr": 1.25, "d": -3}),
        ('sid="a,br=9"', {"sid": "a,br=9"}),
        (r'cid="say \"hi\" \\ bye"', {"cid": r'say "hi" \ bye'}),
        ("ot=av,st=l", {"ot": "av", "st": "l"}),
        ("bg=?0,su=?1", {"bg": False, "su": True}),
        ("com.example-hello=tok;p=2", {"com.example-hello": "tok"}),
        ("br=(5000;v 128;a)", {"br": (Item(5000, {"v": True}), Item(128, {"a": True}))}),
        ('nor=("1.mp4";r="0-99")', {"nor": (Item("1.mp4", {"r": "0-99"}),)}),
        ("ec=()", {"ec": ()}),
        ("sid=6e2fb550-c457-11e9", {"sid": "6e2fb550-c457-11e9"}),
        ("su,,br=1", {"su": True, "br": 1}),
        ("", {}),
    ],
)
def test_a_dictionary_is_read_as_written(text: str, fields: dict) -> None:
    assert cmcd.parse(text) == fields


@pytest.mark.parametrize("text", ['sid="breaks off', "br=(1 2", "=3", ";" * 2000, "br=1 2"])
def test_a_broken_dictionary_is_said_to_be_broken(text: str) -> None:
    with pytest.raises(ValueError, match=r"CMCD|item"):
        cmcd.parse(text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("CMCD=bl%3D200%2Cbr%3D3200", "bl=200,br=3200"),
        ("/v/1.m4s?token=a&CMCD=sid%3D%22x%22&b=1", 'sid="x"'),
        ("CMCD=bl%253D200%252Cbr%253D3200", "bl=200,br=3200"),
        ("cmcd=br%3D%28200%3Bv+128%3Ba%29", "br=(200;v 128;a)"),
        ("CMCD=nor%3D%22..%252Fnext.m4s%22", 'nor="..%2Fnext.m4s"'),
        ("token=CMCD", None),
        ("XCMCD=br%3D1", None),
    ],
)
def test_the_query_is_decoded_once_or_as_often_as_it_was_encoded(query: str, text: str) -> None:
    assert cmcd.of_query(query) == text


def test_the_four_headers_are_one_dictionary() -> None:
    headers = {"cmcd-object": "br=200", "CMCD-Status": "bs", "CMCD_Session": 'sid="s"', "Host": "h"}

    assert cmcd.parse(cmcd.of_headers(headers) or "") == {"br": 200, "bs": True, "sid": "s"}
    assert cmcd.of_headers({"Host": "h"}) is None


def test_of_a_list_the_number_marked_as_video_is_taken() -> None:
    fields = cmcd.parse("br=(128;a 5000;v),bl=(900),tb=x,mtp=?1")

    assert cmcd.number(fields, "br") == 5000
    assert cmcd.number(fields, "bl") == 900
    assert cmcd.number(fields, "tb") is None
    assert cmcd.number(fields, "mtp") is None


def test_json_values_of_strange_types_are_left_out() -> None:
    fields = cmcd.of_json({"br": [3200, {"x": 1}], "bs": True, "sid": None, "d": {"deep": 1}})

    assert fields == {"br": (Item(3200),), "bs": True}


@pytest.mark.shared
def test_the_public_vectors_are_read(shared) -> None:
    text = (shared / "data/inputs/cmcd/cml_decodeCmcd.test.ts.txt").read_text()
    vectors = re.findall(r"decodeCmcd\('([^']+)'", text)

    read = {vector: cmcd.parse(vector) for vector in vectors}

    assert len(vectors) >= 8
    first = read['br=(1000),com.example-hello="world",ec=("ERR001" "ERR002"),su,v=2']
    assert first["com.example-hello"] == "world"
    assert [item.value for item in first["ec"]] == ["ERR001", "ERR002"]
    assert cmcd.number(first, "br") == 1000
    assert cmcd.flag(first, "su")
    assert (
        cmcd.number(read['br=1000,com.example-hello="world",ec=("ERR001" "ERR002"),su'], "br")
        == 1000
    )


@pytest.mark.shared
def test_the_public_header_vectors_are_read(shared) -> None:
    text = (shared / "data/inputs/cmcd/cml_fromCmcdHeaders.test.ts.txt").read_text()
    block = text[text.index("const headers = {") : text.index("deepEqual(fromCmcdHeaders(headers)")]
    headers = dict(re.findall(r"'(CMCD-\w+)': '([^']+)'", block))

    fields = cmcd.parse(cmcd.of_headers(headers) or "")

    assert len(headers) == 4
    assert (fields["br"], fields["pt"], fields["rtp"], fields["v"]) == (200, 45000, 8000, 2)
    assert fields["su"] is True

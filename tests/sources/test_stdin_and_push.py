"""Standard input and pushed bodies can be opened again, and are named by what they are."""

from __future__ import annotations

import io

from sentio.ingest.sources.push import Pushed
from sentio.ingest.sources.section import Spool
from sentio.ingest.sources.stdin import from_stdin


def test_standard_input_can_be_opened_twice():
    each = from_stdin(io.BytesIO(b"a\n1\n"), source="pipe")

    assert each.open().read() == b"a\n1\n"
    assert each.open().read() == b"a\n1\n"
    assert (each.size_bytes, each.origin.source) == (4, "pipe")


def test_the_same_bytes_on_standard_input_are_the_same_input():
    one, same, other = (
        from_stdin(io.BytesIO(raw), source="pipe").origin.name for raw in (b"1", b"1", b"2")
    )

    assert one == same
    assert one != other


def test_a_spooled_part_can_be_sought_as_parquet_needs():
    spool = Spool()
    spool.add(io.BytesIO(b"x" * 1000))
    part = spool.add(io.BytesIO(b"0123456789"))

    with part.open() as stream:
        stream.seek(-4, io.SEEK_END)

        assert stream.read(2) == b"67"
        assert stream.tell() == 8
        assert stream.read() == b"89"


def test_the_same_key_and_body_are_the_same_input_and_another_body_is_not():
    body = Spool().add(io.BytesIO(b"1"))
    common = {"source": "probe", "suffix": ".csv", "body": body, "received_ns": 5}

    one = Pushed(key="k", digest="aa" * 32, **common)
    same = Pushed(key="k", digest="aa" * 32, **common)
    other = Pushed(key="k", digest="bb" * 32, **common)

    assert one.as_input().origin == same.as_input().origin
    assert one.name != other.name
    assert other.name.startswith(one.prefix)

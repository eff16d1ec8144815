"""Cell lists of OpenCellID and MLS."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ingest.one_input import RECEIVED_NS, read

from sentio.ingest.formats.opencellid import FORMAT
from sentio.model.record import Quality

HEADER = (
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
)


def test_cells_are_named_and_faulty_rows_told_apart(samples: Path) -> None:
    found = read(FORMAT, (samples / "opencellid" / "cells.csv").read_bytes())

    cells = {cell["element"]: cell for cell in found.records()}
    lte = cells["272-1-3301-5120001"]  # "01" and "1" are one network
    assert (lte["longitude_deg"], lte["latitude_deg"], lte["range_m"]) == (-6.2603, 53.3498, 1200)
    assert lte["ts"] == 1_600_000_000 * 10**9
    assert lte["technology"] == "LTE"
    assert cells["272-1-3301-77309411329"]["ts"] == 1_700_000_000 * 10**9  # never updated: created
    assert cells["272-2-40-8"]["quality"] == Quality.SUSPECT  # 0° 0° is nowhere
    assert found.reasons == {"not_a_number": 1, "missing": 1, "out_of_range": 1}
    assert [row["line"] for row in found.rejected] == [4, 5, 6]
    assert found.rejected[0]["raw"].startswith(b"GSM,272,2,40,x77")


def test_a_country_file_without_header_reads_the_same(samples: Path) -> None:
    with_header = read(FORMAT, (samples / "opencellid" / "cells.csv").read_bytes())
    without = (samples / "opencellid" / "headerless.csv").read_bytes()

    assert FORMAT.sniff(without, "272.csv") > 0.8
    assert read(FORMAT, without).records() == with_header.records()[:2]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b",", b";"),
        lambda text: text.decode().encode("utf-16"),
    ],
    ids=["mark", "crlf", "semicolons", "utf-16"],
)
def test_the_way_it_was_saved_makes_no_difference(samples: Path, change) -> None:
    text = (samples / "opencellid" / "cells.csv").read_bytes()

    assert read(FORMAT, change(text)).records() == read(FORMAT, text).records()


def test_a_row_without_any_time_is_as_of_its_arrival() -> None:
    found = read(FORMAT, HEADER + "LTE,272,1,2,3,,1.0,2.0,,,,,,\n")

    assert found.records()[0]["ts"] == RECEIVED_NS
    assert found.records()[0]["range_m"] is None


def test_a_long_list_comes_in_pieces_that_add_up() -> None:
    rows = "".join(f"LTE,272,1,2,{i},,1.0,2.0,,,,1500000000,,\n" for i in range(1000))

    found = read(FORMAT, HEADER + rows + "short,row\n", batch_rows=300)

    assert [piece.rows_read for piece in found.pieces] == [300, 300, 300, 101]
    assert (found.rows, found.kept) == (1001, 1000)
    assert found.rejected[0]["line"] == 1002


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "timestamp,cell_id,lon,lat\n", "", "\0\0\0"])
def test_other_tables_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "cells.csv") == 0


@pytest.mark.shared
def test_the_public_sample_has_three_cells(shared: Path) -> None:
    content = (shared / "data/inputs/topology/opencellid_format_sample.csv").read_bytes()

    found = read(FORMAT, content)

    assert FORMAT.sniff(content, "sample") > 0.9
    assert (found.rows, found.kept) == (3, 3)
    assert found.records()[0]["element"] == "262-2-801-86355"
    assert found.records()[0]["ts"] == 1_300_155_341 * 10**9

"""Notices of planned works become events: announced, from when to when, on what, how harmful."""

from __future__ import annotations

import io
import json
from pathlib import Path

from sentio.ingest.formats.maintnote import read
from sentio.ingest.piece import Origin, Piece, Reading

HOUR_NS = 3_600_000_000_000
READING = Reading(origin=Origin(source="works", name="notice.eml"), received_ns=9)


def pieces(text: bytes) -> list[Piece]:
    return list(read(io.BytesIO(text), READING))


def test_a_notice_is_a_planned_work_on_each_of_its_objects(samples: Path) -> None:
    (piece,) = pieces((samples / "maintnote" / "notice.eml").read_bytes())

    ring, router = piece.batch.to_pylist()

    assert (ring["event_kind"], ring["event_id"], ring["element"], ring["state"]) == (
        *("planned_work", "W-4711", "ring-02", "confirmed"),
    )
    assert ring["title"] == "Ring maintenance, splices at two sites; questions to <email>"
    told = json.loads(ring["attributes"])
    midnight_ns = 1_788_912_000_000_000_000  # 9 September 2026 00:00 UTC, 01:00 in Dublin
    assert (told["planned_start_ns"], ring["end_ts"]) == (midnight_ns, midnight_ns + 2 * HOUR_NS)
    assert ring["ts"] == midnight_ns - 38 * HOUR_NS - (47 * 60 + 29) * 10**9
    assert (told["impact"], json.loads(router["attributes"])["impact"]) == (
        *("REDUCED-REDUNDANCY", "NO-IMPACT"),
    )


def test_what_is_no_notice_is_refused_and_says_why(samples: Path) -> None:
    (piece,) = pieces((samples / "maintnote" / "notice.eml").read_bytes())

    told = [(row["line"], row["field"], row["reason"]) for row in piece.rejected.to_pylist()]

    assert told == [
        (32, "X-MAINTNOTE-MAINTENANCE-ID", "not_telemetry"),
        (38, "DTEND", "bad_time"),
    ]
    assert piece.rows_read == piece.rows_kept + 2 == 3


def test_a_notice_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    text = b"BEGIN:VEVENT\r\nDTSTART:20260909T010000Z\r\nX-MAINTNOTE-MAINTENANCE-ID:W-1\r\n"

    (piece,) = pieces(text)

    assert [row["reason"] for row in piece.rejected.to_pylist()] == ["missing"]

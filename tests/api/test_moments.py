"""Times are told in ISO 8601 as well, and nothing else is lost by it."""

from __future__ import annotations

from sentio.api.awareness import with_moments
from sentio.cli.told_stream import sentence
from sentio.kernel.values import to_plain
from sentio.model.data_fault import DataFault

FAULT = DataFault(
    id="F00001",
    what="silent",
    source="probe",
    since_ns=10**18,
    seen_ns=10**18 + 3 * 10**11,
    seen=0.0,
    expected=120.0,
    nats=40.0,
    sentence="probe brings nothing",
)


def test_a_fault_of_the_data_is_told_to_whoever_listens() -> None:
    body = with_moments(to_plain(FAULT))

    assert body["seen"] == 0.0
    assert body["since"].startswith("2001-09-09T01:46:40")
    assert "probe brings nothing" in sentence("data_fault", body)

"""Who had what experience, and how far the watch is, over HTTP."""

from __future__ import annotations

import pytest
from records import rows

from sentio.cli.demo import past_line

CSV = {"content-type": "text/csv"}
NOW_NS = 1_795_075_200_000_000_000  # 2026-11-19T08:00Z


def slow_at(cell: str, count: int) -> str:
    """Write as many uses of a cell whose pages take half a minute."""
    lines = [line.split(",") for line in rows(count, first=100).splitlines()[1:]]
    return "".join(f"{ts},{imsi},{cell},30000\n" for ts, imsi, _, _ in lines)


def test_an_empty_store_has_no_experience_and_says_so(client):
    answer = client.get("/api/v1/experience").json()

    assert (answer["uses"], answer["mos_mean"], answer["worst"]) == (0, None, [])
    assert past_line(answer, NOW_NS).endswith("2026-11-19T08:00:00Z: 0 uses.")


def test_what_was_pushed_is_counted_and_the_slow_cell_is_named_the_worst(client):
    body = rows(90) + slow_at("cell-9", 40)
    client.post("/ingest/probe?service=web", content=body, headers=CSV)

    answer = client.get("/api/v1/experience").json()

    assert answer["uses"] == 130
    assert answer["subjects"] == pytest.approx(130, rel=0.15)
    assert [each["member"] for each in answer["worst"]] == ["cell-9"]
    assert "130 uses" in past_line(answer, NOW_NS)
    assert "worst: web at cell-9 (" in past_line(answer, NOW_NS)
    assert client.get("/api/v1/experience?until=2020-01-01T00:00:00Z").json()["uses"] == 0


def test_the_grace_changes_while_it_runs_and_only_within_its_range(client):
    changed = client.put("/api/v1/watch", json={"grace_s": 0})
    refused = client.put("/api/v1/watch", json={"grace_s": -1})

    assert changed.json()["grace_s"] == 0
    assert refused.status_code == 422
    assert client.get("/api/v1/watch").json()["grace_s"] == 0


def test_who_may_only_read_sees_the_watch_and_may_not_change_it(client):
    made = client.platform.state.create_key("reader", roles=("read",), at_ns=1)
    ours = {"authorization": f"Bearer {made}"}

    assert client.get("/api/v1/watch", headers=ours).json()["is_learning"]
    assert client.put("/api/v1/watch", json={"grace_s": 0}, headers=ours).status_code == 403

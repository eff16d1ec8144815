"""A receipt of a reading for people and as JSON, and the exit code that goes with it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sentio.cli.output import columns

if TYPE_CHECKING:
    import duckdb

    from sentio.loop.progress import Receipt

NO_HARM = frozenset({"duplicate", "not_telemetry"})
MOST_LINES = 20

Pairs = list[tuple[str, str]]


def reasons_since(
    con: duckdb.DuckDBPyConnection, source: str, since_ns: int
) -> list[tuple[str, int]]:
    """Count the rows of a source rejected since a moment, by reason, most first."""
    return con.execute(
        "SELECT reason, sum(rows)::BIGINT FROM dead_letter WHERE source = ? AND at_ns >= ? "
        "GROUP BY reason ORDER BY 2 DESC, 1",
        [source, since_ns],
    ).fetchall()


def exit_code(receipt: Receipt, reasons: list[tuple[str, int]]) -> int:
    """Give 1 only where nothing could be read, else 0."""
    is_read = receipt.inputs > len(receipt.failed)
    is_known = any(reason in NO_HARM for reason, _ in reasons)
    is_all_rejected = not (receipt.skipped or receipt.rows_kept or is_known) and bool(reasons)
    return 0 if is_read and not is_all_rejected else 1


def added(so_far: Receipt | None, more: Receipt) -> Receipt:
    """Add two receipts of one source up."""
    if so_far is None:
        return more
    kinds = dict(so_far.by_kind)
    for kind, count in more.by_kind:
        kinds[kind] = kinds.get(kind, 0) + count
    return replace(
        more,
        inputs=so_far.inputs + more.inputs,
        skipped=so_far.skipped + more.skipped,
        rows_read=so_far.rows_read + more.rows_read,
        rows_kept=so_far.rows_kept + more.rows_kept,
        rows_rejected=so_far.rows_rejected + more.rows_rejected,
        records=so_far.records + more.records,
        bytes_read=so_far.bytes_read + more.bytes_read,
        commits=so_far.commits + more.commits,
        elapsed_s=so_far.elapsed_s + more.elapsed_s,
        failed=so_far.failed + more.failed,
        by_kind=tuple(sorted(kinds.items())),
    )


def receipt_json(
    receipt: Receipt, reasons: list[tuple[str, int]], skipped: Pairs
) -> dict[str, Any]:  # Any: JSON
    """Give a receipt as JSON."""
    return {
        **asdict(receipt),
        "failed": [{"input": name, "why": _why(name, why)} for name, why in receipt.failed],
        "by_kind": dict(receipt.by_kind),
        "rejected_by_reason": dict(reasons),
        "passed_over": [{"name": name, "why": why} for name, why in skipped],
    }


def receipt_text(receipt: Receipt, reasons: list[tuple[str, int]], skipped: Pairs) -> str:
    """Write a receipt for people."""
    rate = receipt.rows_read / max(receipt.elapsed_s, 1e-3)
    kinds = [(f"  {kind}", count) for kind, count in receipt.by_kind if count]
    rows: list[tuple[str, object]] = [
        ("inputs", receipt.inputs),
        ("  read before", receipt.skipped),
        ("  failed", len(receipt.failed)),
        ("rows read", receipt.rows_read),
        ("  kept", receipt.rows_kept),
        ("  rejected", receipt.rows_rejected),
        *((f"    {reason}", count) for reason, count in reasons),
        ("records", sum(count for _, count in kinds)),
        *kinds,
        ("commits", receipt.commits),
        ("seconds", round(receipt.elapsed_s, 2)),
        ("rows/s", round(rate)),
    ]
    parts = [columns(("source", receipt.source), rows)]
    parts.append(_some("failed:", list(receipt.failed)))
    parts.append(_some("passed over:", skipped))
    if receipt.rows_rejected:
        parts.append(f"Rejected rows: sentio dead-letter list --source {receipt.source}")
    return "\n".join(part for part in parts if part)


def _some(title: str, pairs: Pairs) -> str:
    lines = [f"  {name}: {_why(name, why)}" for name, why in pairs[:MOST_LINES]]
    if len(pairs) > MOST_LINES:
        lines.append(f"  and {len(pairs) - MOST_LINES} more")
    return "\n".join([title, *lines]) if lines else ""


def _why(name: str, why: str) -> str:
    return why.removeprefix(f"{name}: ")

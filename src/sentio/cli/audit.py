"""``sentio audit``: who did what, why and with which effect; and whether that was changed."""

from __future__ import annotations

from typing import Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment

HEADER = ("id", "when", "who", "what", "why", "action")
WHY_LETTERS = 90


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(audit)


def audit(
    context: typer.Context,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no line was changed or removed.")
    ] = False,
    head: Annotated[
        str, typer.Option(help="With --verify: the last hash as it was noted elsewhere.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the audit, the newest line first, or follow its chain of hashes."""
    from sentio.kernel.errors import RefusedError
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state

    with open_state(settings_of(context)) as state:
        if not verify:
            found = state.audit(limit=limit)
            rows = [
                (each.id, moment(each.at_ns), each.who, each.what, each.purpose[:WHY_LETTERS],
                 each.details.get("action", ""))
                for each in found
            ]  # fmt: skip
            text = columns(HEADER, rows) if found else "The audit is empty."
            value = {"schema": "sentio.cli/audit.v1", "lines": [to_plain(each) for each in found]}
            answer(value, text, as_json=as_json)
            return
        checked = state.verify_audit()
        knows_head = not head or state.has_audit_hash(head)
    if not checked.is_whole:
        raise RefusedError(
            f"the audit was changed at line {checked.broken_at}: {checked.why}", where="audit"
        )
    if not knows_head:
        raise RefusedError(
            "no line has the hash that was noted", where="--head", expected="an audit with it"
        )
    text = f"The audit is whole: {checked.lines:,} lines; note its head: {checked.head}"
    value = {"schema": "sentio.cli/audit.v1", "is_whole": True, **to_plain(checked)}
    answer(value, text, as_json=as_json)

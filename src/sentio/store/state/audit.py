"""The audit as a chain: each line carries a hash of itself and of the line before.

Whoever changes, removes or slips in a line breaks the chain from there on; whoever cuts its end off
is found out by a head that was noted elsewhere. The hash is SHA-256 (FIPS 180-4) of canonical JSON:
keys sorted, no spaces. Lines of releases that did not chain yet are covered by the first link.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from sentio.store.state.tables import AuditRow

BEGIN = "0" * 64
LOCK = 0x4155444954  # "AUDIT": one process at a time adds to a PostgreSQL
READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of checking the chain: how many lines, the last hash, the first broken line."""

    lines: int
    head: str
    broken_at: int | None = None
    why: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed."""
        return self.broken_at is None


def append(
    session: Session,
    *,
    who: str,
    what: str,
    purpose: str,
    at_ns: int,
    details: Mapping[str, Any] | None = None,  # Any: JSON
) -> str:
    """Add a line within a transaction; gives its hash."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).first()
    before = BEGIN if last is None else last.hash or _of_unchained(session)
    row = AuditRow(at_ns=at_ns, who=who, what=what, purpose=purpose, details=dict(details or {}))
    row.hash = found = _hash(before, row)
    session.add(row)
    session.flush()
    return found


def verify(session: Session) -> Verified:
    """Follow the chain from its beginning, a thousand lines at a time."""
    lines, head, known = 0, BEGIN, 0
    is_chained = False
    while True:
        wanted = select(AuditRow).where(AuditRow.id > known).order_by(AuditRow.id)
        rows = session.scalars(wanted.limit(READ_AT_ONCE)).all()
        if not rows:
            return Verified(lines=lines, head=head)
        for row in rows:
            wanted_hash = _hash(head, row)
            if row.hash is None and is_chained:
                return Verified(lines=lines, head=head, broken_at=row.id, why="it has no hash")
            if row.hash is not None and row.hash != wanted_hash:
                why = "it, or a line before it, is not as it was written"
                return Verified(lines=lines, head=head, broken_at=row.id, why=why)
            is_chained = is_chained or row.hash is not None
            head, known, lines = wanted_hash, row.id, lines + 1
        session.expunge_all()


def _of_unchained(session: Session) -> str:
    """Give the hash over all lines of before there was a chain."""
    return _over(session.scalars(select(AuditRow).order_by(AuditRow.id)))


def _over(rows: Iterable[AuditRow]) -> str:
    head = BEGIN
    for row in rows:
        head = _hash(head, row)
    return head


def _hash(before: str, row: AuditRow) -> str:
    told = [before, row.at_ns, row.who, row.what, row.purpose, row.details]
    plain = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()

"""What people write beside the data: a moment or a span, a text, tags, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from sentio.store.state import audit
from sentio.store.state.store import StateStore
from sentio.store.state.tables import NUMBER, Base


class AnnotationRow(Base):
    """A note of somebody on a moment or a span."""

    __tablename__ = "annotation"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    since_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    until_ns: Mapped[int] = mapped_column(BigInteger)  # that of `since_ns` for a moment
    text: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[Any]] = mapped_column(JSON)  # Any: JSON; texts by our API
    page: Mapped[str] = mapped_column(String(200))
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON; texts by our API
    author: Mapped[str] = mapped_column(String(200))
    created_ns: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)


VERSION = 1  # of the layout of scope and tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A note on [``since_ns``, ``until_ns``]; the same moment twice is a moment.

    ``page`` is where it was written, such as ``/services/video``; ``scope`` what it is about.
    """

    since_ns: int
    until_ns: int
    text: str
    author: str
    created_ns: int
    tags: tuple[str, ...] = ()
    page: str = ""
    scope: Mapping[str, str] = field(default_factory=dict[str, str])
    id: int = 0


class Annotations:
    """Reads and writes annotations; writing and taking away are in the audit."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def list(
        self,
        *,
        since_ns: int | None = None,
        until_ns: int | None = None,
        page: str | None = None,
        limit: int = 1000,
    ) -> list[Annotation]:
        """List those that touch [since, until], the newest first; of one page or of all."""
        rows = select(AnnotationRow)
        if since_ns is not None:
            rows = rows.where(AnnotationRow.until_ns >= since_ns)
        if until_ns is not None:
            rows = rows.where(AnnotationRow.since_ns <= until_ns)
        if page is not None:
            rows = rows.where(or_(AnnotationRow.page == page, AnnotationRow.page == ""))
        order = (AnnotationRow.since_ns.desc(), AnnotationRow.id.desc())
        with self._state.session() as session:
            return [_annotation(row) for row in session.scalars(rows.order_by(*order).limit(limit))]

    def one(self, number: int) -> Annotation | None:
        """Give an annotation, None if there is none of that number."""
        with self._state.session() as session:
            row = session.get(AnnotationRow, number)
            return _annotation(row) if row else None

    def add(self, made: Annotation) -> Annotation:
        """Write one; gives it with its number."""
        with self._state.session() as session:
            row = AnnotationRow(
                since_ns=made.since_ns,
                until_ns=made.until_ns,
                text=made.text,
                tags=list(made.tags),
                page=made.page,
                scope=dict(made.scope),
                author=made.author,
                created_ns=made.created_ns,
                version=VERSION,
            )
            session.add(row)
            session.flush()
            audit.append(
                session,
                who=made.author,
                what="annotated",
                purpose=made.text[:200],
                at_ns=made.created_ns,
                details={"annotation": row.id},
            )
            return _annotation(row)

    def drop(self, number: int, *, who: str, at_ns: int) -> bool:
        """Take one away; False where there is none. Its text stays in the audit."""
        with self._state.session() as session:
            row = session.get(AnnotationRow, number)
            if row is None:
                return False
            told = {"annotation": number, "text": row.text, "author": row.author}
            session.delete(row)
            audit.append(
                session,
                who=who,
                what="annotation taken away",
                purpose=row.text[:200],
                at_ns=at_ns,
                details=told,
            )
        return True


def _annotation(row: AnnotationRow) -> Annotation:
    return Annotation(
        id=row.id,
        since_ns=row.since_ns,
        until_ns=row.until_ns,
        text=row.text,
        tags=tuple(row.tags),
        page=row.page,
        scope=row.scope,
        author=row.author,
        created_ns=row.created_ns,
    )

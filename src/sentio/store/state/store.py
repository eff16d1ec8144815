"""What the program asks of its state: sources, API keys, audit, settings of subjects."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import Connection, Engine, delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from sentio.kernel.errors import RefusedError, StoreError, UnknownName
from sentio.store.state.audit import Verified, append, verify
from sentio.store.state.engine import READS_ONLY, open_engine
from sentio.store.state.keys import ROLES, ApiKey, hash_of, id_of, new_key, new_salt
from sentio.store.state.migrate import HEAD, current, upgrade
from sentio.store.state.tables import ApiKeyRow, AuditRow, SourceRow, SubjectSettingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named feed; ``options`` are the defaults with which its inputs are read."""

    name: str
    kind: str = "files"
    description: str = ""
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    created_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit."""

    id: int
    at_ns: int
    who: str
    what: str
    purpose: str
    details: Mapping[str, Any]  # Any: JSON
    hash: str = ""


class StateStore:
    """The state behind an engine; every call is one transaction, safe from any thread.

    Raises
    ------
    StoreError
        From any call: the database cannot be reached or refuses.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reads = engine.execution_options(**{READS_ONLY: True})
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._checked: dict[bytes, str] = {}

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect, and bring the tables up to date."""
        engine = open_engine(url)
        try:
            if current(engine) != HEAD:
                upgrade(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            raise _explained(error, engine) from error
        except StoreError:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Use the state as a context; it is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def sources(self) -> list[Source]:
        """List all named sources, by name."""
        with self.session() as session:
            return [_source(row) for row in session.scalars(select(SourceRow).order_by("name"))]

    def source(self, name: str) -> Source | None:
        """Give a named source, None if nobody has named it."""
        with self.session() as session:
            row = session.get(SourceRow, name)
            return _source(row) if row else None

    def save_source(self, source: Source) -> None:
        """Write a source; one of the same name is replaced and keeps its age."""
        with self.session() as session:
            known = session.get(SourceRow, source.name)
            session.merge(
                SourceRow(
                    name=source.name,
                    kind=source.kind,
                    description=source.description,
                    options=dict(source.options),
                    created_ns=known.created_ns if known else source.created_ns,
                )
            )

    def create_key(self, name: str, *, roles: tuple[str, ...], at_ns: int) -> str:
        """Make an API key and give its text, this once.

        Raises
        ------
        RefusedError
            The name has been used; names are never used twice, so that the audit stays clear.
        UnknownName
            No role is called that.
        """
        for role in roles:
            if role not in ROLES:
                raise UnknownName.among("role", role, ROLES)
        key_id, key = new_key()
        salt = new_salt()
        with self.session() as session:
            if session.get(ApiKeyRow, name):
                raise RefusedError(
                    f"a key called {name!r} exists or has existed", next_step="Take another name."
                )
            session.add(
                ApiKeyRow(
                    name=name,
                    key_id=key_id,
                    salt=salt,
                    hash=hash_of(key, salt),
                    roles=list(roles),
                    created_ns=at_ns,
                    revoked_ns=None,
                )
            )
        return key

    def check_key(self, key: str) -> ApiKey | None:
        """Find the key that was sent, None if it is unknown, wrong or revoked.

        The slow hash is computed once for each key and process; whether it was revoked is asked
        every time.
        """
        key_id = id_of(key)
        row = None if key_id is None else self._in_force(key_id)
        if key_id is None or row is None:
            return None
        digest = hashlib.sha256(key.encode()).digest()
        if self._checked.get(digest) != key_id:
            if not hmac.compare_digest(hash_of(key, row.salt), row.hash):
                return None
            self._checked[digest] = key_id
        return _api_key(row)

    def key_in_force(self, key_id: str) -> ApiKey | None:
        """Give a key by its id, None if it is unknown or revoked; who asks has shown it before."""
        row = self._in_force(key_id)
        return _api_key(row) if row else None

    def api_keys(self) -> list[ApiKey]:
        """List all keys, by name, revoked ones too."""
        with self.session() as session:
            return [_api_key(row) for row in session.scalars(select(ApiKeyRow).order_by("name"))]

    def has_keys(self) -> bool:
        """Tell whether any key is in force."""
        in_force = select(func.count()).where(ApiKeyRow.revoked_ns.is_(None))
        with self.reading() as connection:  # asked with every request: it waits for no writer
            return bool(connection.scalar(in_force))

    def revoke_key(self, name: str, *, at_ns: int) -> None:
        """Take a key out of force; raises `UnknownName`."""
        with self.session() as session:
            row = session.get(ApiKeyRow, name)
            if row is None:
                raise UnknownName.among("key", name, session.scalars(select(ApiKeyRow.name)))
            row.revoked_ns = row.revoked_ns or at_ns

    def note(
        self,
        who: str,
        what: str,
        *,
        purpose: str,
        at_ns: int,
        details: Mapping[str, Any] | None = None,  # Any: JSON
    ) -> None:
        """Add a line to the audit."""
        with self.session() as session:
            append(session, who=who, what=what, purpose=purpose, at_ns=at_ns, details=details)

    def verify_audit(self) -> Verified:
        """Check that no line of the audit was changed, removed or slipped in."""
        with self.session() as session:
            return verify(session)

    def audit(
        self, *, limit: int = 100, before: int | None = None, text: str = ""
    ) -> list[AuditEntry]:
        """Read the audit, newest first; ``before`` is the id of the last line already read.

        ``text`` keeps lines in whose who, what or purpose it stands, whatever the case.
        """
        wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(AuditRow.id < before)
        if text:
            columns = (AuditRow.who, AuditRow.what, AuditRow.purpose)
            wanted = wanted.where(or_(*(c.icontains(text, autoescape=True) for c in columns)))
        with self.session() as session:
            return [_entry(row) for row in session.scalars(wanted)]

    def has_audit_hash(self, head: str) -> bool:
        """Tell whether a line of the audit has this hash, as noted elsewhere."""
        with self.session() as session:
            return session.scalar(select(AuditRow.id).where(AuditRow.hash == head)) is not None

    def set_profile(self, subject: int, service: str, *, profile: str) -> None:
        """Say which requirement profile holds for a subject and a service."""
        with self.session() as session:
            session.merge(SubjectSettingRow(subject=subject, service=service, profile=profile))

    def profile(self, subject: int, service: str) -> str | None:
        """Give the requirement profile of a subject for a service, None if it has no own."""
        with self.session() as session:
            row = session.get(SubjectSettingRow, (subject, service))
            return row.profile if row else None

    def forget_subject(self, subject: int) -> int:
        """Delete all settings of a subject and tell how many there were."""
        ours = delete(SubjectSettingRow).where(SubjectSettingRow.subject == subject)
        with self.session() as session:
            gone = session.scalars(ours.returning(SubjectSettingRow.service)).all()
            return len(gone)

    def _in_force(self, key_id: str) -> ApiKeyRow | None:
        with self.session() as session:
            row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.key_id == key_id))
        return None if row is None or row.revoked_ns is not None else row

    @contextmanager
    def session(self) -> Generator[Session]:
        """Open a transaction: committed if its block ends well, undone if not."""
        try:
            with self._sessions.begin() as session:
                yield session
        except SQLAlchemyError as error:
            raise _explained(error, self.engine) from error

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Open a transaction that only reads: it sees one state, and waits for no writer."""
        try:
            with self._reads.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _explained(error, self.engine) from error


def _source(row: SourceRow) -> Source:
    return Source(
        name=row.name,
        kind=row.kind,
        description=row.description,
        options=row.options,
        created_ns=row.created_ns,
    )


def _api_key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        name=row.name,
        key_id=row.key_id,
        roles=tuple(row.roles),
        created_ns=row.created_ns,
        revoked_ns=row.revoked_ns,
    )


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at_ns=row.at_ns,
        who=row.who,
        what=row.what,
        purpose=row.purpose,
        details=row.details,
        hash=row.hash or "",
    )


def _explained(error: SQLAlchemyError, engine: Engine) -> StoreError:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return StoreError(
        said[0] if said else type(error).__name__,
        where=engine.url.render_as_string(hide_password=True),
        next_step="Check state_url, and that the database is up and may be written to.",
    )

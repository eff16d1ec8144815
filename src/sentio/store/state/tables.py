"""The tables of the state; each change to them is a migration in the folder beside."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER keys only
BYTEWISE = String(250).with_variant(String(250, collation="C"), "postgresql")  # as SQLite compares


class Base(DeclarativeBase):
    """All tables of the state; times are nanoseconds since 1970 UTC."""


class SourceRow(Base):
    """A feed that an operator has named."""

    __tablename__ = "source"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(String(2000))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON; text to text by our API
    created_ns: Mapped[int] = mapped_column(BigInteger)


class ApiKeyRow(Base):
    """A key for the API; only a salted hash of its secret is kept."""

    __tablename__ = "api_key"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    roles: Mapped[list[Any]] = mapped_column(JSON)  # Any: JSON; texts by our API
    created_ns: Mapped[int] = mapped_column(BigInteger)
    revoked_ns: Mapped[int | None] = mapped_column(BigInteger)


class AuditRow(Base):
    """Who did what for which purpose; the database itself refuses changes and deletions."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    at_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(2000))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON
    hash: Mapped[str | None] = mapped_column(String(64))  # of this line and the one before


class SubjectSettingRow(Base):
    """The requirement profile of one subject for one service."""

    __tablename__ = "subject_setting"

    subject: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    service: Mapped[str] = mapped_column(String(100), primary_key=True)
    profile: Mapped[str] = mapped_column(String(200))


class DegradationRow(Base):
    """A degradation as it was last told; ``body`` is the value, of the layout ``version``."""

    __tablename__ = "degradation"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    began_ns: Mapped[int] = mapped_column(BigInteger)
    seen_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_ns: Mapped[int | None] = mapped_column(BigInteger)
    services: Mapped[str] = mapped_column(Text)  # between commas, to be looked for
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class DiagnosisRow(Base):
    """A diagnosis; a degradation is diagnosed again as more is known."""

    __tablename__ = "diagnosis"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    degradation: Mapped[str] = mapped_column(String(40), index=True)
    made_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class CollectionOrderRow(Base):
    """An order to the collection as it was last told."""

    __tablename__ = "collection_order"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    degradation: Mapped[str] = mapped_column(String(40), index=True)
    since_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_ns: Mapped[int | None] = mapped_column(BigInteger, index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class DataFaultRow(Base):
    """A fault of the data as it was last told."""

    __tablename__ = "data_fault"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    since_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    until_ns: Mapped[int | None] = mapped_column(BigInteger, index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class PlanRow(Base):
    """What was planned about a degradation, whether it was done or not."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    degradation: Mapped[str] = mapped_column(String(40), index=True)
    made_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class OutcomeRow(Base):
    """What a plan did, as it was proven."""

    __tablename__ = "outcome"

    plan: Mapped[str] = mapped_column(String(40), primary_key=True)
    verified_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class TaskRow(Base):
    """An action as it is carried out; ``body`` is its plan."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_due", "is_settled", "next_ns"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), index=True)
    made_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int] = mapped_column(BigInteger)
    wanted: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), index=True)
    is_settled: Mapped[bool] = mapped_column(Boolean)
    controller: Mapped[str] = mapped_column(String(60))
    peer: Mapped[str] = mapped_column(String(60))
    diff: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON
    handles: Mapped[list[Any]] = mapped_column(JSON)  # Any: JSON; texts by our API
    tries: Mapped[int] = mapped_column(Integer)
    next_ns: Mapped[int] = mapped_column(BigInteger)
    ordered_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    said: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class ApprovalRow(Base):
    """Somebody's yes to a plan, and what became of it."""

    __tablename__ = "approval"

    plan: Mapped[str] = mapped_column(String(40), primary_key=True)
    who: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(2000))
    at_ns: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(500), server_default="")  # another than chosen


class SwitchRow(Base):
    """A switch that people turn."""

    __tablename__ = "switch"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_on: Mapped[bool] = mapped_column(Boolean)
    who: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(2000))
    at_ns: Mapped[int] = mapped_column(BigInteger)


class ServiceProblemRow(Base):
    """A service problem as it was last told; ``degradations`` between commas, to be looked for."""

    __tablename__ = "service_problem"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    began_ns: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger, index=True)
    degradations: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class PromiseRow(Base):
    """What customers are promised; ``body`` is its definition."""

    __tablename__ = "promise"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    since_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class IntentRow(Base):
    """An intent that a promise became, and its last report."""

    __tablename__ = "intent"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    promise: Mapped[str] = mapped_column(String(100), index=True)
    layer: Mapped[str] = mapped_column(String(20))
    domain: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # Any: JSON


class DomainRow(Base):
    """An autonomous domain as it was last told."""

    __tablename__ = "domain"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    at_ns: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class AutonomyRow(Base):
    """How far people let a domain go by itself."""

    __tablename__ = "domain_autonomy"

    domain: Mapped[str] = mapped_column(String(100), primary_key=True)
    level: Mapped[str] = mapped_column(String(20))


class ToldEventRow(Base):
    """What was told, in the order of the telling; the oldest are dropped."""

    __tablename__ = "told_event"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(40))
    at_ns: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON


class SubscriptionRow(Base):
    """Who wants to be notified of what, and how it fares; ``body`` is what its API knows of it."""

    __tablename__ = "subscription"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    api: Mapped[str] = mapped_column(String(60), index=True)
    callback: Mapped[str] = mapped_column(String(2000))
    query: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON
    created_ns: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer)  # that failed, one after another
    failing_ns: Mapped[int | None] = mapped_column(BigInteger)  # since when
    next_ns: Mapped[int] = mapped_column(BigInteger)
    parked_ns: Mapped[int | None] = mapped_column(BigInteger)
    missed: Mapped[int] = mapped_column(BigInteger)  # offered while it was parked
    error: Mapped[str] = mapped_column(String(500))


class OutboxRow(Base):
    """A notification that is still to be delivered, or was given up; ``body`` is what is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "subscription", "parked_ns", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    subscription: Mapped[str] = mapped_column(String(100))
    event: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_ns: Mapped[int] = mapped_column(BigInteger)
    parked_ns: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(String(500))


class NotifiedRow(Base):
    """How far a feed has turned what was told into notifications."""

    __tablename__ = "notified"

    feed: Mapped[str] = mapped_column(String(60), primary_key=True)
    event: Mapped[int] = mapped_column(BigInteger)


class SnapshotRow(Base):
    """A part of all that a loop had learned by the last period that it judged."""

    __tablename__ = "snapshot"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class TmfCollectionRow(Base):
    """All resources of one kind of an Open API: how many there are, and the last number given."""

    __tablename__ = "tmf_collection"
    __table_args__ = (UniqueConstraint("api", "resource"),)

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    api: Mapped[str] = mapped_column(String(20))
    resource: Mapped[str] = mapped_column(String(100))
    total: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)  # counts the changes


class TmfResourceRow(Base):
    """A resource of an Open API; ``body`` is its JSON, ``seq`` counts within the collection."""

    __tablename__ = "tmf_resource"
    __table_args__ = (UniqueConstraint("collection", "id"),)

    collection: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(250))
    created_ns: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)


class TmfIndexRow(Base):
    """A value by which a resource is found; ``number`` is what it counts as, if anything."""

    __tablename__ = "tmf_index"
    __table_args__ = (
        Index("ix_tmf_index_seq", "collection", "seq", "path", "number", "forms"),
        Index(
            "ix_tmf_index_number",
            *("collection", "path", "number", "seq", "forms"),
            sqlite_where=text("number IS NOT NULL"),
            postgresql_where=text("number IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    collection: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    value: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[float | None] = mapped_column(Float)
    forms: Mapped[int] = mapped_column(Integer)  # what it was in the body, bit by bit

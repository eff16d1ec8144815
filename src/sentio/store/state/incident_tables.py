"""The tables of what people do about incidents and plans."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sentio.store.state.tables import NUMBER, Base


class IncidentWorkRow(Base):
    """How far people are with an incident; who is empty where nobody has acknowledged it."""

    __tablename__ = "incident_work"

    incident: Mapped[str] = mapped_column(String(60), primary_key=True)
    first_who: Mapped[str] = mapped_column(String(200))
    first_ns: Mapped[int] = mapped_column(BigInteger)
    second_who: Mapped[str] = mapped_column(String(200))
    second_ns: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str] = mapped_column(String(200))
    merged_into: Mapped[str] = mapped_column(String(60), index=True)


class IncidentStepRow(Base):
    """Something that a person did about an incident; only ever added to."""

    __tablename__ = "incident_step"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True)
    incident: Mapped[str] = mapped_column(String(60), index=True)
    at_ns: Mapped[int] = mapped_column(BigInteger)
    data_ns: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    about_ns: Mapped[int | None] = mapped_column(BigInteger)


class RejectionRow(Base):
    """Somebody's no to a plan."""

    __tablename__ = "rejection"

    plan: Mapped[str] = mapped_column(String(40), primary_key=True)
    who: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(2000))
    at_ns: Mapped[int] = mapped_column(BigInteger)

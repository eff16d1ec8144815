"""What people do about incidents: each deed is a step, a line of the audit, and told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sentio.kernel.errors import RefusedError
from sentio.model.incident import Acknowledgement, Deed, IncidentStep, IncidentWork, Line
from sentio.store.state import audit
from sentio.store.state.incident_tables import IncidentStepRow, IncidentWorkRow
from sentio.store.state.store import StateStore
from sentio.store.state.tables import ToldEventRow

WORDS: dict[Line, str] = {1: "first", 2: "second"}


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something, when on the wall, and when in the time of the data."""

    who: str
    at_ns: int
    data_ns: int
    why: str = ""


class Incidents:
    """Reads and writes what people do about incidents, of which it knows nothing else."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def work(self, incident: str) -> IncidentWork:
        """Give how far people are with an incident."""
        return self.works([incident]).get(incident) or IncidentWork(incident=incident)

    def works(self, incidents: Iterable[str] | None = None) -> dict[str, IncidentWork]:
        """Give the same of several, or of all; those that nobody touched are left out."""
        rows = select(IncidentWorkRow)
        if incidents is not None:
            rows = rows.where(IncidentWorkRow.incident.in_(list(incidents)))
        with self._state.session() as session:
            return {row.incident: _work(row) for row in session.scalars(rows)}

    def merged(self, into: str) -> list[str]:
        """List those that people made part of an incident."""
        rows = select(IncidentWorkRow.incident).where(IncidentWorkRow.merged_into == into)
        with self._state.session() as session:
            return sorted(session.scalars(rows))

    def steps(self, incident: str) -> list[IncidentStep]:
        """List what people did, in order."""
        rows = select(IncidentStepRow).where(IncidentStepRow.incident == incident)
        with self._state.session() as session:
            return [_step(row) for row in session.scalars(rows.order_by(IncidentStepRow.id))]

    def acknowledge(self, incident: str, line: Line, by: By) -> IncidentWork:
        """Say that the first or second line looks at it; raises `RefusedError` if one does."""
        with self._state.session() as session:
            row = _row(session, incident)
            if known := getattr(row, f"{WORDS[line]}_who"):
                raise RefusedError(f"{known} has acknowledged it already", expected="nobody yet")
            _sign(row, line, by.who, by.at_ns)
            _note(session, incident, "acknowledged", by, target=str(line))
            return _work(row)

    def release(self, incident: str, line: Line, by: By) -> IncidentWork:
        """Take an acknowledgement back; raises `RefusedError` where there is none."""
        with self._state.session() as session:
            row = _row(session, incident)
            if not getattr(row, f"{WORDS[line]}_who"):
                raise RefusedError("nobody has acknowledged it", expected="an acknowledgement")
            _sign(row, line, "", 0)
            _note(session, incident, "released", by, target=str(line))
            return _work(row)

    def assign(self, incident: str, owner: str, by: By) -> IncidentWork:
        """Say whose it is; an empty owner is nobody."""
        with self._state.session() as session:
            row = _row(session, incident)
            row.owner = owner
            _note(session, incident, "assigned", by, target=owner)
            return _work(row)

    def merge(self, incident: str, into: str, by: By) -> IncidentWork:
        """Make an incident a part of another one; raises `RefusedError` where that ties a knot."""
        with self._state.session() as session:
            row, target = _row(session, incident), session.get(IncidentWorkRow, into)
            parts = select(IncidentWorkRow.incident).where(IncidentWorkRow.merged_into == incident)
            if incident == into:
                raise RefusedError("it cannot be a part of itself", expected="another incident")
            if target is not None and target.merged_into:
                raise RefusedError(
                    f"{into} is itself a part of {target.merged_into}", expected=target.merged_into
                )
            if session.scalars(parts).first():
                raise RefusedError("it has parts of its own", expected="one without parts")
            row.merged_into = into
            _note(session, incident, "merged", by, target=into)
            return _work(row)

    def split(self, incident: str, by: By) -> IncidentWork:
        """Let an incident stand alone again; raises `RefusedError` where it does."""
        with self._state.session() as session:
            row = _row(session, incident)
            if not row.merged_into:
                raise RefusedError("it is no part of another", expected="a merged incident")
            before, row.merged_into = row.merged_into, ""
            _note(session, incident, "split", by, target=before)
            return _work(row)

    def note(self, incident: str, text: str, by: By, *, about_ns: int | None = None) -> None:
        """Write a note, of a moment of the data or of all of it."""
        with self._state.session() as session:
            _note(session, incident, "noted", by, text=text, about_ns=about_ns)


def _row(session: Session, incident: str) -> IncidentWorkRow:
    row = session.get(IncidentWorkRow, incident)
    if row is None:
        row = IncidentWorkRow(
            incident=incident,
            first_who="",
            first_ns=0,
            second_who="",
            second_ns=0,
            owner="",
            merged_into="",
        )
        session.add(row)
    return row


def _sign(row: IncidentWorkRow, line: Line, who: str, at_ns: int) -> None:
    setattr(row, f"{WORDS[line]}_who", who)
    setattr(row, f"{WORDS[line]}_ns", at_ns)


def _note(
    session: Session,
    incident: str,
    what: Deed,
    by: By,
    *,
    target: str = "",
    text: str = "",
    about_ns: int | None = None,
) -> None:
    """Write a step, its line of the audit, and tell of it, in one transaction."""
    said = text or by.why
    audit.append(
        session,
        who=by.who,
        what=f"incident {what}",
        purpose=said or incident,
        at_ns=by.at_ns,
        details={"incident": incident, **({"target": target} if target else {})},
    )
    _add(session, incident, what, by, target=target, text=said, about_ns=about_ns)


def _add(
    session: Session,
    incident: str,
    what: Deed,
    by: By,
    *,
    target: str,
    text: str,
    about_ns: int | None,
) -> None:
    session.add(
        IncidentStepRow(
            incident=incident,
            at_ns=by.at_ns,
            data_ns=by.data_ns,
            who=by.who,
            what=what,
            target=target,
            text=text,
            about_ns=about_ns,
        )
    )
    body = {"incident": incident, "what": what, "who": by.who, "target": target}
    session.add(ToldEventRow(kind="incident", at_ns=by.data_ns, body=body))


def _work(row: IncidentWorkRow) -> IncidentWork:
    return IncidentWork(
        incident=row.incident,
        first=_signed(row.first_who, row.first_ns),
        second=_signed(row.second_who, row.second_ns),
        owner=row.owner,
        merged_into=row.merged_into,
    )


def _signed(who: str, at_ns: int) -> Acknowledgement | None:
    return Acknowledgement(who=who, at_ns=at_ns) if who else None


def _step(row: IncidentStepRow) -> IncidentStep:
    return IncidentStep(
        id=row.id,
        incident=row.incident,
        at_ns=row.at_ns,
        data_ns=row.data_ns,
        who=row.who,
        what=row.what,  # pyright: ignore[reportArgumentType]  (only deeds are written)
        target=row.target,
        text=row.text,
        about_ns=row.about_ns,
    )

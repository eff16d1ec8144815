"""``sentio care``: one subject in one call: how it fared, why, what is done, what to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment

if TYPE_CHECKING:
    from sentio.model.care import SubjectCare

BLOCKS = " ▁▂▃▄▅▆▇█"
SHOWN_HOURS = 48


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    # a pseudonym may be negative, which looks like an option
    app.command(context_settings={"ignore_unknown_options": True})(care)


def care(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(help="A pseudonym, or KIND:IDENTIFIER such as msisdn:491701234567.")
    ],
    purpose: Annotated[
        str, typer.Option(help="Why it is read, for the audit; needed with an identifier.")
    ] = "",
    days: Annotated[float, typer.Option(min=0.01, max=92, help="Back from the newest data.")] = 7.0,
    as_json: AsJson = False,
) -> None:
    """Tell how one subject fared lately, the verdict first; the reading is noted in the audit."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.values import to_plain
    from sentio.loop.care.subject import Care
    from sentio.loop.platform import open_state, read_warehouse

    settings, now_ns = settings_of(context), SystemClock().now_ns()
    number = _subject(subject, purpose, settings)
    with read_warehouse(settings) as warehouse, open_state(settings) as state:
        state.note(
            who(),
            "read a subject",
            purpose=purpose or "customer care",
            at_ns=now_ns,
            details={"subject": str(number)},
        )
        told = Care(warehouse, state).of(number, now_ns=now_ns, days=days)
    value = {"schema": "sentio.cli/care.v1", **to_plain(told), "subject": str(number)}
    answer(value, _text(told), as_json=as_json)


def _subject(text: str, purpose: str, settings: object) -> int:
    """Read a pseudonym, or make one of an identifier as the gate does."""
    import pyarrow as pa

    from sentio.governance.pseudonym import pseudonyms
    from sentio.kernel.errors import SentioError, UnknownName
    from sentio.loop.platform import key_of
    from sentio.model.record import IDENTIFIERS

    kind, sign, identifier = text.partition(":")
    if not sign:
        try:
            return int(text)
        except ValueError as error:
            raise SentioError(
                f"{text!r} is no pseudonym", expected="a whole number, or KIND:IDENTIFIER"
            ) from error
    if kind not in IDENTIFIERS:
        raise UnknownName.among("kind of identifier", kind, IDENTIFIERS)
    if not purpose:
        raise SentioError(
            "an identifier is read for a purpose only", next_step="Add --purpose 'ticket 4711'."
        )
    given = pa.array([identifier.strip()], pa.string())
    found = pseudonyms(given, kind=kind, key=key_of(settings))[0].as_py()  # pyright: ignore[reportArgumentType]  (settings come late)
    if found is None:
        raise SentioError("the identifier is empty", where=kind)
    return int(found)


def _text(told: SubjectCare) -> str:
    lines = [told.headline, ""]
    lines += [f"  “{line}”" for line in told.words]
    if told.services:
        rows = [
            [each.service, each.uses, each.poor_uses, round(each.mos_mean, 2), _strip(each.hours)]
            for each in told.services
        ]
        header = ("service", "uses", "poor", "MOS", f"last {SHOWN_HOURS} hours of use")
        lines += ["", columns(header, rows)]
    if told.incidents:
        rows = [
            [
                e.degradation,
                e.state,
                moment(e.began_ns),
                moment(e.ended_ns),
                e.cause or None,
                e.poor_uses,
            ]
            for e in told.incidents
        ]
        lines += ["", columns(("incident", "state", "began", "ended", "cause", "poor uses"), rows)]
    if told.worst:
        rows = [
            [
                moment(each.ts_ns),
                each.service,
                each.mos,
                ", ".join(f"{name} -{loss:.1f}" for name, loss in each.indicators.items()) or None,
                each.path.get("cell"),
            ]
            for each in told.worst
        ]
        lines += ["", columns(("worst uses", "service", "MOS", "spoilt by", "cell"), rows)]
    return "\n".join(lines)


def _strip(hours: tuple[tuple[int, int, float], ...]) -> str:
    """Draw the mean of each hour of use as a block, the last ones."""
    return "".join(BLOCKS[round((mos - 1.0) * 2.0)] for _, _, mos in hours[-SHOWN_HOURS:])

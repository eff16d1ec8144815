"""GET questions and query: every named question to the store, in bulk, over plain HTTP."""

from __future__ import annotations

import inspect
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from ibis.common.exceptions import IbisError
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Moment, moment_ns, moment_of
from sentio.api.export.formats import FORMATS
from sentio.api.export.rows import SUBJECT, shown, shown_schema
from sentio.api.problems import RequestError
from sentio.kernel.errors import SentioError, UnknownName
from sentio.loop.platform import Platform
from sentio.model.domain import DIMENSIONS
from sentio.store.ask import Answers
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Question, Value

OURS = ("question", "format", "tz", "since", "until", "identifiers", "reason")
SPAN = ("since_ns", "until_ns")
SHORTEST_REASON = 5  # characters

Form = Literal["json", "csv", "arrow", "parquet"]


class Known(BaseModel):
    """A question that can be asked; ``parameters`` gives each one's type and default."""

    name: str
    meaning: str
    parameters: dict[str, dict[str, Any]]  # Any: JSON of a default
    has_subjects: bool


class KnownQuestions(BaseModel):
    """All of them."""

    items: list[Known]


def query_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes; whole pseudonyms need the role ``reveal``, and a reason that is audited."""
    reads, reveals = access.needs("read"), access.needs("reveal")
    router = APIRouter(prefix="/v1", tags=["query"], dependencies=[Depends(reads)])

    @router.get("/questions", summary="What can be asked")
    def questions() -> KnownQuestions:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """List the named questions with their parameters."""
        return KnownQuestions(items=[_known(each) for each in QUESTIONS.values()])

    @router.get(
        "/query",
        summary="The answer of a named question",
        response_class=StreamingResponse,
        responses={200: {"content": {each.media_type: {} for each in FORMATS.values()}}},
    )
    def query(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request,
        question: Annotated[str, Query(description="Its name; `questions` lists them.")],
        since: Moment = None,
        until: Moment = None,
        tz: Annotated[
            str, Query(max_length=60, description="Zone that times are given in.")
        ] = "UTC",
        form: Annotated[Form, Query(alias="format")] = "json",
        identifiers: Literal["masked", "full"] = "masked",
        reason: Annotated[str, Query(max_length=500)] = "",
    ) -> StreamingResponse:
        """Answer a question over [since, until); its own parameters go beside these by name."""
        asked = _asked(question)
        given = {
            **_given(asked, request.query_params.multi_items()),
            **_span(asked, moment_ns(since), moment_ns(until)),
        }
        _check(asked, given, tz)
        schema, batches = _stream(platform, asked, given)
        is_masked = identifiers == "masked"
        if not is_masked and SUBJECT in schema.names:
            who = reveals(request)
            _note(platform, who, question, reason)
        rows = (shown(batch, tz, is_masked=is_masked) for batch in batches)
        about = _about(platform, question, given, tz=tz, is_masked=is_masked)
        chosen = FORMATS[form]
        return StreamingResponse(
            _begun(chosen.write(shown_schema(schema, tz), rows, about)),
            media_type=chosen.media_type,
            headers={"Content-Disposition": f'attachment; filename="{question}.{chosen.ending}"'},
        )

    return router


def _asked(question: str) -> Question:
    if question not in QUESTIONS:
        raise UnknownName.among("question", question, QUESTIONS)
    return QUESTIONS[question]


def _given(asked: Question, items: list[tuple[str, str]]) -> dict[str, Value]:
    given: dict[str, str] = {}
    for name, text in items:
        if name not in OURS:
            given[name] = f"{given[name]},{text}" if name in given else text
    try:
        return asked.read(given)
    except UnknownName:
        raise
    except SentioError as error:
        raise _wrong(error.what, error.where) from error


def _span(asked: Question, since_ns: int | None, until_ns: int | None) -> dict[str, Value]:
    found: dict[str, Value] = dict(zip(SPAN, (since_ns, until_ns), strict=True))
    known: dict[str, Value] = {name: at for name, at in found.items() if at is not None}
    if not known.keys() <= asked.parameters.keys():
        raise _wrong(f"{asked.name} has no span of time", "since, until")
    return known


def _check(asked: Question, given: Mapping[str, Value], zone: str) -> None:
    """Refuse what the store would stumble over."""
    missing = [
        name
        for name, parameter in asked.parameters.items()
        if parameter.default is parameter.empty and name not in given and name != "services"
    ]
    if missing:
        raise _wrong(f"{asked.name} lacks {', '.join(missing)}", missing[0])
    dimension = given.get("dimension")
    if isinstance(dimension, str) and dimension not in DIMENSIONS:
        raise UnknownName.among("dimension", dimension, DIMENSIONS)
    try:
        zoneinfo.ZoneInfo(zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise _wrong(f"no time zone is called {zone!r}", "tz", "such as Europe/Paris") from error


def _stream(
    platform: Platform, asked: Question, given: dict[str, Value]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    try:
        return Answers(platform.warehouse).stream(asked.name, given)
    except (IbisError, ValueError, ZeroDivisionError) as error:
        raise _wrong(f"{asked.name} cannot be asked so: {error}", "parameters") from error


def _note(platform: Platform, who: str, question: str, reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise _wrong("whole identifiers are asked for without a reason", "reason", "why, in words")
    now_ns = platform.clock.now_ns()
    platform.state.note(
        who, "read identifiers", purpose=f"question {question}: {reason.strip()}", at_ns=now_ns
    )


def _about(
    platform: Platform, question: str, given: Mapping[str, Value], *, tz: str, is_masked: bool
) -> dict[str, str]:
    contents = Answers(platform.warehouse).ask("contents").to_pylist()
    newest = max((row["last_ts"] for row in contents), default=None)
    filters = [f"{name}={_plain(text)}" for name, text in given.items() if name not in SPAN]
    since, until = (given.get(name) for name in SPAN)
    return {
        "question": f"{question} ({QUESTIONS[question].meaning})",
        "range": f"{_moment(since) or 'the beginning'} to {_moment(until) or 'the end'}",
        "time zone": tz,
        "filters": ", ".join(filters) or "none",
        "identifiers": "masked" if is_masked else "full",
        "data as of": moment_of(newest) or "nothing yet",
        "asked": str(moment_of(platform.clock.now_ns())),
    }


def _moment(value: Value) -> str | None:
    return moment_of(value) if isinstance(value, int) else None


def _plain(value: Value) -> str:
    return ",".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Make the first part before anything is sent, so that an error is still told as one."""
    first = next(parts, b"")

    def all_of_it() -> Iterator[bytes]:
        yield first
        yield from parts

    return all_of_it()


def _known(question: Question) -> Known:
    parameters = {
        name: {
            "type": str(each.annotation),
            "is_needed": each.default is inspect.Parameter.empty,
            "default": None if each.default is inspect.Parameter.empty else each.default,
        }
        for name, each in question.parameters.items()
    }
    return Known(
        name=question.name,
        meaning=question.meaning,
        parameters=parameters,
        has_subjects=question.name in OF_SUBJECTS,
    )


def _wrong(what: str, where: str, expected: str = "") -> RequestError:
    return RequestError(422, what, where=where, expected=expected)


OF_SUBJECTS = ("subject_history", "latest_uses", "uses_of_some", "exposed_uses")
"""Questions whose rows name subjects."""

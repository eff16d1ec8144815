"""GET the parts of a service: members of a dimension, what changed in a time, single uses."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Request

from sentio.analysis.risen import risen, wilson
from sentio.api.access import Access
from sentio.api.awareness import Json, moment_of
from sentio.api.pages.scope import Asked
from sentio.api.pages.service_answers import (
    Before,
    Changed,
    Member,
    MemberList,
    UseList,
    WhatChanged,
)
from sentio.api.pages.services import (
    Asks,
    degradations_json,
    fared_of,
    happenings_json,
    known_service,
)
from sentio.kernel.errors import UnknownName
from sentio.loop.happenings import happened
from sentio.loop.platform import Platform
from sentio.loop.selection import Row, Selected, column
from sentio.model.domain import DIMENSIONS
from sentio.store.ask import Answers
from sentio.store.state.told import Told

MOST_MEMBERS = 500
MOST_USES = 500
PARTS = tuple(name for name in DIMENSIONS if name != "all")
OF_USE = ("duration_ms", "mos", "confidence", "is_success", "is_retained", *PARTS)

MemberLimit = Annotated[int, Query(ge=1, le=MOST_MEMBERS)]


def service_parts_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes."""
    reads = access.needs("read")
    router = APIRouter(
        prefix="/v1/services/{service}", tags=["experience"], dependencies=[Depends(reads)]
    )
    answers, told = Answers(platform.warehouse), Told(platform.state)

    @router.get("/members", summary="Members of a dimension: who has too many poor uses")
    def members(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        service: str,
        scope: Asks,
        dimension: str = "cell",
        order: Literal["excess", "uses"] = "excess",
        limit: MemberLimit = 100,
    ) -> MemberList:
        """Rank them by poor uses above the service's share, or by uses."""
        name, asked = known_service(answers, service), scope.asked(platform)
        return member_list(answers, name, asked, dimension=dimension, order=order, limit=limit)

    @router.get("/changed", summary="What changed in a time")
    def changed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        service: str, scope: Asks, limit: MemberLimit = 30
    ) -> WhatChanged:
        """Rank the members of all dimensions by how surely their poor share rose."""
        name, asked = known_service(answers, service), scope.asked(platform)
        found = what_changed(answers, name, asked, limit=limit)
        now = asked.now
        found.degradations = degradations_json(told, asked, name)
        found.happenings = happenings_json(happened(platform.warehouse, now.since_ns, now.until_ns))
        return found

    @router.get("/uses", summary="Single uses of the selection, by pseudonym")
    def uses(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        service: str,
        request: Request,
        scope: Asks,
        order: Literal["worst", "latest"] = "worst",
        limit: Annotated[int, Query(ge=1, le=MOST_USES)] = 100,
    ) -> UseList:
        """List them; the reading is noted in the audit, as every list of subjects is."""
        name, asked = known_service(answers, service), scope.asked(platform)
        platform.state.note(
            reads(request),
            "listed subjects",
            purpose=f"uses of {name}",
            at_ns=platform.clock.now_ns(),
        )
        return use_list(answers, name, asked, order=order, limit=limit)

    return router


def member_list(
    answers: Answers, service: str, asked: Asked, *, dimension: str, order: str, limit: int
) -> MemberList:
    """Rank the members of a dimension."""
    if dimension not in PARTS:
        raise UnknownName.among("dimension", dimension, PARTS)
    chosen = Selected(answers, asked.now)
    total = chosen.totals((service,)).get(service, {})
    uses, poor = int(total.get("n") or 0), int(total.get("poor") or 0)
    rows = list(chosen.members(service, dimension).values())
    n, bad = column(rows, "n"), column(rows, "poor")
    low = wilson(bad, n)[0]
    excess = np.maximum(low - (poor / uses if uses else 0.0), 0.0) * n
    first = np.lexsort((-bad, -excess)) if order == "excess" else np.argsort(-n, kind="stable")
    before = Selected(answers, asked.before).members(service, dimension) if asked.before else {}
    return MemberList(
        window=asked.window,
        against=asked.against,
        dimension=dimension,
        count=len(rows),
        uses=uses,
        poor=poor,
        items=[
            Member(
                member=rows[at]["member"],
                uses=rows[at]["n"],
                poor=rows[at]["poor"],
                mos=rows[at]["mos_mean"],
                poor_share=rows[at]["poor_share"],
                poor_share_low=float(low[at]),
                excess_poor=float(excess[at]),
                share_of_poor=rows[at]["poor"] / poor if poor else 0.0,
                before=_before(before.get(rows[at]["member"])),
            )
            for at in first[:limit].tolist()
        ],
    )


def use_list(
    answers: Answers, service: str, asked: Asked, *, order: Literal["worst", "latest"], limit: int
) -> UseList:
    """List single uses, and tell how many there are."""
    chosen = Selected(answers, asked.now)
    totals = chosen.totals((service,)).get(service, {})
    rows = chosen.uses((service,), order=order, limit=limit)
    return UseList(
        window=asked.window,
        count=int(totals.get("n") or 0) + int(totals.get("unscored") or 0),
        order=order,
        items=[_use_json(row) for row in rows],
    )


def what_changed(answers: Answers, service: str, asked: Asked, *, limit: int) -> WhatChanged:
    """Compare all members of all dimensions with themselves at the other time."""
    total, rows = _everybody(answers, service, asked, is_now=True)
    was_total, was = _everybody(answers, service, asked, is_now=False)
    keys = sorted(rows)
    now = [rows[key] for key in keys]
    old = [was.get(key, {}) for key in keys]
    share_before = was_total.get("poor_share") or 0.0
    found = risen(
        column(now, "n"),
        column(now, "poor"),
        column(old, "n"),
        column(old, "poor"),
        share_before=share_before,
    )
    more = (total.get("poor") or 0) - (total.get("n") or 0) * share_before
    first = np.lexsort((-found.more, -found.surely_more))
    items = [
        Changed(
            dimension=keys[at][0],
            member=keys[at][1],
            uses=now[at]["n"],
            poor=now[at]["poor"],
            uses_before=old[at].get("n") or 0,
            poor_before=old[at].get("poor") or 0,
            more=float(found.more[at]),
            surely_more=float(found.surely_more[at]),
            explains=float(found.more[at]) / more if more > 0 else None,
        )
        for at in first[:limit].tolist()
        if found.surely_more[at] > 0
    ]
    return WhatChanged(
        window=asked.window,
        against=asked.against,
        now=fared_of(total, []),
        before=fared_of(was_total, []) if was_total.get("n") else None,
        more=more,
        items=items if asked.before else [],
        degradations=[],
        happenings=[],
    )


def _everybody(
    answers: Answers, service: str, asked: Asked, *, is_now: bool
) -> tuple[Row, dict[tuple[str, str], Row]]:
    selection = asked.now if is_now else asked.before
    if selection is None:
        return {}, {}
    chosen = Selected(answers, selection)
    total = chosen.totals((service,)).get(service, {})
    if not selection.scope:
        rows = answers.ask("members_of_all", service=service, **selection.span).to_pylist()
        found = {(row["dimension"], row["member"]): row for row in rows if row["n"]}
        found.pop(("all", "all"), None)
        return total, found
    fixed = {dimension for dimension, _ in selection.scope}
    return total, {
        (dimension, member): row
        for dimension in PARTS
        if dimension not in fixed
        for member, row in chosen.members(service, dimension).items()
    }


def _before(row: Row | None) -> Before | None:
    if row is None:
        return None
    return Before(uses=row["n"], mos=row["mos_mean"], poor_share=row["poor_share"])


def _use_json(row: Row) -> Json:
    return {
        "at": moment_of(row["ts"]),
        "ts_ns": str(row["ts"]),
        "subject": str(row["subject"]),
        **{name: row[name] for name in OF_USE},
        "is_grounded": row["grounded"],
    }

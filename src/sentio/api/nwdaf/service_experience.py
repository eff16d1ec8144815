"""SERVICE_EXPERIENCE: how services are experienced, from the cube, or from the uses themselves.

What is bounded by one thing at most (applications, slices or cells) is read from the cube, where
each use weighs the same. More than that, or single subjects, are read from the uses, where a use
weighs as long as it lasts.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sentio.api.nwdaf.asked import Asked, Window, area_of, supi_of
from sentio.experience.nwdaf import (
    ServiceExperienceInfo,
    SvcExperience,
    dnn_of,
    experience_type,
    service_experience_info,
    snssai_of,
)
from sentio.store.ask import Answers
from sentio.store.cube import SCALE

Json = dict[str, Any]  # Any: JSON

RATIOS_MOST = 50  # members of whom subjects are counted: each is a question of its own
FEATURES = ("service", "mos", "confidence", "duration_ms", "subject")


def service_experience(answers: Answers, asked: Asked, window: Window) -> list[Json]:
    """Sum experience up, one entry for each service and member that is asked for."""
    known = answers.services()
    if not known:
        return []
    services = tuple(name for name in asked.apps if name in known)
    apps = tuple(name for name in asked.apps if name not in known)
    bounds = sum(map(bool, (apps, asked.slices or asked.has_any_slice, asked.cells)))
    if asked.subjects or bounds > 1:
        return _from_uses(answers, asked, window)
    found: list[Json] = []
    if asked.has_any_slice or asked.slices:
        members = _slices(answers, asked, window)
        found += _of_members(answers, "slice", members, services, window)
    elif asked.cells:
        found += _of_members(answers, "cell", asked.cells, services, window)
    elif services or not apps:
        found += _of_all(answers, services, window)
    if apps:
        found += _of_members(answers, "app", apps, (), window)
    return found


def _span(window: Window) -> dict[str, int]:
    return {"since_ns": window.since_ns, "until_ns": window.until_ns}


def _slices(answers: Answers, asked: Asked, window: Window) -> tuple[str, ...]:
    if not asked.has_any_slice:
        return asked.slices
    totals = answers.ask("member_totals", dimension="slice", **_span(window))
    return tuple(totals["member"].to_pylist())


def _of_all(answers: Answers, services: tuple[str, ...], window: Window) -> list[Json]:
    rows = answers.ask("service_totals", **_span(window)).to_pylist()
    counts = _subjects(answers, "all", "all", window)
    everyone = _everyone(answers, window)
    return [
        _entry(row, "all", ratio=_percent(counts.get(row["service"]), everyone))
        for row in rows
        if row["n"] and (not services or row["service"] in services)
    ]


def _of_members(
    answers: Answers,
    dimension: str,
    members: tuple[str, ...],
    services: tuple[str, ...],
    window: Window,
) -> list[Json]:
    given = {"dimension": dimension, "members": members, **_span(window)}
    rows = answers.ask("member_details", **given).to_pylist()
    everyone = _everyone(answers, window) if len(members) <= RATIOS_MOST else 0.0
    counts = {
        member: _subjects(answers, dimension, member, window)
        for member in (members if everyone else ())
    }
    return [
        _entry(
            row,
            dimension,
            ratio=_percent(counts.get(row["member"], {}).get(row["service"]), everyone),
        )
        for row in rows
        if row["n"] and (not services or row["service"] in services)
    ]


def _entry(row: Json, dimension: str, *, ratio: int | None) -> Json:
    n, member = row["n"], row.get("member")
    mos = row["mos_sum_e4"] / SCALE / n
    variance = row["mos_sumsq_e8"] / SCALE / SCALE / n - mos * mos
    in_slice = member if dimension == "slice" else None
    return ServiceExperienceInfo(
        svcExprc=SvcExperience(mos=round(mos, 3)),
        svcExprcVariance=round(max(0.0, variance), 4),
        snssai=snssai_of(in_slice),
        dnn=dnn_of(in_slice),
        appId=member if dimension == "app" else row["service"],
        srvExpcType=experience_type(row["service"]),
        confidence=round(100 * row["confidence_mean"]),
        ratio=ratio,
        networkArea=area_of(str(member)) if dimension == "cell" else None,
    ).model_dump(exclude_none=True)


def _subjects(answers: Answers, dimension: str, member: str, window: Window) -> dict[str, float]:
    given = {"dimension": dimension, "member": member, **_span(window)}
    rows = answers.ask("subjects_by_service", **given).to_pylist()
    return {row["service"]: float(row["subjects"]) for row in rows}


def _everyone(answers: Answers, window: Window) -> float:
    rows = answers.ask("subjects_together", **_span(window)).to_pylist()
    return sum(float(row["subjects"] or 0.0) for row in rows)


def _percent(part: float | None, whole: float) -> int | None:
    if part is None or whole <= 0.0:
        return None
    return min(100, max(1, round(100.0 * part / whole)))


def _from_uses(answers: Answers, asked: Asked, window: Window) -> list[Json]:
    table = answers.ask("exposed_uses", **_span(window))
    if asked.apps:
        of_service = _among(table, "service", asked.apps)
        table = table.filter(pc.or_(of_service, _among(table, "app", asked.apps)))
    if asked.slices:
        table = table.filter(_among(table, "slice", asked.slices))
    elif asked.has_any_slice:
        table = table.filter(pc.is_valid(table["slice"]))
    if asked.cells:
        table = table.filter(_among(table, "cell", asked.cells))
    if asked.subjects:
        wanted = pa.array(asked.subjects, pa.int64())
        table = table.filter(pc.is_in(table["subject"], value_set=wanted))
    if not table.num_rows:
        return []
    by_app = any(name not in answers.services() for name in asked.apps)
    by_slice = bool(asked.slices or asked.has_any_slice)
    names = [*FEATURES, *(["app"] if by_app else []), *(["slice"] if by_slice else [])]
    area = _area(asked)
    whom = {"supis": [supi_of(each) for each in asked.subjects]} if asked.subjects else {}
    return [{**entry, **area, **whom} for entry in service_experience_info(table.select(names))]


def _area(asked: Asked) -> Json:
    if not asked.cells:
        return {}
    area: Json = {}
    for cell in asked.cells:
        for name, values in area_of(cell).items():
            area[name] = [*area.get(name, []), *values]
    return {"networkArea": area}


# Any: Arrow's compute functions say nothing of what they give.
def _among(table: pa.Table, column: str, names: tuple[str, ...]) -> Any:  # noqa: ANN401
    found = pc.is_in(table[column].cast(pa.string()), value_set=pa.array(names, pa.string()))
    return pc.fill_null(found, False)

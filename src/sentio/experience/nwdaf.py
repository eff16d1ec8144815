"""Experience in the shape in which an NWDAF offers it (3GPP TS 29.520, ServiceExperienceInfo)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from sentio.experience.columns import FloatArray
from sentio.experience.uses import numbers

LOWEST_MOS, HIGHEST_MOS = 1.0, 5.0
HIGHEST_SST = 255
TICK_MS = 1e-6  # of the clock that facts are told by: what is shorter has no length
PSEUDONYM_REALM = "pseudonym.invalid"  # RFC 2606: a realm that can never be somebody's
SNSSAI = re.compile(r"(\d{1,3})(?:-([0-9A-Fa-f]{6}))?")  # TS 29.571: how an S-NSSAI is written
KEYS = ("service", "app", "slice", "dnn", "edge")
Mos = Annotated[float, Field(ge=LOWEST_MOS, le=HIGHEST_MOS)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Snssai(_Shape):
    """A network slice (TS 29.571)."""

    sst: int = Field(ge=0, le=255)
    sd: str | None = Field(default=None, pattern=r"^[A-Fa-f0-9]{6}$")


class SvcExperience(_Shape):
    """A mean opinion score with the range of its scale (TS 29.517)."""

    mos: Mos
    upperRange: float = HIGHEST_MOS  # noqa: N815  (3GPP's own spelling)
    lowerRange: float = LOWEST_MOS  # noqa: N815


class ServiceExperienceInfo(_Shape):
    """How a service is experienced (TS 29.520); only ``svcExprc`` is required there.

    ``confidence`` is in percent; ``ratio`` is the share of the subjects at hand, in percent, that
    this entry speaks for.
    """

    svcExprc: SvcExperience  # noqa: N815
    svcExprcVariance: float | None = Field(default=None, ge=0.0)  # noqa: N815
    supis: list[str] | None = Field(default=None, min_length=1)
    snssai: Snssai | None = None
    appId: str | None = None  # noqa: N815
    srvExpcType: Literal["VOICE", "VIDEO", "OTHER"] | None = None  # noqa: N815
    dnai: str | None = None
    confidence: int | None = Field(default=None, ge=0, le=100)
    dnn: str | None = None
    ratio: int | None = Field(default=None, ge=1, le=100)
    networkArea: dict[str, Any] | None = None  # noqa: N815  (Any: JSON)


def service_experience_info(
    table: pa.Table, *, subjects: Literal["left out", "pseudonyms"] = "left out"
) -> list[dict[str, object]]:
    """Sum scored rows up as 3GPP service experience, one entry for each service, app and slice.

    Parameters
    ----------
    table
        Needs ``service`` and ``mos``; may have ``app``, ``slice``, ``dnn``, ``edge`` (each makes
        entries of its own), ``subject``, ``confidence`` [0, 1] and ``duration_ms`` (the weight).
        A slice that is no S-NSSAI is taken for a DNN. Rows without service or MOS are left
        out.
    subjects
        Whether to name the subjects, by pseudonym, as network specific SUPIs.

    Returns
    -------
    entries
        Ready for JSON, in order of the keys; absent attributes are left out.
    """
    has_mos = pc.is_finite(table["mos"].cast(pa.float64()))
    scored = table.filter(pc.and_(has_mos, pc.is_valid(table["service"])))
    keys = [key for key in KEYS if key in scored.column_names]
    sums = _sums(scored, keys)
    rows = len(sums)
    weight = numbers(sums, "weight_sum")
    mos = numbers(sums, "w_mos_sum") / weight
    variance = np.maximum(numbers(sums, "w_mos2_sum") / weight - mos * mos, 0.0)
    percent = 100.0 * numbers(sums, "w_sure_sum") / weight
    named = {key: sums[key].to_pylist() if key in keys else [None] * rows for key in KEYS}
    ratio, supis = _ratio(scored, sums), [None] * rows
    if subjects == "pseudonyms":
        supis = _supis(sums)
    return [
        ServiceExperienceInfo(
            svcExprc=SvcExperience(mos=round(float(mos[i]), 3)),
            svcExprcVariance=round(float(variance[i]), 4),
            supis=supis[i],
            snssai=snssai_of(named["slice"][i]),
            appId=named["app"][i] or named["service"][i],
            srvExpcType=experience_type(str(named["service"][i])),
            dnai=named["edge"][i],
            confidence=None if np.isnan(percent[i]) else round(float(percent[i])),
            dnn=named["dnn"][i] or dnn_of(named["slice"][i]),
            ratio=ratio[i],
        ).model_dump(exclude_none=True)
        for i in range(rows)
    ]


def _sums(scored: pa.Table, keys: list[str]) -> pa.Table:
    mos, weight = numbers(scored, "mos"), _weights(numbers(scored, "duration_ms"))
    columns = {key: scored[key].cast(pa.string()) for key in keys}
    columns |= {
        "weight": pa.array(weight),
        "w_mos": pa.array(weight * mos),
        "w_mos2": pa.array(weight * mos * mos),
        "w_sure": pa.array(weight * numbers(scored, "confidence")),  # NaN: nobody said how sure
    }
    wanted = [(name, "sum") for name in columns if name not in keys]
    if "subject" in scored.column_names:
        columns["subject"] = scored["subject"]
        wanted += [("subject", "distinct"), ("subject", "count_distinct")]
    sums = pa.table(columns).group_by(keys, use_threads=False).aggregate(wanted)
    return sums.sort_by([(key, "ascending") for key in keys])


def _ratio(scored: pa.Table, sums: pa.Table) -> list[int | None]:
    """Share of all subjects that each entry speaks for, in whole percent, 1 at least."""
    if "subject" not in scored.column_names:
        return [None] * sums.num_rows
    everyone = max(pc.count_distinct(scored["subject"]).as_py(), 1)
    counts = sums["subject_count_distinct"].to_pylist()
    return [max(round(100 * count / everyone), 1) if count else None for count in counts]


def _weights(duration_ms: FloatArray) -> FloatArray:
    """Length of each use; a use of unknown length weighs as the average one."""
    known = duration_ms >= TICK_MS
    return np.where(known, duration_ms, duration_ms[known].mean() if known.any() else 1.0)


def _supis(sums: pa.Table) -> list[list[str] | None]:
    if "subject_distinct" not in sums.column_names:
        return [None] * sums.num_rows
    named = (
        [one for one in who if one is not None] for who in sums["subject_distinct"].to_pylist()
    )
    return [[f"nai-{one:016x}@{PSEUDONYM_REALM}" for one in sorted(who)] or None for who in named]


def snssai_of(text: str | None) -> Snssai | None:
    """Read a slice as the store writes it, None where it is no S-NSSAI."""
    found = SNSSAI.fullmatch(text or "")
    if found is None or int(found[1]) > HIGHEST_SST:
        return None
    return Snssai(sst=int(found[1]), sd=found[2])


def dnn_of(text: str | None) -> str | None:
    """Give what the store holds as slice and is none: a data network's name."""
    return text if text and snssai_of(text) is None else None


def experience_type(service: str) -> Literal["VOICE", "VIDEO", "OTHER"]:
    """Tell what kind of experience a service gives, in 3GPP's words."""
    if service.startswith("voice"):
        return "VOICE"
    return "VIDEO" if service.startswith("video") else "OTHER"

"""What analytics are asked for, in the words of the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sentio.api.awareness import moment_ns
from sentio.api.nwdaf.causes import caused
from sentio.api.nwdaf.shapes import EventFilter, Ncgi, NetworkArea, Requirement, TargetUe
from sentio.experience.nwdaf import PSEUDONYM_REALM, Snssai
from sentio.store.cube import HOUR_NS

LONGEST_NS = 31 * 24 * HOUR_NS
SUPI = re.compile(rf"nai-([0-9a-f]{{16}})@{re.escape(PSEUDONYM_REALM)}")
ALL_BITS = (1 << 64) - 1
NCGI = re.compile(r"(\d{3})-(\d{2,3})-([0-9A-Fa-f]{9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of time; it lies in the past (statistics) or ahead (prediction), never both."""

    since_ns: int
    until_ns: int
    is_ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """About what; an empty tuple bounds nothing."""

    apps: tuple[str, ...] = ()  # services or applications
    slices: tuple[str, ...] = ()  # S-NSSAI as text, or DNN
    has_any_slice: bool = False
    cells: tuple[str, ...] = ()
    subjects: tuple[int, ...] = ()
    mos_threshold: float | None = None
    has_other_threshold: bool = False  # of flows or throughput, which are not kept here


def asked_of(wanted: EventFilter, target: TargetUe | None) -> Asked:
    """Take a filter and a target over; raises with a cause what is not understood."""
    area = wanted.networkArea
    return Asked(
        apps=tuple(wanted.appIds or ()),
        slices=(*(snssai_text(each) for each in wanted.snssais or ()), *(wanted.dnns or ())),
        has_any_slice=bool(wanted.anySlice),
        cells=() if area is None else cells_of(area),
        subjects=tuple(_subject(each) for each in (target.supis if target else None) or ()),
        mos_threshold=wanted.mosThd,
        has_other_threshold=bool(wanted.qosFlowRetThds or wanted.ranUeThrouThds),
    )


def window_of(
    wanted: Requirement | None, *, now_ns: int, unsaid: Literal["past", "ahead"] = "past"
) -> Window:
    """Give the window that is wanted; the hour before or from now on unless it is said.

    A window that begins in the past and ends ahead is refused.
    """
    start_ns = moment_ns(wanted.startTs) if wanted else None
    end_ns = moment_ns(wanted.endTs) if wanted else None
    if start_ns is None and end_ns is None:
        start_ns = now_ns if unsaid == "ahead" else now_ns - HOUR_NS
    if start_ns is None:
        start_ns = now_ns if end_ns is not None and end_ns > now_ns else (end_ns or 0) - HOUR_NS
    if end_ns is None:
        end_ns = start_ns + HOUR_NS if start_ns >= now_ns else now_ns
    if start_ns >= end_ns:
        raise caused(
            "OPTIONAL_QUERY_PARAM_INCORRECT", "the window ends before it begins", where="endTs"
        )
    if end_ns - start_ns > LONGEST_NS:
        raise caused(
            "OPTIONAL_QUERY_PARAM_INCORRECT", "the window is longer than 31 days", where="endTs"
        )
    if start_ns < now_ns < end_ns:
        raise caused(
            "BOTH_STAT_PRED_NOT_ALLOWED", "the window begins in the past and ends in the future"
        )
    return Window(since_ns=start_ns, until_ns=end_ns, is_ahead=start_ns >= now_ns)


def snssai_text(snssai: Snssai) -> str:
    """Write a slice as the store does."""
    return f"{snssai.sst}-{snssai.sd}" if snssai.sd else str(snssai.sst)


def cells_of(area: NetworkArea) -> tuple[str, ...]:
    """Name the cells of an area as the store does."""
    cells = (*(_ncgi_text(each) for each in area.ncgis or ()), *(area.cells or ()))
    if not cells:
        raise caused(
            "OPTIONAL_QUERY_PARAM_INCORRECT",
            "the area names no cells",
            where="networkArea",
            expected="ncgis or cells",
        )
    return cells


def area_of(cell: str) -> dict[str, Any]:  # Any: JSON
    """Write a cell as an area: its NCGI if its name is one (``mcc-mnc-cell``), else its name."""
    found = NCGI.fullmatch(cell)
    if found is None:
        return {"cells": [cell]}
    plmn = {"mcc": found[1], "mnc": found[2]}
    return {"ncgis": [{"plmnId": plmn, "nrCellId": found[3]}]}


def iso(at_ns: int) -> str:
    """Write a moment as 3GPP does, to the second."""
    return datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ncgi_text(each: Ncgi) -> str:
    return f"{each.plmnId.mcc}-{each.plmnId.mnc}-{each.nrCellId}"


def supi_of(subject: int) -> str:
    """Write a pseudonym as a network specific SUPI."""
    return f"nai-{subject & ALL_BITS:016x}@{PSEUDONYM_REALM}"


def _subject(supi: str) -> int:
    found = SUPI.fullmatch(supi)
    if found is None:
        raise caused(
            "OPTIONAL_QUERY_PARAM_INCORRECT",
            "only pseudonyms are known here",
            where="supis",
            expected=f"nai-<16 hexadecimal digits>@{PSEUDONYM_REALM}",
        )
    unsigned = int(found[1], 16)
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned  # the store keeps it signed

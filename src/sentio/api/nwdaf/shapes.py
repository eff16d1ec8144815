"""What consumers of analytics send: only the attributes that are understood (TS 29.520, 29.523).

Others are passed over, as the interfaces of 3GPP want it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sentio.experience.nwdaf import Snssai

Texts = Annotated[list[str], Field(min_length=1, max_length=1000)]
Method = Literal["PERIODIC", "ON_EVENT_DETECTION", "ONE_TIME"]


class _Given(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class PlmnId(_Given):
    """A network: country and network code."""

    mcc: str = Field(pattern=r"^\d{3}$")
    mnc: str = Field(pattern=r"^\d{2,3}$")


class Ncgi(_Given):
    """A cell of NR."""

    plmnId: PlmnId  # noqa: N815  (3GPP's own spelling, here and below)
    nrCellId: str = Field(pattern=r"^[A-Fa-f0-9]{9}$")  # noqa: N815


class NetworkArea(_Given):
    """Cells; ``cells`` is ours, for those whose names are no NCGI."""

    ncgis: list[Ncgi] | None = Field(default=None, min_length=1, max_length=1000)
    cells: Texts | None = None


class TargetUe(_Given):
    """Whom analytics are about."""

    anyUe: bool | None = None  # noqa: N815
    supis: Texts | None = None


class EventFilter(_Given):
    """What analytics are about; ``mosThd`` is ours: the mean opinion score to be kept."""

    anySlice: bool | None = None  # noqa: N815
    snssais: list[Snssai] | None = Field(default=None, min_length=1, max_length=1000)
    appIds: Texts | None = None  # noqa: N815
    dnns: Texts | None = None
    networkArea: NetworkArea | None = None  # noqa: N815
    mosThd: float | None = Field(default=None, ge=1, le=5)  # noqa: N815
    qosFlowRetThds: list[object] | None = None  # noqa: N815
    ranUeThrouThds: list[object] | None = None  # noqa: N815


class Requirement(_Given):
    """The window that analytics are wanted for."""

    startTs: datetime | None = None  # noqa: N815
    endTs: datetime | None = None  # noqa: N815


class EventSubscription(EventFilter):
    """One event that is subscribed to; ``snssaia`` is how 3GPP spells its slices here."""

    event: str = Field(min_length=1)
    tgtUe: TargetUe | None = None  # noqa: N815
    extraReportReq: Requirement | None = None  # noqa: N815
    snssaia: list[Snssai] | None = Field(default=None, min_length=1, max_length=1000)
    notificationMethod: Literal["PERIODIC", "THRESHOLD"] | None = None  # noqa: N815
    repetitionPeriod: int | None = Field(default=None, ge=1)  # noqa: N815


class Reporting(_Given):
    """When and how often it is reported (TS 29.523)."""

    immRep: bool = False  # noqa: N815
    notifMethod: Method | None = None  # noqa: N815
    maxReportNbr: int | None = Field(default=None, ge=1)  # noqa: N815
    monDur: datetime | None = None  # noqa: N815
    repPeriod: int | None = Field(default=None, ge=1, le=31_536_000)  # noqa: N815


class Subscription(_Given):
    """A subscription as it is sent; only the events are required there, we need a callback."""

    eventSubscriptions: Annotated[list[EventSubscription], Field(min_length=1, max_length=20)]  # noqa: N815
    evtReq: Reporting | None = None  # noqa: N815
    notificationURI: str = Field(min_length=1, max_length=2000)  # noqa: N815
    notifCorrId: str | None = Field(default=None, max_length=500)  # noqa: N815

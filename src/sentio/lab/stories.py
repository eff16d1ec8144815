"""What goes wrong in the sample, and when: the truth that the platform should find by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sentio.lab.city import CONGESTED_CELL, LOSSY_SITE, SECTORS, STADIUM_CELL, City
from sentio.lab.day import Span
from sentio.lab.people import VISIT_HOURS

CONGESTION_HOURS = (19.0, 22.0)
LOSS_HOURS = (10.25, 12.25)
BAD_MODEL, BAD_FIRMWARE = "HB-220", "4.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happens: to which members of which dimension, from when to when.

    ``does_harm`` is False for what looks alarming and hurts nobody. ``shows_in`` names the
    services, families of facts and files in which it can be seen.
    """

    name: str
    title: str
    kind: Literal["congestion", "loss", "firmware", "peak"]
    dimension: str
    members: tuple[str, ...]
    start_ns: int
    end_ns: int
    does_harm: bool
    shows_in: tuple[str, ...]

    def is_within(self, span: Span) -> bool:
        """Tell whether any of it falls into the sample."""
        return self.start_ns < span.end_ns and self.end_ns > span.start_ns


def stories(city: City, span: Span) -> tuple[Story, ...]:
    """Tell the stories of the last simulated day."""
    return (
        _busy_evening(city, span),
        _lossy_backhaul(city, span),
        _bad_firmware(span),
        _full_stadium(city, span),
    )


def _busy_evening(city: City, span: Span) -> Story:
    services = ("web", "stream_kpi", "streaming", "voice_wb", "network_access")
    return Story(
        name="busy_evening",
        title="A cell among homes is full in the evening",
        kind="congestion",
        dimension="cell",
        members=(city.cells[CONGESTED_CELL],),
        start_ns=span.clock(CONGESTION_HOURS[0]),
        end_ns=span.clock(CONGESTION_HOURS[1]),
        does_harm=True,
        shows_in=(*services, "measurement"),
    )


def _lossy_backhaul(city: City, span: Span) -> Story:
    return Story(
        name="lossy_backhaul",
        title="The backhaul link of a site loses packets",
        kind="loss",
        dimension="link",
        members=(city.links[LOSSY_SITE], city.gnbs[LOSSY_SITE], *_cells_of(city, LOSSY_SITE)),
        start_ns=span.clock(LOSS_HOURS[0]),
        end_ns=span.clock(LOSS_HOURS[1]),
        does_harm=True,
        shows_in=("voice_wb", "video_call", "web", "camera", "event", "measurement"),
    )


def _bad_firmware(span: Span) -> Story:
    return Story(
        name="bad_firmware",
        title=f"Firmware {BAD_FIRMWARE} of the home gateway {BAD_MODEL} spoils its Wi-Fi",
        kind="firmware",
        dimension="device_model",
        members=(BAD_MODEL,),
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        does_harm=True,
        shows_in=("cpe", "event"),
    )


def _full_stadium(city: City, span: Span) -> Story:
    return Story(
        name="full_stadium",
        title="A match fills the stadium; its cell carries it",
        kind="peak",
        dimension="cell",
        members=(city.cells[STADIUM_CELL],),
        start_ns=span.clock(VISIT_HOURS[0]),
        end_ns=span.clock(VISIT_HOURS[1]),
        does_harm=False,
        shows_in=("web", "measurement"),
    )


def _cells_of(city: City, site: int) -> tuple[str, ...]:
    return city.cells[site * SECTORS : (site + 1) * SECTORS]

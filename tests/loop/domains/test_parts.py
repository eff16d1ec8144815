"""Which part of a domain is dark or worst, by its uses, its alarms and what it measures."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sentio.loop.domains.catalogue import domains
from sentio.loop.domains.glance import Glance
from sentio.loop.domains.parts import dark_parts, is_well, worst_part
from sentio.loop.domains.troubles import owners_of

KINDS = tuple(owners_of(domains()))


def glance(
    rows: dict[str, list[str]],
    mos: list[float],
    *,
    alarmed: frozenset[str] = frozenset(),
    measured: dict[tuple[str, str], dict[str, float]] | None = None,
) -> Glance:
    columns = {name: pa.array(values).dictionary_encode() for name, values in rows.items()}
    uses = pa.table({"mos": mos, "subject": list(range(len(mos))), **columns})
    gap = np.array(mos) - 4.3
    return Glance(
        start_ns=0,
        end_ns=1,
        uses=uses,
        gap=gap,
        usual=np.full(len(mos), 4.3),
        measured=measured or {},
        alarmed=alarmed,
    )


RING = {
    "link": ["link-1"] * 10 + ["link-2"] * 10 + ["link-3"] * 10,
    "ring": ["ring-1"] * 20 + ["ring-2"] * 10,
    "router": ["router-1"] * 30,
}
BOTH_DARK = [1.0] * 20 + [4.3] * 10


def all_of(seen: Glance) -> np.ndarray:
    return np.ones(seen.uses.num_rows, dtype=np.bool_)


def test_two_dark_links_of_a_ring_are_a_dark_ring() -> None:
    seen = glance(RING, BOTH_DARK)

    assert [each.element for each in dark_parts(seen, KINDS, all_of(seen))] == ["ring-1"]


def test_one_dark_link_is_not_its_ring() -> None:
    seen = glance(RING, [1.0] * 10 + [4.3] * 20)

    assert [each.element for each in dark_parts(seen, KINDS, all_of(seen))] == ["link-1"]


def test_of_a_router_and_its_only_ring_the_one_with_losses_is_blamed() -> None:
    rows = {**RING, "router": ["router-1"] * 20 + ["router-2"] * 10}
    losses = {("ring", "loss_ratio"): {"ring-1": 0.5}, ("router", "loss_ratio"): {"router-1": 0.0}}

    seen = glance(rows, BOTH_DARK, measured=losses)

    assert [each.element for each in dark_parts(seen, KINDS, all_of(seen))] == ["ring-1"]


def test_an_alarm_tells_a_station_from_its_link() -> None:
    rows = {"gnb": ["gnb-1"] * 10 + ["gnb-2"] * 10, "link": ["link-1"] * 10 + ["link-2"] * 10}
    mos = [1.0] * 10 + [4.3] * 10

    quiet = glance(rows, mos)
    loud = glance(rows, mos, alarmed=frozenset({"gnb-1"}))

    assert dark_parts(quiet, KINDS, all_of(quiet))[0].element == "link-1"
    assert dark_parts(loud, KINDS, all_of(loud))[0].element == "gnb-1"


def test_a_few_lost_uses_are_no_dark_element() -> None:
    seen = glance(RING, [1.0] * 7 + [4.3] * 23)

    assert dark_parts(seen, KINDS, all_of(seen)) == []


def test_poor_uses_are_not_lost_ones() -> None:
    seen = glance(RING, [2.4] * 20 + [4.3] * 10)

    assert dark_parts(seen, KINDS, all_of(seen)) == []
    worst = worst_part(seen, domains()["transport"], all_of(seen))
    assert worst is not None
    assert (worst.element, worst.wrong) == ("ring-1", "")
    assert worst.lost_mos == pytest.approx(1.9)


def test_an_element_that_shows_its_load_is_blamed_before_one_that_shows_nothing() -> None:
    loads = {("link", "utilisation_ratio"): {"link-2": 0.97}}
    seen = glance(RING, [2.4] * 20 + [4.3] * 10, measured=loads)

    worst = worst_part(seen, domains()["transport"], all_of(seen))

    assert worst is not None
    assert (worst.element, worst.wrong) == ("link-2", "overload")


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({}, True),
        ({"measured": {("ring", "loss_ratio"): {"ring-1": 0.5}}}, False),
        ({"measured": {("ring", "loss_ratio"): {"ring-1": 0.001}}}, True),
        ({"alarmed": frozenset({"ring-1"})}, False),
    ],
)
def test_whether_an_element_is_well_is_told_by_itself(
    known: dict[str, object], *, answer: bool
) -> None:
    assert is_well(glance(RING, BOTH_DARK, **known), "ring", "ring-1") is answer  # pyright: ignore[reportArgumentType]

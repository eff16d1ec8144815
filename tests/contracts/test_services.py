"""Every service model keeps its contract, whoever wrote it and in whatever language."""

from __future__ import annotations

import pytest

from sentio.experience.service import SERVICES
from sentio.testing import check_service


@pytest.mark.parametrize("name", SERVICES.names())
@pytest.mark.parametrize("seed", [0, 1])
def test_a_service_keeps_its_contract(name: str, seed: int) -> None:
    check_service(SERVICES[name], seed=seed)


@pytest.mark.parametrize(
    "name",
    ["voice_nb", "voice_wb", "voice_fb", "web", "file", "social", "gaming", "video_call", "xr"],
)
def test_the_services_that_people_use_are_all_there(name: str) -> None:
    assert name in SERVICES
    assert SERVICES[name].subject_kind == "user"

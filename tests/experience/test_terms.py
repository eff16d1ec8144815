"""A score in terms is the score of one function, with less worked out anew for its drivers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.scoring import mos_and_gains, prepare, tile_rows
from sentio.experience.service import SERVICES, Service
from sentio.experience.terms import InTerms, Term
from sentio.testing.batches import random_batch

IN_TERMS = ("camera", "gaming", "meter", "stream_kpi", "streaming", "video_call", "voice_nb", "xr")


def drivers_of(service: Service) -> list[str]:
    return [wanted.name for wanted in service.inputs if wanted.is_driver]


@pytest.mark.parametrize("name", IN_TERMS)
def test_drivers_of_a_model_in_terms_are_those_of_the_model_as_one_function(name: str) -> None:
    service = SERVICES[name]
    model = service.mos
    assert isinstance(model, InTerms)
    columns, _ = prepare(service, random_batch(service, 200, seed=7))

    mos, gains = mos_and_gains(service, columns)
    whole = replace(service, mos=model.__call__)
    whole_mos, whole_gains = mos_and_gains(whole, columns)

    np.testing.assert_allclose(mos, whole_mos, rtol=0, atol=1e-9)
    for driver in drivers_of(service):
        np.testing.assert_allclose(gains[driver], whole_gains[driver], rtol=0, atol=1e-9)


def test_a_driver_works_out_anew_only_what_reads_it() -> None:
    worked: list[str] = []

    def counted(term: Term) -> Term:
        def of(columns: Columns) -> FloatArray:
            worked.append(term.name)
            return np.asarray(term.of(columns))

        return replace(term, of=of)

    plain = SERVICES["video_call"]
    assert isinstance(plain.mos, InTerms)
    service = replace(plain, mos=InTerms(tuple(counted(term) for term in plain.mos.terms)))
    columns, _ = prepare(service, random_batch(service, 50, seed=1))
    columns = {**columns, "packet_loss_ratio": np.full(50, 0.1)}
    worked.clear()

    mos_and_gains(service, columns)

    assert worked[:4] == ["sound", "coded", "picture", "mos"]
    assert [term.name for term in service.mos.touched_by("packet_loss_ratio")] == ["sound", "mos"]
    assert worked.count("coded") < worked.count("sound") < worked.count("mos")


def test_a_term_cannot_read_what_it_does_not_say() -> None:
    hidden = Term(name="mos", reads=("rtt_ms",), of=lambda x: np.asarray(x["packet_loss_ratio"]))

    with pytest.raises(KeyError, match="packet_loss_ratio"):
        InTerms((hidden,))({"rtt_ms": np.ones(1), "packet_loss_ratio": np.ones(1)})


def test_rows_with_long_lists_are_computed_on_in_smaller_tiles() -> None:
    service = SERVICES["plc"]
    columns, _ = prepare(service, random_batch(service, 100, seed=3))
    latency_ms = columns["message_latency_ms"]
    long = {**columns, "message_latency_ms": replace(latency_ms, values=np.zeros(100 * 1000))}

    assert tile_rows(long, 100) == 65
    assert tile_rows({}, 100) == 8192

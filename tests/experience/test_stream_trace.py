"""The virtual player over throughput traces."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from sentio.experience.columns import Lists
from sentio.experience.models.player import LADDER_KBPS, SEGMENT_S, Viewing, play
from sentio.experience.services.stream_trace import SERVICE, mos
from sentio.testing.service import check_service

FASTEST_KBPS = float(LADDER_KBPS[-1])


def viewing(kbps: list[float], interval_s: float = 1.0) -> Viewing:
    return play(Lists.of([kbps]), np.array([interval_s]))


def scores(*traces: list[float]) -> np.ndarray:
    interval_ms = np.full(len(traces), 1000.0)
    return mos({"throughput_trace_kbps": Lists.of([*traces]), "sample_interval_ms": interval_ms})


def test_it_keeps_the_contract_of_a_service() -> None:
    check_service(SERVICE)


def test_media_and_stalls_fill_the_trace() -> None:
    found = viewing([5000.0] * 20 + [0.0] * 30 + [2000.0] * 40)

    total_s = found.duration_s.values.sum() + found.stall_duration_s.values.sum()

    assert total_s == pytest.approx(90.0)


def test_the_first_segment_is_the_initial_loading() -> None:
    found = viewing([600.0] * 60)

    # 300 kbit/s for 4 s over 600 kbit/s.
    assert found.stall_position_s.values[0] == 0.0
    assert found.stall_duration_s.values[0] == pytest.approx(2.0)


def test_an_outage_longer_than_the_buffer_stalls_where_the_buffer_ends() -> None:
    found = viewing([20_000.0] * 30 + [0.0] * 60 + [20_000.0] * 30)

    assert len(found.stall_duration_s.values) == 2
    position_s, length_s = found.stall_position_s.values[1], found.stall_duration_s.values[1]
    assert position_s % SEGMENT_S == 0.0
    # Play went on from the outage at 30 s to the end of the buffer, less than 24 s.
    assert 60.0 - 24.0 < length_s < 60.0


def test_a_fast_network_reaches_the_top_rung_and_stays() -> None:
    found = viewing([4.0 * FASTEST_KBPS] * 60)

    assert set(found.rung[3:]) == {len(LADDER_KBPS) - 1}


def test_a_network_under_the_lowest_rung_keeps_to_it() -> None:
    found = viewing([200.0] * 60)

    assert set(found.rung) == {0}
    assert len(found.stall_duration_s.values) > 3


def test_a_network_that_carries_nothing_shows_nothing() -> None:
    found = viewing([0.0] * 60)

    assert len(found.rung) == 0
    assert found.stall_duration_s.values.tolist() == [60.0]
    assert scores([0.0] * 60)[0] == 1.0


def test_a_short_trace_is_repeated_to_a_minute() -> None:
    once, repeated = viewing([3000.0, 1000.0]), viewing([3000.0, 1000.0] * 30)

    assert once.rung.tolist() == repeated.rung.tolist()
    np.testing.assert_allclose(once.duration_s.values, repeated.duration_s.values)


def test_unknown_and_negative_samples_carry_nothing() -> None:
    odd = viewing([5000.0, float("nan"), -5.0, 5000.0] * 15)
    zero = viewing([5000.0, 0.0, 0.0, 5000.0] * 15)

    np.testing.assert_array_equal(odd.duration_s.values, zero.duration_s.values)


def test_ten_times_the_throughput_is_better() -> None:
    found = scores(*([kbps] * 60 for kbps in (40.0, 400.0, 4000.0, 40_000.0)))

    assert (np.diff(found) > 0.05).all()


@settings(max_examples=25, deadline=None)
@given(
    kbps=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40),
    interval_s=st.sampled_from([0.001, 0.1, 1.0, 7.3, 1e4]),
)
def test_any_trace_is_played_to_its_end(kbps: list[float], interval_s: float) -> None:
    found = viewing(kbps, interval_s)

    lengths_s = found.duration_s.values
    assert (lengths_s >= 0.0).all()
    assert (lengths_s <= SEGMENT_S + 1e-9).all()
    span_s = min(max(len(kbps) * interval_s, 60.0), 3600.0)
    total_s = lengths_s.sum() + found.stall_duration_s.values.sum()
    assert total_s == pytest.approx(span_s, abs=1e-6)


@pytest.mark.shared
@pytest.mark.slow
def test_real_traces_score_by_their_throughput_and_half_of_it_is_worse(shared: Path) -> None:
    rates, interval_ms = puffer(shared)

    whole = mos({"throughput_trace_kbps": rates, "sample_interval_ms": interval_ms})
    half = Lists(rates.values / 2.0, rates.offsets)
    halved = mos({"throughput_trace_kbps": half, "sample_interval_ms": interval_ms})

    means = np.add.reduceat(rates.values, rates.offsets[:-1]) / rates.counts
    assert len(whole) > 400
    assert spearmanr(means, whole).statistic > 0.8
    assert np.mean(halved < whole) > 0.95
    assert np.mean(halved - whole) < -0.3


def puffer(shared: Path) -> tuple[Lists, np.ndarray]:
    """Read the traces: 'seconds TAB Mbit/s', about evenly spaced."""
    path = shared / "data/inputs/puffer_traces/puffer_220218_cooked_traces.tar.xz"
    traces = []
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and "/trace" in member.name:
                stream = archive.extractfile(member)
                assert stream is not None
                traces.append(np.loadtxt(stream, ndmin=2))
    traces = [trace for trace in traces if len(trace) > 5]
    rates = Lists.of([list(trace[:, 1] * 1e3) for trace in traces])
    return rates, np.array([1e3 * np.diff(trace[:, 0]).mean() for trace in traces])

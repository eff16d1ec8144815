"""Arithmetic that runs for many rows at once gives what the C library gives."""

from __future__ import annotations

import numba
import numpy as np

from sentio.experience.models import vector_math


@numba.njit(error_model="numpy", fastmath={"contract"})
def worked_out(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    out = np.empty((3, len(x)))
    for i in range(len(x)):
        out[0, i] = vector_math.exp(x[i])
        out[1, i] = vector_math.log(y[i])
        out[2, i] = vector_math.arcsin(z[i])
    return out


def test_it_is_that_of_the_c_library_to_the_last_digits() -> None:
    x, z = np.linspace(-700.0, 700.0, 20_001), np.linspace(-1.0, 1.0, 20_001)
    y = np.exp(x)

    exp, log, arcsin = worked_out(x, y, z)

    np.testing.assert_allclose(exp, y, rtol=1e-15)
    np.testing.assert_allclose(log, np.log(y), rtol=1e-15, atol=2e-16)
    np.testing.assert_allclose(arcsin, np.arcsin(z), rtol=0, atol=5e-16)


def test_beyond_its_range_the_exponential_stays_finite_and_the_arc_sine_at_its_edge() -> None:
    edges = np.array([-1e9, 1e9])

    exp, _, arcsin = worked_out(edges, np.ones(2), edges)

    assert exp[0] < 1e-300
    assert np.isfinite(exp[1])
    assert arcsin.tolist() == [-np.pi / 2.0, np.pi / 2.0]

"""What each kind of element measures of itself, from its load and from what befell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray
from sentio.lab.faults.effect import CONDITIONS, Effect
from sentio.lab.physics.loads import Loads
from sentio.lab.physics.queues import queueing

SHARED_PART = 0.35  # of an effect on some of an element's customers, in the mean of all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """State of all elements of a kind: load, and the sum of each quantity; shape (elements,)."""

    load: FloatArray
    amount: Mapping[str, FloatArray]
    noise: Callable[[float], FloatArray]  # normal, of a standard deviation
    capacity: FloatArray

    def __getitem__(self, quantity: str) -> FloatArray:
        """Give the amount of a quantity."""
        return self.amount[quantity]


@dataclass(frozen=True, slots=True)
class Meter:
    """One indicator that all elements of a kind report."""

    indicator: str
    unit: str
    read: Callable[[Felt], FloatArray]


def _share(base: float, *quantities: str) -> Callable[[Felt], FloatArray]:
    """Read a share: what it always is, and what was added; counted, so it scatters."""

    def read(felt: Felt) -> FloatArray:
        told = base * np.exp(felt.noise(0.25))
        for quantity in quantities:
            told = told + felt[quantity] * np.exp(felt.noise(0.08))
        return np.clip(told, 0.0, 1.0)

    return read


def _time(base: float, quantity: str, factor: float = 1.0) -> Callable[[Felt], FloatArray]:
    return lambda felt: (base + factor * felt[quantity]) * np.exp(felt.noise(0.06))


def _used(felt: Felt) -> FloatArray:
    return np.clip(felt.load * np.exp(felt.noise(0.02)), 0.0, 1.0)


def _active(felt: Felt) -> FloatArray:
    return np.maximum(np.round(felt.load * felt.capacity), 0.0)


def _interference(felt: Felt) -> FloatArray:
    return -113.0 + felt["noise_ul_db"] + felt.noise(0.7)


def _sinr(felt: Felt) -> FloatArray:
    return 15.0 - felt["noise_db"] + felt.noise(0.6)


def _left(felt: Felt) -> FloatArray:
    """Give the share of its rate that a link can use."""
    return np.clip(np.exp(-felt["slow"]) * (1.0 - 0.01 * np.abs(felt.noise(1.0))), 0.0, 1.0)


def _left_ul(felt: Felt) -> FloatArray:
    return np.clip(np.exp(-felt["slow_ul"]) * (1.0 - 0.01 * np.abs(felt.noise(1.0))), 0.0, 1.0)


def _hits(felt: Felt) -> FloatArray:
    return np.clip(0.94 - 0.25 * felt["slow"] + felt.noise(0.006), 0.0, 1.0)


TRANSPORT = (
    Meter("utilisation_ratio", "ratio", _used),
    Meter("loss_ratio", "ratio", _share(4e-5, "loss")),
    Meter("delay_ms", "ms", _time(0.8, "delay_ms")),
    Meter("jitter_ms", "ms", _time(0.1, "jitter_ms")),
)
METERS: Mapping[str, tuple[Meter, ...]] = {
    "cell": (
        Meter("prb_load_ratio", "ratio", _used),
        Meter("active_users", "", _active),
        Meter("interference_dbm", "dBm", _interference),
        Meter("sinr_db", "dB", _sinr),
        Meter("access_failure_ratio", "ratio", _share(0.004, "fail")),
        Meter("drop_ratio", "ratio", _share(0.004, "cut")),
        Meter("throughput_dl_ratio", "ratio", _left),
    ),
    "link": (*TRANSPORT, Meter("rate_ul_ratio", "ratio", _left_ul)),
    "ring": TRANSPORT,
    "router": (*TRANSPORT, Meter("cpu_ratio", "ratio", _used)),
    "upf": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("loss_ratio", "ratio", _share(3e-5, "loss")),
        Meter("delay_ms", "ms", _time(0.5, "delay_ms")),
    ),
    "amf": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("registration_failure_ratio", "ratio", _share(0.003, "fail")),
    ),
    "smf": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("session_failure_ratio", "ratio", _share(0.003, "fail")),
        Meter("session_setup_ms", "ms", _time(35.0, "setup_ms")),
    ),
    "dns": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("dns_response_ms", "ms", _time(6.0, "dns_ms")),
        Meter("dns_failure_ratio", "ratio", _share(0.001, "fail")),
    ),
    "ims": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("call_setup_ms", "ms", _time(900.0, "setup_ms", 10.0)),
        Meter("call_failure_ratio", "ratio", _share(0.004, "fail")),
    ),
    "edge": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("response_ms", "ms", _time(4.0, "server_ms")),
        Meter("frame_drop_ratio", "ratio", _share(0.001, "frames")),
        Meter("delay_ms", "ms", _time(0.3, "delay_ms")),
    ),
    "server": (
        Meter("cpu_ratio", "ratio", _used),
        Meter("response_ms", "ms", _time(12.0, "server_ms")),
        Meter("error_ratio", "ratio", _share(0.002, "fail")),
        Meter("cache_hit_ratio", "ratio", _hits),
    ),
}
"""What elements report; cells each 15 minutes, all others each 5."""


def felt_by(
    kind: str,
    loads: Loads,
    effects: Sequence[tuple[Effect, float]],
    *,
    rng: np.random.Generator,
    capacity: FloatArray,
) -> Felt:
    """Sum up what befell all elements of a kind: their own queues, and effects on all they do."""
    load = loads.by_kind[kind][:-1]
    amount = {name: np.zeros(len(load)) for name in CONDITIONS}
    for name, each in queueing(kind, load).items():
        amount[name] += each
    for effect, now in effects:
        if kind in effect.scope and effect.quantity in amount:
            part = 1.0 if len(effect.scope) == 1 else SHARED_PART
            amount[effect.quantity][list(effect.scope[kind])] += effect.amount * now * part
    return Felt(
        load=load,
        amount=amount,
        noise=lambda spread: spread * rng.standard_normal(len(load)),
        capacity=capacity,
    )

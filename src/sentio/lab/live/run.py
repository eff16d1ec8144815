"""Runs a live lab from its past to the present, and goes on where an earlier run stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

import numpy as np

from sentio.kernel.clock import Clock
from sentio.lab.day import DAY_NS
from sentio.lab.live.control import PORT, controlled
from sentio.lab.live.kept import Kept, Memory, begin_ns, resumed
from sentio.lab.live.lab import Lab, Watchers
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.pace import Pace, check_speed
from sentio.lab.live.sending import Sending
from sentio.lab.live.truth import Json
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.writers import Wires

FIRST_FAULT_NS = 80 * 60 * 1_000_000_000  # before the live part begins: the first to be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which city, how long a past, and how fast.

    Parameters
    ----------
    faults
        What goes wrong by itself, a simulated day; 0: nothing.
    behind_days
        So many days before today the live part begins; 0: now.
    southbound_port
        Where others act on the network (`sentio.lab.southbound`); 0 takes a free port, None none.
    southbound_token
        What they must present, unless empty.
    """

    scale: Scale = field(default_factory=Scale)
    seed: int = 1
    faults: float = 12.0
    dirt: float = 1.0
    speed: float = 20.0
    history_days: float = 2.0
    behind_days: int = 7
    control_port: int = PORT
    southbound_port: int | None = None
    southbound_token: str = ""


def run_lab(
    wish: Wish,
    sending: Sending,
    memory: Memory,
    *,
    stop: Event,
    watchers: Watchers | None = None,
    on_ready: Callable[[str, Kept], None] = lambda _url, _kept: None,
    on_southbound: Callable[[str], None] = lambda _url: None,
    subject_of: Callable[[str], str] = str,
    clock: Clock | None = None,
) -> Json:
    """Run until it is stopped; gives the lab's last state.

    Parameters
    ----------
    on_ready, on_southbound
        Told where the lab is steered and how far it is, and where others act on it.
    subject_of
        Gives the IMSI of a name by which others call a subject, empty for a stranger.

    Raises
    ------
    RefusedError
        The lab was another city before, or the Sentio does not let it push.
    ConfigError
        The city is too small, the speed is none, or a port is taken.
    """
    pace = Pace.of(check_speed(wish.speed), stop, clock)
    wanted = _wanted(wish, pace.clock.now_ns())
    kept = resumed(memory, wanted)
    watchers = watchers or Watchers()
    lab = _lab(wish, kept, sending, _remembering(watchers, memory, kept))
    with ExitStack() as open_:
        url = open_.enter_context(controlled(lab, port=wish.control_port))
        if wish.southbound_port is not None:
            where = southbound(
                lab,
                port=wish.southbound_port,
                token=wish.southbound_token,
                subject_of=subject_of,
            )
            on_southbound(open_.enter_context(where))
        on_ready(url, kept)
        if kept == wanted:
            lab.open()
        lab.catch_up(kept.begin_ns, stop)
        if not stop.is_set():
            watchers.on_live(lab.state())
            lab.run(pace)
    return lab.state()


def _wanted(wish: Wish, now_ns: int) -> Kept:
    begins_ns = begin_ns(now_ns, wish.behind_days)
    past = round(wish.history_days * DAY_NS / PERIOD_NS)
    return Kept(
        cells=wish.scale.cells,
        users=wish.scale.users,
        things=wish.scale.things,
        seed=wish.seed,
        begin_ns=begins_ns,
        sent_ns=begins_ns - past * PERIOD_NS,
    )


def _lab(wish: Wish, kept: Kept, sending: Sending, watchers: Watchers) -> Lab:
    operator = Operator(wish.scale, seed=wish.seed, start_ns=kept.next_ns)
    first_ns = max(kept.begin_ns - FIRST_FAULT_NS, kept.next_ns)
    rng = np.random.default_rng([wish.seed, 23, kept.next_ns // PERIOD_NS])
    return Lab(
        operator,
        Wires(operator, seed=wish.seed, dirt=wish.dirt),
        sending,
        mishaps=Mishaps(a_day=wish.faults, rng=rng, next_ns=first_ns),
        watchers=watchers,
    )


def _remembering(watchers: Watchers, memory: Memory, kept: Kept) -> Watchers:
    def on_sent(until_ns: int) -> None:
        memory.write(kept.model_copy(update={"sent_ns": until_ns}))
        watchers.on_sent(until_ns)

    return Watchers(
        on_history=watchers.on_history,
        on_fault=watchers.on_fault,
        on_live=watchers.on_live,
        on_sent=on_sent,
    )

"""Notifiers over a state in a file, with short pauses."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sentio.api.notify import Notifier, Outbox
from sentio.api.notify.counts import Counts
from sentio.api.notify.pauses import Patience
from sentio.api.notify.sending import HttpSender
from sentio.kernel.clock import SystemClock
from sentio.store.state import StateStore

sys.path.insert(0, str(Path(__file__).parent))

PATIENT = Patience(first_s=0.02, longest_s=0.1, give_up_s=60.0, backlog_rows=1000)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    with StateStore.open(f"sqlite:///{tmp_path / 'state.db'}") as opened:
        yield opened


@pytest.fixture
def notifying(state: StateStore) -> Iterator[Callable[..., Notifier]]:
    """Give a function that makes a notifier and starts it."""
    with ExitStack() as stack:

        def make(
            patience: Patience = PATIENT, *, timeout_s: float = 5.0, threads: int = 4
        ) -> Notifier:
            clock = SystemClock()
            made = Notifier(
                Outbox(state),
                new_sender=lambda to: HttpSender(
                    to, clock=clock, timeout_s=timeout_s, allow_private=True
                ),
                patience=patience,
                clock=clock,
                counts=Counts(CollectorRegistry()),
                threads=threads,
                rng=random.Random(7),
            )
            stack.enter_context(closing(made))
            made.start()
            return made

        yield make

"""How long to wait before a subscriber that did not answer is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from sentio.store.state.outbox import Faring

SECOND_NS = 1_000_000_000
MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Pauses double from the first to the longest, each shortened by up to a half at random."""

    first_s: float
    longest_s: float
    give_up_s: float
    backlog_rows: int

    def after(self, before: Faring, why: str, *, now_ns: int, rng: random.Random) -> Faring:
        """Give how a subscriber fares once another try has failed.

        It is parked once it has not answered for `give_up_s`.
        """
        since_ns = now_ns if before.failing_ns is None else before.failing_ns
        whole_s = self.first_s * 2.0 ** min(before.tries, MOST_DOUBLINGS)
        pause_s = min(whole_s, self.longest_s) * rng.uniform(0.5, 1.0)
        is_hopeless = now_ns - since_ns >= self.give_up_s * SECOND_NS
        return replace(
            before,
            tries=before.tries + 1,
            failing_ns=since_ns,
            next_ns=now_ns + round(pause_s * SECOND_NS),
            parked_ns=now_ns if is_hopeless else None,
            error=why,
        )

"""What is followed and what is muted as JSON, so that a restarted loop goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentio.awareness.budget import Budget
from sentio.awareness.ring import Detail
from sentio.awareness.watch import Watch
from sentio.kernel.values import from_plain, to_plain
from sentio.loop.watching import MUTED_PERIODS, Following, Watching


def kept(watching: Watching) -> dict[str, Any]:  # Any: JSON
    """Give all that a watching knows beside its watch."""
    muted = [
        (list(key), nats, since)
        for key, (nats, since) in watching.muted.items()
        if watching.period - since < MUTED_PERIODS
    ]
    counts = {"count": watching.count, "period": watching.period}
    budget = watching.budget.saved()
    return {"open": to_plain(watching.open), "muted": muted, "budget": budget, **counts}


def restored(
    watch: Watch,
    detail: Detail,
    known: Mapping[str, Any],  # Any: JSON
) -> Watching:
    """Go on from what `kept` gave."""
    again = Watching(watch, detail, budget=Budget.restored(known["budget"]))
    again.open = [from_plain(Following, each) for each in known["open"]]
    for key, nats, since in known["muted"]:
        again.muted[tuple((str(n), str(m)) for n, m in key)] = (float(nats), int(since))
    again.count, again.period = int(known["count"]), int(known["period"])
    return again

"""What is followed and what is muted as JSON, so that a restarted loop goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.awareness.budget import Budget
from sentio.awareness.pairs import PairScan
from sentio.awareness.ring import Detail
from sentio.awareness.watch import Watch
from sentio.kernel.values import from_plain, to_plain
from sentio.loop.watching import Following, Watching

Held: TypeAlias = npt.NDArray[np.generic]
PAIRS = "pairs."


def kept(watching: Watching) -> tuple[dict[str, Held], dict[str, Any]]:  # Any: JSON
    """Give all that a watching knows beside its watch: arrays by name, and JSON."""
    muted = [(list(key), *held) for key, held in watching.muted.items()]
    counts = {"count": watching.zoom.count, "period": watching.period}
    budget = watching.budget.saved()
    arrays, pairs = watching.sight.pairs.saved()
    more = {"open": to_plain(watching.open), "muted": muted, "budget": budget, "pairs": pairs}
    more["past"] = [(dict(scope), *between) for scope, *between in watching.known.past]
    return {f"{PAIRS}{name}": array for name, array in arrays.items()}, {**more, **counts}


def restored(
    watch: Watch,
    detail: Detail,
    arrays: Mapping[str, Held],
    known: Mapping[str, Any],  # Any: JSON
) -> Watching:
    """Go on from what `kept` gave."""
    own = {n.removeprefix(PAIRS): each for n, each in arrays.items() if n.startswith(PAIRS)}
    pairs = PairScan.restored(own, known["pairs"])
    again = Watching(watch, detail, budget=Budget.restored(known["budget"]), pairs=pairs)
    again.known.open = [from_plain(Following, each) for each in known["open"]]
    for key, nats, since, waits in known["muted"]:
        again.muted[tuple((str(n), str(m)) for n, m in key)] = (float(nats), int(since), int(waits))
    again.known.past = [
        (dict(scope), int(began), int(ended)) for scope, began, ended in known["past"]
    ]
    again.zoom.count, again.period = int(known["count"]), int(known["period"])
    return again

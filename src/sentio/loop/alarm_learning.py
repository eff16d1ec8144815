"""Learn anew each day, from the alarms of two weeks, which of them trigger which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from sentio.analysis.alarm_roots import HORIZON_NS, Alarm, AlarmRoots, Name, Symptom
from sentio.kernel.log import logger
from sentio.model.degradation import Degradation
from sentio.model.topology import Topology

log = logger("alarms")
DAY_NS = 86_400_000_000_000
LEARN_NS = 14 * DAY_NS

Read = Callable[[int, int], Sequence[Alarm]]
"""``read(since_ns, until_ns)``: the alarms raised in a window, in order of time."""


class AlarmLearning:
    """What alarms have taught so far; learning goes on beside, and holds nobody up."""

    def __init__(self) -> None:
        self._roots: AlarmRoots | None = None
        self._due_ns = 0
        self._coming: Future[AlarmRoots] | None = None
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alarms")

    def symptoms(
        self, read: Read, topology: Topology, told: Degradation, *, now_ns: int
    ) -> dict[Name, Symptom]:
        """Tell which alarms around a degradation are symptoms of others, as far as is known."""
        if now_ns >= self._due_ns and self._coming is None:
            alarms = read(now_ns - LEARN_NS, now_ns)
            self._coming = self._beside.submit(AlarmRoots.learn, alarms, topology)
            self._due_ns = now_ns + DAY_NS
        if self._coming is not None and self._coming.done():
            self._take()
        if self._roots is None:
            return {}
        return self._roots.symptoms(read(told.began_ns - HORIZON_NS, now_ns))

    def wait(self) -> None:
        """Wait until what is being learned is known."""
        if self._coming is not None:
            self._take()

    def _take(self) -> None:
        coming, self._coming = self._coming, None
        try:
            self._roots = coming.result() if coming else self._roots
        except (ValueError, ArithmeticError, MemoryError) as error:  # what is known stays
            log.warning("alarms_teach_nothing", error=str(error))

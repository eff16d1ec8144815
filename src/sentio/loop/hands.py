"""Between choosing and doing: what became of plans at the network's end, and what people say.

Only the journal of tasks lies between the loop and whoever carries plans out: it may be another
process, slower than the loop, or dead for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sentio.decision.need import MINUTE_NS
from sentio.loop.acting import Acting, Proving
from sentio.loop.opened import Open
from sentio.model.plan import Outcome, Plan
from sentio.store.state.steering import Steering
from sentio.store.state.store import StateStore
from sentio.store.state.tasks import Task, Tasks

Place = tuple[Acting, Open]
"""Who acts, and what it is shown."""
PATIENCE_MIN = 20.0  # of data, after which what could not be sent is no longer wanted


class Hands:
    """Asks the journal, period by period, and takes people's yes to whoever acts."""

    def __init__(self, state: StateStore) -> None:
        self.tasks = Tasks(state)
        self.steering = Steering(state)

    def see(self, actings: Iterable[Acting], *, now_ns: int) -> list[Outcome]:
        """End a period: what is not done yet has no effect yet, what failed will never have one.

        What stands unproven beyond its time is wanted back.
        """
        told: list[Outcome] = []
        for acting in actings:
            for each in list(acting.proving.values()):
                task = self.tasks.of_plan(each.plan.id)
                if task is None or task.plan.made_ns != each.plan.made_ns:
                    continue
                why = self._never(task, each, now_ns)
                if why:
                    told.append(acting.drop(each.plan, why, now_ns=now_ns))
                elif task.state not in {"sent", "done"} or _is_first(each, acting, now_ns):
                    acting.put_off(each.plan, now_ns)
        self.tasks.expire(now_ns=now_ns)
        return told

    def approved(self, places: Sequence[Place], *, now_ns: int) -> list[Plan]:
        """Take people's yes to the plans that still stand; each yes is answered."""
        found: list[Plan] = []
        for name, action in self.steering.waiting():
            tried = (
                acting.approve(name, shown, now_ns=now_ns, action=action)
                for acting, shown in places
            )
            plan = next((each for each in tried if each is not None), None)
            said = "it is done" if plan else "the plan no longer stands: look at the newest one"
            self.steering.answer(name, said)
            if plan is not None:
                found.append(plan)
        return found

    def _never(self, task: Task, each: Proving, now_ns: int) -> str:
        """Say why a plan will have no effect, empty while it may."""
        if task.state in {"failed", "dry"}:
            return task.said
        if task.state == "undone" or task.wanted == "undone":
            return "it was taken back before its effect could be proven"
        waited_min = (now_ns - each.acted_ns) / MINUTE_NS
        if task.state in {"ordered", "sending"} and waited_min >= PATIENCE_MIN:
            return f"for {waited_min:.0f} minutes it could not be sent: {task.said}"
        return ""


def _is_first(each: Proving, acting: Acting, now_ns: int) -> bool:
    """Tell whether the period ends within which it was done: it felt only a part of the effect."""
    return now_ns <= each.acted_ns + acting.period_ns

"""What the loop tells, as events of Open APIs: for those who registered at a hub."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from sentio.api.tmf.events import Event, Subscriber, make_event, wants
from sentio.api.tmf.live.alarms import data_alarm, degradation_alarm
from sentio.api.tmf.live.problems import problem_body
from sentio.api.tmf.table import ApiTable, tables
from sentio.kernel.values import from_plain
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.problem import ServiceProblem
from sentio.store.state.problems import Problems
from sentio.store.state.told import ToldEvent

KINDS = {"opened": "Create", "changed": "AttributeValueChange", "ended": "StateChange"}
REMEMBERED = 10_000


class LiveChanges:
    """Turns each event of the loop into those of the Open APIs, with who wants them.

    The ids follow from the loop's own: told twice, an event has the same id.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._apis = {api.key: api for api in tables()}
        self._last: OrderedDict[str, int] = OrderedDict()

    def __call__(
        self, told: ToldEvent, subscribers: Sequence[Subscriber]
    ) -> list[tuple[Event, list[str]]]:
        """Give the events that follow from one, each with the ids of those to tell."""
        found: list[tuple[Event, list[str]]] = []
        for event in self.events(told):
            names = [
                each.id
                for each in subscribers
                if each.api == event.api and wants(each.query, event.body)
            ]
            if names:
                found.append((event, names))
        return found

    def events(self, told: ToldEvent) -> Iterator[Event]:
        """Give the events that follow from one of the loop."""
        body = dict(told.body)
        if told.kind == "degradation":
            kind = KINDS.get(str(body.pop("change", "")), "AttributeValueChange")
            degradation = from_plain(Degradation, body)
            yield self._alarm(told, kind, degradation_alarm(degradation))
            yield from self._problem(degradation.id)
        elif told.kind == "data_fault":
            state = body.pop("state", "open")
            alarm = data_alarm(from_plain(DataFault, body))
            yield self._alarm(told, "Create" if state == "open" else "StateChange", alarm)
        elif told.kind == "diagnosis":
            yield from self._problem(str(body.get("degradation", "")))

    def _alarm(self, told: ToldEvent, kind: str, alarm: dict[str, object]) -> Event:
        api = self._apis["TMF642v4"]
        name = f"told-{told.id}"
        alarm = {**alarm, "href": f"{api.path}/alarm/{alarm['id']}"}
        return make_event(api, "alarm", kind, alarm, at_ns=told.at_ns, name=name)

    def _problem(self, degradation: str) -> Iterator[Event]:
        for problem in self._problems.list(degradation=degradation, limit=1):
            if self._last.get(problem.id) == problem.changed_ns:
                continue
            is_new = problem.id not in self._last and problem.changed_ns == problem.created_ns
            self._last[problem.id] = problem.changed_ns
            while len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
            for key in ("TMF656v4", "TMF656v5"):
                yield _problem_event(self._apis[key], problem, is_new=is_new)


def _problem_event(api: ApiTable, problem: ServiceProblem, *, is_new: bool) -> Event:
    moved = bool(problem.tracking) and problem.tracking[-1].at_ns == problem.changed_ns
    kind = "Create" if is_new else "StateChange" if moved else "AttributeValueChange"
    body = problem_body(problem, api.generation)
    body["href"] = f"{api.path}/serviceProblem/{problem.id}"
    name = f"{problem.id}-{problem.changed_ns}"
    at_ns = problem.changed_ns
    return make_event(api, "serviceProblem", kind, body, at_ns=at_ns, name=name)

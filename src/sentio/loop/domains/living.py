"""Autonomous domains over a store: reads each period, obeys promises and autonomy, tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from sentio.decision.policy import Policy, policy, with_autonomy
from sentio.kernel.config import Settings
from sentio.loop.acting import Acting, Told, World
from sentio.loop.deciding import world_of
from sentio.loop.detail import StoreDetail
from sentio.loop.domains.catalogue import domains
from sentio.loop.domains.controller import Domains, Inventory
from sentio.loop.domains.definition import SlaDefinition
from sentio.loop.domains.kept import restore, saved
from sentio.loop.domains.locks import held_by
from sentio.loop.domains.own_loop import CROSS
from sentio.loop.looking import Following
from sentio.loop.opened import Open, WithId
from sentio.model.diagnosis import Diagnosis
from sentio.model.plan import Autonomy
from sentio.model.topology import Topology
from sentio.store.ask import Answers
from sentio.store.state.domains import DomainBook
from sentio.store.state.store import StateStore
from sentio.store.warehouse import Warehouse

MOST_USES = 20_000  # of a period, drawn evenly: enough for every domain and service
MEASURED = ("element_kind", "indicator", "element", "value")
OTHER = "loop"  # the loop over all degradations, of no domain
EVENTS = ("event_kind", "event_id", "element", "severity")
Attributes = Mapping[str, Mapping[str, str]]


class LiveDomains:
    """The domains of an operator whose records lie in a store.

    They are looked after as soon as there is a promise. ``most`` is how far any of them may go.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        state: StateStore,
        world: World,
        *,
        period_ns: int,
        given: Policy,
        most: Autonomy = "act",
    ) -> None:
        self._book = DomainBook(state)
        self._warehouse = warehouse
        self._detail = StoreDetail(warehouse)
        self._given = given
        self._other: Acting | None = None
        self._world = world
        self._period_ns = period_ns
        self._most: Autonomy = most
        self._made: dict[str, WithId] = {}
        self._release = ""
        self._kept: Mapping[str, Any] = {}  # Any: JSON; until there is a topology to go on with
        self.domains: Domains | None = None

    def join(self, other: Acting) -> None:
        """Let the loop over all degradations act beside: then domains leave those to it."""
        self._other = other

    def places(self) -> list[tuple[Acting, Open]]:
        """List all loops that act, each with what it is shown."""
        known = self.domains
        if known is None:
            return []
        own = [(each.acting, each.view) for each in known.loops.values()]
        return [*own, (known.cross, known.cross.view)]

    def held(self) -> Mapping[str, str]:
        """Give the elements that domains hold, each with its holder."""
        return self.domains.locks.of_others(OTHER) if self.domains else {}

    def note(self, name: str, made: Diagnosis) -> None:
        """Take in what a degradation is explained by now, and the id of that."""
        self._made[made.degradation] = (name, made)

    def see(
        self,
        start_ns: int,
        topology: Topology,
        following: Sequence[Following],
        *,
        release: str,
    ) -> list[Told]:
        """End a period; gives plans and outcomes. ``release`` names the topology."""
        known = self._with_promises(topology, release)
        if known is None:
            return []
        end_ns = start_ns + self._period_ns
        self._made = {
            one.told.id: self._made[one.told.id] for one in following if one.told.id in self._made
        }
        self._detail.topology = topology
        uses = self._detail.fetch({}, start_ns, end_ns, most_rows=MOST_USES, losses=True).uses
        if not uses.num_rows:
            return []
        mine = following if self._other is None else ()
        con = self._warehouse.con.cursor()
        told = known.see(
            uses,
            _read(con, "measurement", MEASURED, start_ns + 1, end_ns + 1),
            _read(con, "event", EVENTS, start_ns, end_ns),
            start_ns=start_ns,
            end_ns=end_ns,
            watched=[(one, self._made[one.told.id]) for one in mine if one.told.id in self._made],
        )
        self._tell(known, end_ns)
        return told

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give all that is known, as JSON."""
        return saved(self.domains) if self.domains else dict(self._kept)

    def restore(self, kept: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on from what `saved` gave; it may be empty."""
        self._kept = kept

    def _with_promises(self, topology: Topology, release: str) -> Domains | None:
        """Give the domains with all promises and autonomy in force; None without any promise."""
        promised = self._book.promises()
        if not promised:
            self.domains = None
            return None
        if self.domains is None or release != self._release:
            kept = saved(self.domains) if self.domains else self._kept
            self.domains, self._release = self._begun(topology), release
            self._obey(self.domains)
            restore(self.domains, kept)
            self._kept = {}
        self._obey(self.domains)
        return self.domains

    def _obey(self, known: Domains) -> None:
        promises = known.promises
        promised = {each.name: each for each in self._book.promises()}
        for name in promises.kept.keys() - promised.keys():
            promises.drop(name)
        for name, each in promised.items():
            definition = SlaDefinition.model_validate(each.body)
            held = promises.kept.get(name)
            if held is None or held.sla != definition:
                promises.drop(name)
                promises.add(definition, now_ns=each.since_ns, until_ns=each.until_ns)
        wished = self._book.autonomy()
        for name, loop in known.loops.items():
            loop.set_autonomy(_least(wished.get(name, loop.domain.autonomy), self._most))

    def _begun(self, topology: Topology) -> Domains:
        attributes = _attributes(Answers(self._warehouse).ask("elements_known"))
        known = Domains(
            domains(),
            Inventory(
                topology=topology,
                attributes=lambda name: attributes.get(name, {}),
                has_way_round=_way_round(attributes),
            ),
            self._world,
            policy=with_autonomy(self._given, self._most),
            cross_policy=with_autonomy(policy(CROSS), self._most),
            period_ns=self._period_ns,
        )
        known.locks.join(OTHER, lambda: held_by(self._other.deeds) if self._other else ())
        return known

    def _tell(self, known: Domains, end_ns: int) -> None:
        intents = [
            (name, each)
            for name, promise in known.promises.kept.items()
            for each in promise.intents
        ]
        self._book.tell(known.states(), intents, known.reports, at_ns=end_ns)


def domains_of(
    warehouse: Warehouse,
    state: StateStore,
    settings: Settings,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
) -> LiveDomains:
    """Make the domains of an operator, by the settings; raises as `sentio.loop.deciding`."""
    return LiveDomains(
        warehouse,
        state,
        world_of(warehouse, is_stopped=is_stopped),
        period_ns=settings.awareness_period_s * 1_000_000_000,
        given=policy(settings.decision_policy),
        most=settings.decision_autonomy,
    )


def _least(one: Autonomy, other: Autonomy) -> Autonomy:
    order: tuple[Autonomy, ...] = ("observe", "advise", "approve", "act")
    return order[min(order.index(one), order.index(other))]


def _read(
    con: duckdb.DuckDBPyConnection,
    family: str,
    columns: tuple[str, ...],
    since_ns: int,
    until_ns: int,
) -> pa.Table:
    """Read the facts of [since, until); none where the family has no table."""
    try:
        return con.execute(
            f'SELECT {", ".join(columns)} FROM "{family}" WHERE ts >= ? AND ts < ? ORDER BY ts',
            [since_ns, until_ns],
        ).to_arrow_table()
    except duckdb.CatalogException:
        return pa.table({name: pa.array([], pa.string()) for name in columns})


def _attributes(elements: pa.Table) -> dict[str, dict[str, str]]:
    """Give what the inventory says of each element, its own attributes among it."""
    found: dict[str, dict[str, str]] = {}
    for row in elements.to_pylist():
        told: object = json.loads(row["attributes"]) if row.get("attributes") else {}
        known = {str(k): str(v).lower() for k, v in told.items()} if isinstance(told, dict) else {}
        if row.get("technology"):
            known["technology"] = str(row["technology"])
        found[str(row["element"])] = known
    return found


def _way_round(attributes: Attributes) -> Callable[[str], bool | None]:
    """Tell by the attribute ``is_protected`` whether there is a way round."""

    def has_way_round(element: str) -> bool | None:
        told = attributes.get(element, {}).get("is_protected")
        return None if told is None else told == "true"

    return has_way_round

"""Reports to those who subscribed to analytics: each period, or when experience fell."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sentio.api.notify import Event, Notifier, Subscriber
from sentio.api.nwdaf.analytics import Analytics
from sentio.api.nwdaf.asked import asked_of
from sentio.api.nwdaf.plan import Plan, kept_plan
from sentio.api.nwdaf.shapes import EventSubscription, Subscription
from sentio.api.problems import RequestError
from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger
from sentio.store.state.told import ToldEvent

log = logger("nwdaf")

Json = dict[str, Any]  # Any: JSON

API = "nwdaf"
LOOK_S = 0.25


class Reports:
    """Keeps the subscriptions, and reports on a thread of its own."""

    def __init__(self, analytics: Analytics, notifier: Notifier) -> None:
        self._analytics = analytics
        self._notifier = notifier
        self._turn = threading.RLock()
        self._kept: dict[str, Subscriber] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="nwdaf", daemon=True)

    def start(self) -> None:
        """Go on with the subscriptions that are kept."""
        with self._turn:
            self._kept |= {each.id: each for each in self._notifier.outbox.subscribers(API)}
        self._thread.start()

    def close(self) -> None:
        """Report nothing more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def keep(self, subscriber: Subscriber) -> None:
        """Keep a subscription, or what has changed of it."""
        with self._turn:
            self._notifier.subscribe(subscriber)
            self._kept[subscriber.id] = subscriber

    def one(self, name: str) -> Subscriber | None:
        """Give a subscription that is not over, None if there is none of that id."""
        with self._turn:
            return self._kept.get(name)

    def drop(self, name: str) -> None:
        """Forget a subscription and what waits for it."""
        with self._turn:
            self._kept.pop(name, None)
            self._notifier.unsubscribe(name)

    def notifications(self, wanted: Subscription) -> list[Json]:
        """Work out all events of a subscription as they are now; those with nothing are left out.

        Data that is not there is told by its code.
        """
        found: list[Json] = []
        for each in wanted.eventSubscriptions:
            try:
                content = self._analytics.of(
                    each.event,
                    slices_named(each),
                    target=each.tgtUe,
                    requirement=each.extraReportReq,
                )
            except RequestError as error:
                found.append({"event": each.event, "failNotifyCode": error.more.get("cause")})
                continue
            if content is not None:
                found.append({"event": each.event, **content})
        return found

    def reading(
        self, told: ToldEvent, _subscribers: Sequence[Subscriber]
    ) -> list[tuple[Event, list[str]]]:
        """Make the reports that a degradation calls for; the feed keeps them."""
        if told.kind != "degradation":
            return []
        made: list[tuple[Event, list[str]]] = []
        now_ns = self._analytics.now_ns()
        with self._turn:
            for each in list(self._kept.values()):
                plan, wanted = plan_in(each), subscription_in(each)
                waits = plan.method == "ON_EVENT_DETECTION" and not plan.is_over(now_ns)
                if waits and any(concerns(one, told.body) for one in wanted.eventSubscriptions):
                    event = self._report(each, wanted, f"nwdaf-{each.id}-told-{told.id}")
                    self._move(each, plan.after_report(now_ns))
                    made += [(event, [each.id])] if event else []
        return made

    def _work(self) -> None:
        while not self._stop.wait(LOOK_S):
            for each in list(self._kept.values()):
                try:
                    self._look(each)
                except SentioError as error:
                    log.warning("report_failed", kind=error.kind)
                except Exception:  # reporting lives on
                    log.exception("unforeseen")

    def _look(self, each: Subscriber) -> None:
        now_ns = self._analytics.now_ns()
        with self._turn:
            plan = plan_in(each)
            if self._kept.get(each.id) is not each:
                return  # dropped or changed meanwhile
            if plan.is_over(now_ns):
                self._end(each)
            elif plan.is_due(now_ns):
                event = self._report(
                    each, subscription_in(each), f"nwdaf-{each.id}-{plan.reported + 1}"
                )
                if event is not None:
                    self._notifier.offer(event, subscribers=[each])
                self._move(each, plan.after_report(now_ns))

    def _end(self, each: Subscriber) -> None:
        """Forget a subscription that is over, once all of it is delivered or given up."""
        if self._notifier.outbox.backlog(each.id) == 0:
            self.drop(each.id)

    def _report(self, each: Subscriber, wanted: Subscription, name: str) -> Event | None:
        found = self.notifications(wanted)
        if not found:
            return None
        return Event(id=name, body=[report_body(each.id, wanted, found)])

    def _move(self, each: Subscriber, plan: Plan) -> None:
        self.keep(replace(each, body={**each.body, "plan": plan.as_json()}))


def report_body(name: str, wanted: Subscription, found: list[Json]) -> Json:
    """Write what a consumer is sent of one subscription."""
    correlation = {} if wanted.notifCorrId is None else {"notifCorrId": wanted.notifCorrId}
    return {"subscriptionId": name, **correlation, "eventNotifications": found}


def subscription_in(each: Subscriber) -> Subscription:
    """Read what a subscriber asked for."""
    return Subscription.model_validate(each.body["subscription"])


def plan_in(each: Subscriber) -> Plan:
    """Read when a subscriber is reported to."""
    return kept_plan(each.body["plan"])


def slices_named(each: EventSubscription) -> EventSubscription:
    """Take the slices from where 3GPP spells them for subscriptions."""
    if each.snssaia is None or each.snssais is not None:
        return each
    return each.model_copy(update={"snssais": each.snssaia})


def concerns(each: EventSubscription, degradation: Mapping[str, Any]) -> bool:
    """Tell whether a degradation lies within what an event is subscribed for."""
    asked = asked_of(slices_named(each), None)
    scope: Mapping[str, str] = degradation.get("scope", {})
    services = set(degradation.get("services", ()))
    pairs = (
        (asked.cells, scope.get("cell")),
        (asked.slices, scope.get("slice")),
    )
    is_inside = all(not wanted or member is None or member in wanted for wanted, member in pairs)
    names = services | ({scope["app"]} if "app" in scope else set[str]())
    return is_inside and (not asked.apps or not names.isdisjoint(asked.apps))

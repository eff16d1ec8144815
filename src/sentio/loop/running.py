"""The loop on a thread of its own, beside the intake: it looks, judges what is due, and waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger
from sentio.loop.care.following import follow
from sentio.loop.carrying import Carries, Carrying
from sentio.loop.change import News, OnChange
from sentio.loop.collectors.nobody import Nobody
from sentio.loop.collectors.webhook import Webhook
from sentio.loop.deciding import acting_of
from sentio.loop.domains.living import domains_of
from sentio.loop.hands import Hands
from sentio.loop.live import SECOND_NS, Explain, Live, Pace, explain_nothing
from sentio.loop.news_log import log_news
from sentio.model.collection import Collectors
from sentio.model.plan import Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

log = logger("awareness")

Explainer: TypeAlias = Callable[[Live], Explain]

LOOKS_A_PERIOD = 60
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.2, 2.0  # between two looks: the longest where nothing is new
WAIT_AFTER_ERROR_S = 30.0


class Running:
    """Runs the loop until it is closed; what goes wrong is logged, and tried again later.

    Parameters
    ----------
    explainer
        Makes what explains degradations, from the loop that it may ask.
    on_change
        Told of every change, on the loop's thread.
    carries
        Carries tasks out, on threads of its own; None: another process does.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        state: StateStore,
        *,
        settings: Settings,
        clock: Clock,
        explainer: Explainer = lambda _live: explain_nothing,
        on_change: OnChange = lambda _change: None,
        carries: Carries | None = None,
    ) -> None:
        self.told = Told(state)
        self._state = state
        self.trouble = ""  # why the loop waits before it tries again; empty while all is well
        self._followed = -1  # newest event that service problems are up to
        self._warehouse = warehouse
        self.pace = Pace.of(settings)
        self.live: Live | None = None  # while it runs; read only
        self._collectors = collectors_of(settings)
        self._settings = settings
        self._clock = clock
        self._explainer = explainer
        self._on_change = on_change
        self.hands = Hands(state)
        self._carrying = Carrying(carries) if carries else None
        self._stop, self._news = threading.Event(), threading.Event()
        self._newest_event = self.told.newest_event()
        self._thread = threading.Thread(target=self._work, name="awareness", daemon=True)

    @property
    def newest_event(self) -> int:
        """The number of the newest event, without asking the database."""
        return self._newest_event

    @property
    def is_running(self) -> bool:
        """Whether the loop looks at what comes."""
        return self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether the loop has been told to end."""
        return self._stop.is_set()

    def is_switched_off(self) -> bool:
        """Tell whether somebody has stopped all automation."""
        return self.hands.steering.switch().is_stopped

    def start(self) -> None:
        """Start to look, and to carry out what is ordered."""
        self._thread.start()
        if self._carrying:
            self._carrying.start()

    def stop(self) -> None:
        """Tell the loop to end."""
        self._stop.set()
        self._news.set()

    def close(self) -> None:
        """Tell the loop to end, and wait until what it judged is written."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join()
        if self._carrying:
            self._carrying.close()

    def look(self) -> None:
        """Look soon: something was committed, or said."""
        self._news.set()

    def wake(self) -> None:
        """Carry out at once what has just been ordered or wanted back."""
        if self._carrying:
            self._carrying.wake()

    def wait_for(self, *, grace_s: int) -> None:
        """Wait so long for late records, from the next look on."""
        self.pace = replace(self.pace, grace_ns=grace_s * SECOND_NS)
        if self.live is not None:
            self.live.pace = self.pace
        self.look()

    def _work(self) -> None:
        wait_s = self.pace.period_ns / 1e9 / LOOKS_A_PERIOD
        wait_s = min(max(wait_s - SHORTEST_WAIT_S, 0.0), LONGEST_WAIT_S)
        while not self._stop.is_set():
            try:
                self.live = live = self._live()
                live.pace = self.pace  # it may have been changed meanwhile
                while not self._stop.is_set():
                    live.catch_up(self._stop.is_set)
                    self._newest_event = self.told.newest_event()
                    self._follow(live)
                    self.trouble = ""
                    self._stop.wait(SHORTEST_WAIT_S)
                    self._news.wait(wait_s)
                    self._news.clear()
            except SentioError as error:
                self.trouble = str(error)
                log.warning("stuck", **error.as_dict())
            except Exception:  # the watch lives on
                self.trouble = "something went wrong that nobody foresaw: the log has the details"
                log.exception("unforeseen")
            self._stop.wait(WAIT_AFTER_ERROR_S)

    def _live(self) -> Live:
        """Go on from the last snapshot: after an error nothing half judged is kept."""
        off = self.is_switched_off
        domains = domains_of(self._warehouse, self._state, self._settings, is_stopped=off)
        acting = acting_of(self._warehouse, self._settings, is_stopped=off, locks=domains.held)
        domains.join(acting)
        live = Live(
            self._warehouse,
            self.told,
            pace=self.pace,
            clock=self._clock,
            on_change=self._tell,
            collectors=self._collectors,
            acting=acting,
            domains=domains,
            hands=self.hands,
        )
        live.explain = self._explainer(live)
        return live

    def _follow(self, live: Live) -> None:
        """Bring the service problems up to what was told, if anything was since the last look."""
        if self._followed == self._newest_event:
            return
        follow(self._warehouse, self._state, live.detail.topology)
        self._followed = self._newest_event

    def _tell(self, change: News) -> None:
        self._newest_event = self.told.newest_event()
        log_news(change)
        if isinstance(change, Plan | Outcome):
            self.wake()
        self._on_change(change)


def collectors_of(settings: Settings) -> Collectors:
    """Give whoever carries orders to the collection out."""
    if not settings.collection_url:
        return Nobody()
    token = settings.collection_token
    return Webhook(
        settings.collection_url,
        token=token.get_secret_value() if token else "",
        timeout_s=settings.collection_timeout_s,
    )

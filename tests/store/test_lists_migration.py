"""The migration to release 0011: hubs become subscriptions, the index knows what it did not."""

from __future__ import annotations

from sqlalchemy import text

from sentio.store.state import StateStore, downgrade, upgrade
from sentio.store.state.open_api import OpenApiStore, Wanted
from sentio.store.state.open_api_search import Page, Sought
from sentio.store.state.outbox import Outbox

HUB = "INSERT INTO tmf_hub VALUES ('h', 'TMF642v4', 'http://x/', 'q', 's', 7)"
TOPIC = (
    "INSERT INTO subscription (id, api, callback, query, secret, body, created_ns, tries, next_ns,"
    " missed, error) VALUES ('t', 'TMF688v4', 'http://y/', '', '', '{}', 8, 0, 0, 0, '')"
)


def test_hubs_and_resources_are_carried_over_there_and_back(tmp_path) -> None:
    with StateStore.open(f"sqlite:///{tmp_path / 'state.db'}") as state:
        kind, body = ("TMF642v4", "alarm"), {"id": "1", "a": {"b": {"c": "deep"}}}
        OpenApiStore(state).add(kind, [body], entries=lambda _: (), at_ns=0)
        downgrade(state.engine, "0010")
        with state.session() as session:
            session.execute(text(HUB))
            session.execute(text(TOPIC))

        upgrade(state.engine)

        hub, topic = Outbox(state).subscribers()
        assert (hub.id, hub.api, hub.query, hub.secret) == ("h", "TMF642v4", "q", "s")
        assert (topic.id, topic.api) == ("t", "TMF688v4~topic")
        deep = Wanted(((Sought("a.b.c", "eq", (("deep", None),)),),))
        assert OpenApiStore(state).page(kind, deep, Page())[0] == 1
        downgrade(state.engine, "0010")
        with state.session() as session:
            assert session.scalars(text("SELECT id FROM tmf_hub")).all() == ["h"]
            apis = session.scalars(text("SELECT api FROM subscription ORDER BY id")).all()
        assert apis == ["TMF642v4", "TMF688v4"]

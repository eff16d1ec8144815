"""The index of Open APIs knows every scalar and its form; hubs are subscriptions like others."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from sentio.store.state.open_api_values import index_entries

revision = "0011"
down_revision = "0010"

OF_TOPICS = "~topic"  # marks those who listen to a topic, not at the hub of the API
AT_ONCE = 500  # resources
FRESH = {"tries": 0, "next_ns": 0, "missed": 0, "error": ""}
NAMES = ("id", "api", "callback", "query", "secret", "created_ns")
HUB = sa.table("tmf_hub", *(sa.column(name) for name in NAMES))
SUBSCRIPTION = sa.table(
    "subscription",
    *(sa.column(name) for name in (*NAMES, *FRESH)),
    sa.column("body", sa.JSON),
)


def upgrade() -> None:
    """Make the index anew from the bodies, and carry the hubs over."""
    op.drop_table("tmf_index")
    bytewise = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
    _make_index(bytewise, [sa.Column("forms", sa.Integer, nullable=False)])
    _fill_index()  # the other two indexes are made faster at once
    _index("ix_tmf_index_seq", "seq", "path", "number", "forms")
    _number_index("path", "number", "seq", "forms")
    connection = op.get_bind()
    known = set(connection.scalars(sa.select(SUBSCRIPTION.c.id)))
    for row in connection.execute(sa.select(HUB)).mappings().all():
        if row["id"] not in known:
            connection.execute(sa.insert(SUBSCRIPTION).values(**row, body={}, **FRESH))
    topics = SUBSCRIPTION.c.api.like("TMF%") & SUBSCRIPTION.c.id.not_in(sa.select(HUB.c.id))
    own = sa.update(SUBSCRIPTION).where(topics)
    connection.execute(own.values(api=SUBSCRIPTION.c.api.concat(OF_TOPICS)))
    op.drop_table("tmf_hub")


def downgrade() -> None:
    """Give the hubs their own table again, and the index what the release before knew."""
    op.create_table(
        "tmf_hub",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("api", sa.String(20), nullable=False, index=True),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
    )
    rows = sa.select(*(SUBSCRIPTION.c[column.name] for column in HUB.c))
    ours = SUBSCRIPTION.c.api.like("TMF%") & SUBSCRIPTION.c.api.not_like(f"%{OF_TOPICS}")
    op.execute(sa.insert(HUB).from_select([column.name for column in HUB.c], rows.where(ours)))
    api = sa.func.replace(SUBSCRIPTION.c.api, OF_TOPICS, "")
    op.execute(sa.update(SUBSCRIPTION).values(api=api))
    op.rename_table("tmf_index", "tmf_index_0011")
    for index in ("ix_tmf_index_number", "ix_tmf_index_seq"):
        op.drop_index(index, "tmf_index_0011")
    _make_index(sa.String(200), [])
    names = "collection, path, value, seq, number"
    plain = "path NOT LIKE '%?' AND path NOT LIKE '%.%.%'"
    op.execute(f"INSERT INTO tmf_index ({names}) SELECT {names} FROM tmf_index_0011 WHERE {plain}")
    op.drop_table("tmf_index_0011")
    _index("ix_tmf_index_seq", "seq")
    _number_index("path", "number", "seq")


def _make_index(path: sa.String, more: list[sa.Column[Any]]) -> None:
    bytewise = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
    op.create_table(
        "tmf_index",
        sa.Column("collection", sa.BigInteger, autoincrement=False),
        sa.Column("path", path),
        sa.Column("value", bytewise),
        sa.Column("seq", sa.BigInteger, autoincrement=False),
        sa.Column("number", sa.Float),
        *more,
        sa.PrimaryKeyConstraint("collection", "path", "value", "seq"),
        sqlite_with_rowid=False,
    )


def _index(name: str, *columns: str) -> None:
    op.create_index(name, "tmf_index", ["collection", *columns])


def _number_index(*columns: str) -> None:
    op.create_index(
        "ix_tmf_index_number",
        "tmf_index",
        ["collection", *columns],
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )


def _fill_index() -> None:
    connection = op.get_bind()
    columns = ("collection", "path", "value", "seq", "number", "forms")
    entry = sa.table("tmf_index", *(sa.column(name) for name in columns))
    seq, body = sa.column("seq"), sa.column("body")
    for collection in connection.scalars(NOTED).all():
        after = -1
        while True:
            ours = sa.select(seq, body).select_from(sa.table("tmf_resource"))
            ours = ours.where(sa.column("collection") == collection, seq > after)
            rows = connection.execute(ours.order_by(seq).limit(AT_ONCE)).all()
            if not rows:
                break
            after = rows[-1].seq
            found = [
                {"collection": collection, "seq": row.seq, **each}
                for row in rows
                for each in _entries(orjson.loads(row.body))
            ]
            if found:
                connection.execute(sa.insert(entry), found)


def _entries(body: dict[str, Any]) -> list[dict[str, object]]:  # Any: JSON
    found: list[dict[str, object]] = [each._asdict() for each in index_entries(body)]
    if "^parent" in body:
        found.append({"path": "^", "value": body["^parent"], "number": None, "forms": 1})
    return found


NOTED = sa.text("SELECT id FROM tmf_collection WHERE resource NOT LIKE '%~notes'")

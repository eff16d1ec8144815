"""Who wants to be notified, and the notifications that are still to be delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("api", sa.String(60), nullable=False, index=True),
        sa.Column("callback", sa.String(2000), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("failing_ns", sa.BigInteger),
        sa.Column("next_ns", sa.BigInteger, nullable=False),
        sa.Column("parked_ns", sa.BigInteger),
        sa.Column("missed", sa.BigInteger, nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
    )
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("subscription", sa.String(100), nullable=False),
        sa.Column("event", sa.String(100), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("made_ns", sa.BigInteger, nullable=False),
        sa.Column("parked_ns", sa.BigInteger),
        sa.Column("error", sa.String(500), nullable=False),
        sqlite_autoincrement=True,  # a number is never used twice: it is the order
    )
    op.create_index("outbox_waiting", "outbox", ["subscription", "parked_ns", "id"])
    op.create_table(
        "notified",
        sa.Column("feed", sa.String(60), primary_key=True),
        sa.Column("event", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in ("notified", "outbox", "subscription"):
        op.drop_table(table)

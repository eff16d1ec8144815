"""What the loop tells, and what it has learned: degradations, diagnoses, events, snapshots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "degradation",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("began_ns", sa.BigInteger, nullable=False),
        sa.Column("seen_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_ns", sa.BigInteger),
        sa.Column("services", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("degradation", sa.String(40), nullable=False, index=True),
        sa.Column("made_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "told_event",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "snapshot",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in ("snapshot", "told_event", "diagnosis", "degradation"):
        op.drop_table(table)

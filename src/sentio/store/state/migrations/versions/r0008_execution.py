"""Tasks of execution, approvals, the switch; the audit becomes a chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables; lines of the audit that are there have no hash of their own."""
    op.add_column("audit", sa.Column("hash", sa.String(64)))
    op.create_table(
        "task",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("plan", sa.String(40), nullable=False, index=True),
        sa.Column("made_ns", sa.BigInteger, nullable=False),
        sa.Column("until_ns", sa.BigInteger, nullable=False),
        sa.Column("wanted", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.Column("controller", sa.String(60), nullable=False),
        sa.Column("peer", sa.String(60), nullable=False),
        sa.Column("diff", sa.JSON, nullable=False),
        sa.Column("handles", sa.JSON, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_ns", sa.BigInteger, nullable=False),
        sa.Column("ordered_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_task_due", "task", ["is_settled", "next_ns"])
    op.create_table(
        "approval",
        sa.Column("plan", sa.String(40), primary_key=True),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them; the audit loses its hashes."""
    for table in ("switch", "approval", "task"):
        op.drop_table(table)
    op.drop_column("audit", "hash")

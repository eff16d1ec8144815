"""What people do about incidents, their no to plans, and which action they said yes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "incident_work",
        sa.Column("incident", sa.String(60), primary_key=True),
        sa.Column("first_who", sa.String(200), nullable=False),
        sa.Column("first_ns", sa.BigInteger, nullable=False),
        sa.Column("second_who", sa.String(200), nullable=False),
        sa.Column("second_ns", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("merged_into", sa.String(60), nullable=False, index=True),
    )
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "incident_step",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("incident", sa.String(60), nullable=False, index=True),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("data_ns", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("about_ns", sa.BigInteger),
    )
    op.create_table(
        "rejection",
        sa.Column("plan", sa.String(40), primary_key=True),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
    )
    op.add_column(
        "approval", sa.Column("action", sa.String(500), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    op.drop_column("approval", "action")
    for table in ("rejection", "incident_step", "incident_work"):
        op.drop_table(table)

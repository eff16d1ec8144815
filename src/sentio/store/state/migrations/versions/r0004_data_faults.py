"""Faults of the data: which source does what wrong, since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "data_fault",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("since_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("until_ns", sa.BigInteger, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the table with all that is in it."""
    op.drop_table("data_fault")

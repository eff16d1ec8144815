"""Promises, the intents that they became, autonomous domains and their autonomy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "promise",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("since_ns", sa.BigInteger, nullable=False),
        sa.Column("until_ns", sa.BigInteger),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "intent",
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("promise", sa.String(100), nullable=False, index=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("domain", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("report", sa.JSON),
    )
    op.create_table(
        "domain",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "domain_autonomy",
        sa.Column("domain", sa.String(100), primary_key=True),
        sa.Column("level", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in ("domain_autonomy", "domain", "intent", "promise"):
        op.drop_table(table)

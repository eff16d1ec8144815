"""Orders to collection: what is measured more finely or tested, for which degradation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "collection_order",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("degradation", sa.String(40), nullable=False, index=True),
        sa.Column("since_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_ns", sa.BigInteger, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the table with all that is in it."""
    op.drop_table("collection_order")

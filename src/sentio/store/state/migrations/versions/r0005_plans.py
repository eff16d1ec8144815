"""Plans about degradations, and their outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "plan",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("degradation", sa.String(40), nullable=False, index=True),
        sa.Column("made_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "outcome",
        sa.Column("plan", sa.String(40), primary_key=True),
        sa.Column("verified_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    op.drop_table("outcome")
    op.drop_table("plan")

"""Service problems: what one cause spoils, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "service_problem",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False, index=True),
        sa.Column("began_ns", sa.BigInteger, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("degradations", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the table with all that is in it."""
    op.drop_table("service_problem")

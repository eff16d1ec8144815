"""Resources of Open APIs, what they are found by, and who is told of their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    bytewise = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
    op.create_table(
        "tmf_collection",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("api", sa.String(20), nullable=False),
        sa.Column("resource", sa.String(100), nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("api", "resource"),
    )
    op.create_table(
        "tmf_resource",
        sa.Column("collection", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(250), nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("collection", "id"),
    )
    op.create_table(
        "tmf_index",
        sa.Column("collection", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("value", bytewise, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tmf_index_seq", "tmf_index", ["collection", "seq"])
    op.create_index(
        "ix_tmf_index_number",
        "tmf_index",
        ["collection", "path", "number", "seq"],
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "tmf_hub",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("api", sa.String(20), nullable=False, index=True),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in ("tmf_hub", "tmf_index", "tmf_resource", "tmf_collection"):
        op.drop_table(table)

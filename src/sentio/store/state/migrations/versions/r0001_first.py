"""The first tables: sources, API keys, audit, settings of subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

SQLITE_APPEND_ONLY = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
POSTGRES_REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$
"""
POSTGRES_APPEND_ONLY = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""


def upgrade() -> None:
    """Make the tables, and the triggers that keep the audit as it was written."""
    op.create_table(
        "source",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_key",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("key_id", sa.String(32), nullable=False, unique=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("revoked_ns", sa.BigInteger),
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at_ns", sa.BigInteger, nullable=False, index=True),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(2000), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_table(
        "subject_setting",
        sa.Column("subject", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("service", sa.String(100), primary_key=True),
        sa.Column("profile", sa.String(200), nullable=False),
    )
    _keep_audit()


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for table in ("subject_setting", "audit", "api_key", "source"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")


def _keep_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_APPEND_ONLY.format(verb=verb))
        return
    op.execute(POSTGRES_REFUSE)
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(POSTGRES_APPEND_ONLY.format(verb=verb))

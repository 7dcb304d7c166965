"""Officials, their sessions, the record of their acts.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "officials",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("username", sa.String(40), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("totp_sealed", sa.Text, nullable=True),
        sa.Column("totp_on", sa.Boolean, nullable=False),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("recovery", sa.JSON, nullable=False),
        sa.Column("oidc_name", sa.String(200), nullable=True, unique=True),
        sa.Column("oidc_subject", sa.String(300), nullable=True, unique=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("last_signed_in_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_officials_commune_id", "officials", ["commune_id"])
    op.create_table(
        "official_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("official_id", sa.Integer, sa.ForeignKey("officials.id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("device", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_official_sessions_official_id", "official_sessions", ["official_id"])
    op.create_table(
        "sign_in_failures",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("locked_until", UtcDateTime, nullable=True),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("official_id", sa.Integer, nullable=True),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("sentence", sa.String(1000), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.String(120), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_index("ix_audit_entries_commune_id_at", "audit_entries", ["commune_id", "at"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["commune_id", "subject_kind", "subject_id"])


def downgrade() -> None:
    for table in ("audit_entries", "sign_in_failures", "official_sessions", "officials"):
        op.drop_table(table)

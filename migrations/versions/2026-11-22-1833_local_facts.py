"""Facts of procedures that differ in this ward, with their history; ways of asking that wait for the keeper.

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "local_facts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("case_id", sa.String(60), nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("source_title", sa.String(600), nullable=False),
        sa.Column("source_kind", sa.String(20), nullable=False),
        sa.Column("source_url", sa.String(500), nullable=False),
        sa.Column("source_date", sa.Date, nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("proposed_by", sa.Integer, nullable=True),
        sa.Column("proposed_name", sa.String(120), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("checked_by", sa.Integer, nullable=True),
        sa.Column("checked_name", sa.String(120), nullable=False),
        sa.Column("checked_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", sa.Integer, nullable=True),
        sa.Column("ended_name", sa.String(120), nullable=False),
        sa.Column("ended_reason", sa.String(300), nullable=False),
        sa.Column("replaced_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_local_facts_commune_id_code", "local_facts", ["commune_id", "code"])
    op.create_table(
        "ask_proposals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("proposed_by", sa.Integer, nullable=True),
        sa.Column("proposed_name", sa.String(120), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_ask_proposals_commune_id", "ask_proposals", ["commune_id"])


def downgrade() -> None:
    op.drop_table("ask_proposals")
    op.drop_table("local_facts")

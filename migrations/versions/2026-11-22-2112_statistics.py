"""Targets of a year, monthly entries, published months; an index that counts answers without reading them.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("metric", sa.String(30), primary_key=True),
        sa.Column("goal", sa.Integer, nullable=False),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "monthly_entries",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("online", sa.Integer, nullable=False),
        sa.Column("on_time", sa.Integer, nullable=True),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "published_months",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
    )
    # Everything that is counted: the rows themselves are twenty times as long, and SQLite would read each.
    counted = ["commune_id", "asked_at", "status", "channel", "code", "feedback", "elapsed_ms", "conversation_id"]
    op.create_index("ix_answers_counted", "answers", counted)


def downgrade() -> None:
    op.drop_index("ix_answers_counted", "answers")
    op.drop_table("published_months")
    op.drop_table("monthly_entries")
    op.drop_table("targets")

"""Days that differ from the rule, and sessions.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("hours", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("moved_to", sa.Date, nullable=True),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("counters", sa.JSON, nullable=False),
        sa.Column("procedures", sa.JSON, nullable=False),
        sa.Column("bring", sa.String(500), nullable=False),
        sa.Column("team", sa.String(300), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "day"),
    )
    op.create_table(
        "calendar_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("uid", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("group_id", sa.Integer, nullable=True),
        sa.Column("group_name", sa.String(100), nullable=False),
        sa.Column("procedures", sa.JSON, nullable=False),
        sa.Column("bring", sa.String(500), nullable=False),
        sa.Column("team", sa.String(300), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "uid"),
    )
    op.create_index("ix_calendar_sessions_commune_id_ends_at", "calendar_sessions", ["commune_id", "ends_at"])
    op.create_table(
        "holiday_overrides",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("swapped_with", sa.Date, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "day"),
    )


def downgrade() -> None:
    op.drop_table("holiday_overrides")
    op.drop_table("calendar_sessions")
    op.drop_table("calendar_days")

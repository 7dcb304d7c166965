"""First tables: communes, conversations, answers, QR scans.

Revision: 0001, after nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    communes = op.create_table(
        "communes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(60), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.bulk_insert(communes, [{"id": 1, "slug": "mac-dinh", "name": "Xã, phường mặc định"}])
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False, index=True),
        sa.UniqueConstraint("commune_id", "channel", "person"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversations.id", ondelete="SET NULL"), nullable=True, index=True),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False, index=True),
        sa.Column("masked_text", sa.Text, nullable=False),
        sa.Column("status", sa.String(40), nullable=False, index=True),
        sa.Column("intent", sa.String(40), nullable=False),
        sa.Column("code", sa.String(20), nullable=True, index=True),
        sa.Column("case_id", sa.String(60), nullable=True),
        sa.Column("aspects", sa.JSON, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("catalog_version", sa.String(12), nullable=False),
        sa.Column("app_version", sa.String(20), nullable=False),
        sa.Column("reply", sa.JSON, nullable=False),
        sa.Column("elapsed_ms", sa.Double, nullable=False),
        sa.Column("feedback", sa.String(10), nullable=True),
        sa.Column("feedback_at", UtcDateTime, nullable=True),
        sa.UniqueConstraint("commune_id", "channel", "message_id"),
        sa.CheckConstraint("feedback in ('good', 'bad')", name="feedback_word"),
    )
    op.create_table(
        "qr_scans",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("code", sa.String(60), primary_key=True),
        sa.Column("place", sa.String(40), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("scans", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("qr_scans", "answers", "conversations", "communes"):
        op.drop_table(table)

"""Dispatches and one delivery per recipient; executors.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Most rows are done: an index of what is still to do stays small. Name, columns, condition.
PARTIAL = (
    ("ix_deliveries_queued", ["dispatch_id", "account_id", "id"], "status = 'queued'"),
    ("ix_deliveries_waiting", ["channel", "person"], "status = 'waiting'"),
    ("ix_deliveries_chunk_id", ["chunk_id"], "chunk_id is not null"),
    ("ix_deliveries_message", ["platform_message_id"], "platform_message_id is not null"),
)


def upgrade() -> None:
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("key", sa.String(250), nullable=False),
        sa.Column("announcement_id", sa.Integer, sa.ForeignKey("announcements.id"), nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("reply", sa.JSON, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("quiet_exempt", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("summary", sa.JSON, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=True),
        sa.UniqueConstraint("commune_id", "key"),
    )
    op.create_index("ix_dispatches_announcement_id", "dispatches", ["announcement_id"])
    op.create_table(
        "delivery_chunks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("dispatch_id", sa.Integer, sa.ForeignKey("dispatches.id", ondelete="CASCADE"), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("channel_accounts.id"), nullable=False),
        sa.Column("work", sa.String(60), nullable=False),
        sa.Column("runner", sa.String(120), nullable=False),
        sa.Column("touched_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=True),
    )
    unfinished = sa.text("finished_at is null")
    op.create_index(
        "ix_delivery_chunks_open", "delivery_chunks", ["account_id", "id"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("dispatch_id", sa.Integer, sa.ForeignKey("dispatches.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subscriber_id", sa.Integer, sa.ForeignKey("subscribers.id", ondelete="SET NULL"), nullable=True),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("channel_accounts.id"), nullable=True),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("parts_sent", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("chunk_id", sa.Integer, nullable=True),
        sa.Column("platform_message_id", sa.String(100), nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("dispatch_id", "subscriber_id"),
    )
    op.create_index("ix_deliveries_subscriber_id", "deliveries", ["subscriber_id"])
    for name, columns, condition in PARTIAL:
        op.create_index(name, "deliveries", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
    op.create_table(
        "executors",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("executors")
    op.drop_table("deliveries")
    op.drop_table("delivery_chunks")
    op.drop_table("dispatches")

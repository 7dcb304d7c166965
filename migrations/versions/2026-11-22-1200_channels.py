"""Channels: accounts, inbox, contacts.

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = sa.text("status in ('received', 'answered')")


def upgrade() -> None:
    op.create_table(
        "channel_accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("hook", sa.String(64), nullable=False, unique=True),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("renewing_until", UtcDateTime, nullable=True),
        sa.Column("poller", sa.String(40), nullable=True),
        sa.Column("polling_until", UtcDateTime, nullable=True),
    )
    op.create_table(
        "channel_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("channel_accounts.id"), nullable=False),
        sa.Column("update_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False, index=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("worker", sa.String(40), nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("parts_sent", sa.Integer, nullable=False),
        sa.Column("answer_id", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.UniqueConstraint("account_id", "update_id"),
    )
    op.create_index(
        "ix_channel_messages_open",
        "channel_messages",
        ["account_id", "person", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "channel_contacts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("channel_accounts.id"), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.UniqueConstraint("account_id", "person"),
    )


def downgrade() -> None:
    op.drop_table("channel_contacts")
    op.drop_table("channel_messages")
    op.drop_table("channel_accounts")

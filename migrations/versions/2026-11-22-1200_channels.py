"""Channels: accounts, inbox; whether a person can be written to.

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
# Written with every answer, read once a day or never.
UNUSED = (
    ("ix_conversations_updated_at", "conversations", "updated_at"),
    ("ix_answers_status", "answers", "status"),
    ("ix_answers_code", "answers", "code"),
)


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
        sa.Column("received_at", UtcDateTime, nullable=False),
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
    op.create_index(
        "ix_channel_messages_received",
        "channel_messages",
        ["id"],
        sqlite_where=sa.text("status = 'received'"),
        postgresql_where=sa.text("status = 'received'"),
    )
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("reachable", sa.Boolean, nullable=False, server_default=sa.true()))
    for index, table, _ in UNUSED:
        op.drop_index(index, table)


def downgrade() -> None:
    for index, table, column in UNUSED:
        op.create_index(index, table, [column])
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_column("reachable")
    op.drop_table("channel_messages")
    op.drop_table("channel_accounts")

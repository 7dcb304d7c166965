"""Residential groups, subscribers and what they follow.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "residential_groups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("number", sa.String(10), nullable=False),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("commune_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("channel_accounts.id", ondelete="SET NULL"), nullable=True),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("group_id", sa.Integer, sa.ForeignKey("residential_groups.id", ondelete="SET NULL"), nullable=True),
        sa.Column("consent_at", UtcDateTime, nullable=False),
        sa.Column("consent_words", sa.String(300), nullable=False),
        sa.Column("left_at", UtcDateTime, nullable=True),
        sa.Column("guest", sa.Boolean, nullable=False),
        sa.Column("staff", sa.Boolean, nullable=False),
        sa.Column("person_key", sa.String(32), nullable=False),
        sa.UniqueConstraint("commune_id", "channel", "person"),
    )
    op.create_index("ix_subscribers_group_id", "subscribers", ["group_id"])
    op.create_index("ix_subscribers_person_key", "subscribers", ["person_key"])
    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", sa.Integer, sa.ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("topic", sa.String(40), primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
    )
    op.create_index("ix_subscriptions_topic", "subscriptions", ["topic"])
    op.create_table(
        "subscriber_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "code"),
    )


def downgrade() -> None:
    op.drop_table("subscriber_codes")
    op.drop_table("subscriptions")
    op.drop_table("subscribers")
    op.drop_table("residential_groups")

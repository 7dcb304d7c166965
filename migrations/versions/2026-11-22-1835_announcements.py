"""Announcements with their versions and attachments.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("slug", sa.String(120), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("urgency", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("group_ids", sa.JSON, nullable=False),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("scheduled_at", UtcDateTime, nullable=True),
        sa.Column("quiet_exempt", sa.Boolean, nullable=False),
        sa.Column("quiet_reason", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_by", sa.Integer, nullable=True),
        sa.Column("created_by_name", sa.String(120), nullable=False),
        sa.Column("edited_by", sa.Integer, nullable=True),
        sa.Column("approved_by", sa.Integer, nullable=True),
        sa.Column("approved_by_name", sa.String(120), nullable=False),
        sa.Column("approved_version", sa.Integer, nullable=True),
        sa.Column("approved_at", UtcDateTime, nullable=True),
        sa.Column("returned_note", sa.String(500), nullable=False),
        sa.Column("root_id", sa.Integer, sa.ForeignKey("announcements.id"), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("cap", sa.JSON, nullable=True),
        sa.Column("banner_until", UtcDateTime, nullable=True),
        sa.Column("trial", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.Column("finished_at", UtcDateTime, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "slug"),
    )
    op.create_index("ix_announcements_status", "announcements", ["commune_id", "status", "scheduled_at"])
    op.create_index("ix_announcements_published", "announcements", ["commune_id", "published_at"])
    op.create_index("ix_announcements_root", "announcements", ["root_id"])
    op.create_table(
        "announcement_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("announcement_id", sa.Integer, sa.ForeignKey("announcements.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("saved_by", sa.Integer, nullable=True),
        sa.Column("saved_by_name", sa.String(120), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("announcement_id", "version"),
    )
    op.create_table(
        "announcement_files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("announcement_id", sa.Integer, sa.ForeignKey("announcements.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("alt", sa.String(300), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_announcement_files_announcement", "announcement_files", ["announcement_id"])


def downgrade() -> None:
    op.drop_table("announcement_files")
    op.drop_table("announcement_versions")
    op.drop_table("announcements")

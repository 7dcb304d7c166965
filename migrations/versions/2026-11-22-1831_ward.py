"""What the ward set itself: profile, mode, switches.

Revision: 0005, after 0004
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = "đang dùng từ trước khi có chế độ chạy thử"


def upgrade() -> None:
    settings = op.create_table(
        "ward_settings",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("changed_by", sa.Integer, nullable=True),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "ward_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("changed_by", sa.Integer, nullable=True),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_ward_changes_commune_id_key", "ward_changes", ["commune_id", "key"])
    # A ward that already talks with citizens stays as it is; one that is set up from now on begins with a trial.
    connection = op.get_bind()
    talking = connection.execute(sa.text("select distinct commune_id from channel_accounts")).scalars().all()
    for commune_id in talking:
        row = {
            "commune_id": commune_id,
            "key": "mode",
            "value": "real",
            "reason": KEPT,
            "changed_name": "",
            "changed_at": dt.datetime.now(dt.UTC),
        }
        connection.execute(sa.insert(settings).values(row))


def downgrade() -> None:
    op.drop_table("ward_changes")
    op.drop_table("ward_settings")

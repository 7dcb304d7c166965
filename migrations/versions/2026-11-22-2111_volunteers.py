"""Volunteers: teams, accounts, invitations, roster, tallies of help.

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "volunteer_teams",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("contact", sa.String(80), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("phone_shown", sa.Boolean, nullable=False),
        sa.Column("place", sa.String(160), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "name"),
    )
    op.create_table(
        "volunteer_team_groups",
        sa.Column("team_id", sa.Integer, sa.ForeignKey("volunteer_teams.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("group_id", sa.Integer, sa.ForeignKey("residential_groups.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
    )
    op.create_index("ix_volunteer_team_groups_group_id", "volunteer_team_groups", ["group_id"])
    op.create_table(
        "volunteers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("team_id", sa.Integer, sa.ForeignKey("volunteer_teams.id", ondelete="SET NULL"), nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True, unique=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_volunteers_commune_id", "volunteers", ["commune_id"])
    op.create_index("ix_volunteers_team_id", "volunteers", ["team_id"])
    op.create_table(
        "volunteer_invitations",
        sa.Column("volunteer_id", sa.Integer, sa.ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "volunteer_shifts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("session_uid", sa.String(100), nullable=False),
        sa.Column("volunteer_id", sa.Integer, sa.ForeignKey("volunteers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reply", sa.String(10), nullable=False),
        sa.Column("assigned_at", UtcDateTime, nullable=False),
        sa.Column("replied_at", UtcDateTime, nullable=True),
        sa.UniqueConstraint("commune_id", "session_uid", "volunteer_id"),
    )
    op.create_index("ix_volunteer_shifts_volunteer_id", "volunteer_shifts", ["volunteer_id"])
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), nullable=False),
        sa.Column("tally_id", sa.String(36), nullable=False),
        sa.Column("volunteer_id", sa.Integer, sa.ForeignKey("volunteers.id", ondelete="SET NULL"), nullable=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("on_behalf", sa.Boolean, nullable=False),
        sa.Column("hard", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("session_uid", sa.String(100), nullable=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("commune_id", "tally_id"),
    )
    op.create_index("ix_tallies_commune_id_day", "tallies", ["commune_id", "day"])
    op.create_index("ix_tallies_volunteer_id", "tallies", ["volunteer_id"])


def downgrade() -> None:
    for table in ("tallies", "volunteer_shifts", "volunteer_invitations", "volunteers", "volunteer_team_groups", "volunteer_teams"):
        op.drop_table(table)

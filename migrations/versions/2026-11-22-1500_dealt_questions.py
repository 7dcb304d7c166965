"""Questions the keeper has dealt with.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dealt_questions",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("dealt_at", UtcDateTime, nullable=False),
        sa.Column("code", sa.String(20), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("dealt_questions")

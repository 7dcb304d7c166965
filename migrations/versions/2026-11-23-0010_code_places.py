"""Names of the places where printed codes hang.

Revision: 0013, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_places",
        sa.Column("commune_id", sa.Integer, sa.ForeignKey("communes.id"), primary_key=True),
        sa.Column("tag", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("code_places")

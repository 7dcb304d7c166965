"""Tables of the questions that were looked at."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class DealtQuestion(Base):
    """A question the keeper has dealt with. Neither its text nor who asked is kept: only a digest of its words."""

    __tablename__ = "dealt_questions"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    """`grouping.key_of` its text."""
    dealt_at: Mapped[dt.datetime]
    code: Mapped[str | None] = mapped_column(sa.String(20))
    """The procedure it was taught to; None when it was put aside."""

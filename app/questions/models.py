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


class AskProposal(Base):
    """A way of asking that an official wants for a procedure. `text`: masked and looked at by a person; `done_at`: when it was added."""

    __tablename__ = "ask_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(400))
    code: Mapped[str] = mapped_column(sa.String(10))
    proposed_by: Mapped[int | None]
    proposed_name: Mapped[str] = mapped_column(sa.String(120))
    proposed_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]

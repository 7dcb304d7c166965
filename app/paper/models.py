"""The table of the places where printed codes hang."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.paper.places import NAME_LENGTH, TAG_LENGTH


class CodePlace(Base):
    """A place an official printed codes for, as it was typed last. Its codes say only the tag."""

    __tablename__ = "code_places"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(TAG_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))

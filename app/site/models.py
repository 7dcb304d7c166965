"""Tables of the public site."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class QrScan(Base):
    """How often a printed code was opened, per day and place tag. A count only: no address, no cookie, no time of day."""

    __tablename__ = "qr_scans"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    place: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    scans: Mapped[int]

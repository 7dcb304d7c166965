"""Reading where codes were opened. The counts belong to the site (app/site/models.py); here only the names of places are read."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

_SCANS = sa.table("qr_scans", sa.column("commune_id", sa.Integer), sa.column("place", sa.String))
MOST = 200


async def places(session: AsyncSession, commune_id: int) -> list[str]:
    """Tags that codes of this commune were opened at, in order."""
    query = sa.select(_SCANS.c.place).where(_SCANS.c.commune_id == commune_id, _SCANS.c.place != "").distinct()
    return list(await session.scalars(query.order_by(_SCANS.c.place).limit(MOST)))

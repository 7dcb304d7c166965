"""Is this process able to answer? For load balancers and containers."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request

from app import __version__
from app.access import public
from app.database import Database

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[Depends(public)])
async def healthz(request: Request) -> dict[str, str]:
    """200 when the database answers and a catalog is loaded."""
    database: Database = request.app.state.database
    async with database.read() as session:
        await session.execute(sa.text("select 1"))
    return {"status": "ok", "version": __version__, "catalog": request.app.state.catalog().version}

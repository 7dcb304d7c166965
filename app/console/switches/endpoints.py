"""HTTP of the switches."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import BadInput, NotFound
from app.officials.access import access_read, access_switch, csrf_official
from app.officials.models import Signed
from app.ward import service
from app.ward.differences import words
from app.ward.holder import WardHolder
from app.ward.ward import Switch, SwitchName

PATH = "/can-bo/cong-tac"
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
async def switches(request: Request, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """Everything that can be switched off, and why what is off is off."""
    ward = _holder(request, who).now
    rows = [(name, words()["switches"][name], ward.switch(name)) for name in SwitchName]
    return render(request, "switches/list.html", rows=rows)


@router.get("/{name}")
async def ask(request: Request, who: Annotated[Signed, Depends(access_switch)], name: SwitchName) -> Response:
    """Before switching: what that means, and the reason."""
    return _page(request, name, _holder(request, who).now.switch(name))


@router.post("/{name}", dependencies=[Depends(csrf_official)])
async def turn(
    request: Request,
    who: Annotated[Signed, Depends(access_switch)],
    name: SwitchName,
    wanted: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Switch on or off."""
    holder, switch = _holder(request, who), Switch(wanted == "on", reason)
    if wanted not in {"on", "off"}:
        raise BadInput
    try:
        async with request.app.state.database.write() as session:
            await service.set_switch(session, who, name, switch, dt.datetime.now(dt.UTC))
    except BadInput as error:
        return _page(request, name, holder.now.switch(name), Errors(reason=error.message), reason)
    await holder.refresh()
    called = words()["switches"][name]["name"]
    return redirect(request, PATH, say=f"Đã {'bật' if switch.on else 'tắt'}: {called}.")


def _page(request: Request, name: SwitchName, switch: Switch, errors: Errors | None = None, reason: str = "") -> Response:
    status, said = 422 if errors else 200, words()["switches"][name]
    return render(
        request, "switches/turn.html", status=status, name=name, words=said, switch=switch, errors=errors or Errors(), reason=reason
    )


def _holder(request: Request, who: Signed) -> WardHolder:
    holder: WardHolder = request.app.state.ward
    if holder.commune_id != who.commune_id:
        raise NotFound
    return holder

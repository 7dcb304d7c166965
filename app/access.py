"""Who may use a route. Every route declares exactly one of these; a structural test looks at all of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request

from app.errors import BadInput
from app.visitor import csrf_matches


async def public() -> None:
    """Everyone may read this."""


async def csrf_checked(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Everyone may send this form, from our own pages only. Raises BadInput when the token is not this visitor's."""
    if not csrf_matches(request, csrf):
        raise BadInput("Trang này mở đã lâu nên hết hạn. Bạn tải lại trang rồi gửi lại nhé.")

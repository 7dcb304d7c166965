"""Who may use a route. Every route declares exactly one of these; a structural test looks at all of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request

from app.errors import BadInput
from app.visitor import Signer, csrf_matches


async def public() -> None:
    """Everyone may read this."""


async def csrf_checked(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Everyone may send this form, from our own pages only. Raises BadInput when the token is not this visitor's."""
    if not csrf_matches(request, csrf):
        raise BadInput("Trang này mở đã lâu nên hết hạn. Bạn tải lại trang rồi gửi lại nhé.")


async def platform() -> None:
    """A channel's platform, which proves itself with a signature or secret that the channel checks."""


async def keeper_ticket(request: Request, ve: str = "") -> None:
    """Who holds a ticket printed by `gandan channel connect`, for half an hour. Raises BadInput."""
    signer: Signer = request.app.state.signer
    if not signer.read_ticket("connect", ve):
        raise BadInput("Đường dẫn này đã hết hạn. Bạn chạy gandan channel check để có đường dẫn mới.")

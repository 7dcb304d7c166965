"""What has to be done about accounts."""

from __future__ import annotations

import datetime as dt

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.todo import Todo, Urgency
from app.officials import repository
from app.officials.models import Role, Signed

UNUSED = dt.timedelta(days=7)


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One's own second step; for the keeper also a second keeper and accounts nobody has used."""
    del request
    found: list[Todo] = []
    own = await repository.official(session, who.commune_id, who.official_id)
    if own is not None and not own.totp_on and who.role in {Role.KEEPER, Role.LEADER} and own.oidc_subject is None:
        found.append(Todo("Bật bước xác nhận thứ hai cho tài khoản của anh/chị", "/can-bo/tai-khoan/buoc-hai", Urgency.SOON))
    if who.role is not Role.KEEPER:
        return found
    everyone = [one for one in await repository.officials(session, who.commune_id) if one.active]
    if sum(one.role == Role.KEEPER for one in everyone) < 2:
        found.append(Todo("Mở thêm một tài khoản quản trị, phòng khi anh/chị vắng", "/can-bo/can-bo/them", Urgency.SOON))
    if not any(one.role == Role.LEADER for one in everyone):
        found.append(Todo("Mở tài khoản lãnh đạo, để có người duyệt tin khẩn", "/can-bo/can-bo/them", Urgency.TODAY))
    old = dt.datetime.now(dt.UTC) - UNUSED
    unused = [one for one in everyone if one.last_signed_in_at is None and one.created_at < old]
    if unused:
        names = ", ".join(one.name for one in unused[:3]) + ("…" if len(unused) > 3 else "")
        found.append(Todo(f"Nhắc {names}: tài khoản mở đã hơn 7 ngày mà chưa đăng nhập", "/can-bo/can-bo", Urgency.SOON))
    return found

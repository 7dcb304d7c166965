"""What waits for somebody among the announcements."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository
from app.announcements.models import Status
from app.announcements.models import Urgency as Pressing
from app.console.announcements.pages import HOME, allowed
from app.console.todo import Todo, Urgency
from app.signed import Signed


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """Those to approve, one's own that were given back."""
    del request
    found: list[Todo] = []
    for each in await repository.listed(session, who.commune_id, (Status.WAITING, Status.DRAFT), limit=50):
        title = str(each.content.get("title", "")) or "chưa có tiêu đề"
        place = f"{HOME}/{each.id}"
        if each.status == Status.WAITING and allowed(each, who)["approve"]:
            urgent = each.urgency == Pressing.URGENT
            sentence = f"Duyệt {'tin khẩn' if urgent else 'thông báo'} «{title}» do {each.created_by_name} soạn"
            found.append(Todo(sentence, place, Urgency.NOW if urgent else Urgency.TODAY))
        elif each.status == Status.DRAFT and each.returned_note and who.official_id in {each.created_by, each.edited_by}:
            found.append(Todo(f"Sửa thông báo «{title}» được trả lại", place, Urgency.TODAY))
    return found

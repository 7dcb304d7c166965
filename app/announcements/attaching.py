"""Putting a picture or a PDF to an announcement, and taking it away again. Each is a new version of it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository, service
from app.announcements.content import cleaned
from app.announcements.files import PDF, CheckedFile
from app.announcements.models import AnnouncementFile, FileKind
from app.errors import BadInput, NotFound
from app.signed import Signed

MAX_PICTURES = 1  # chats show one picture beside a message
MAX_ATTACHMENTS = 3


async def attach(
    session: AsyncSession, who: Signed, announcement_id: int, version: int, file: CheckedFile, alt: str, now: dt.datetime
) -> AnnouncementFile:
    """Keep a checked file. A picture needs words for who cannot see it. Raises BadInput."""
    kind = FileKind.ATTACHMENT if file.media_type == PDF else FileKind.PICTURE
    words = str(cleaned(alt))[:300]
    if kind is FileKind.PICTURE and not words:
        raise BadInput("Anh/chị ghi một câu tả ảnh, cho người không nhìn thấy ảnh.")
    there = [each for each in await repository.files(session, who.commune_id, announcement_id) if each.kind == kind]
    most = MAX_PICTURES if kind is FileKind.PICTURE else MAX_ATTACHMENTS
    if len(there) >= most:
        raise BadInput(f"Mỗi thông báo có tối đa {MAX_PICTURES} ảnh và {MAX_ATTACHMENTS} tệp PDF. Anh/chị bỏ bớt rồi thêm.")
    found = await service.touch_files(session, who, announcement_id, version, now, f"thêm tệp {file.name} vào thông báo")
    made = AnnouncementFile(
        commune_id=who.commune_id,
        announcement_id=found.id,
        kind=kind,
        name=file.name,
        alt=words,
        media_type=file.media_type,
        size=len(file.data),
        width=file.width,
        height=file.height,
        digest=file.digest,
        data=file.data,
        created_at=now,
    )
    session.add(made)
    await session.flush()
    return made


async def detach(session: AsyncSession, who: Signed, announcement_id: int, version: int, file_id: int, now: dt.datetime) -> None:
    """Take a file away."""
    found = await repository.file(session, who.commune_id, announcement_id, file_id)
    if found is None:
        raise NotFound("Không có tệp này.")
    await service.touch_files(session, who, announcement_id, version, now, f"bỏ tệp {found.name} khỏi thông báo")
    await session.delete(found)
    await session.flush()

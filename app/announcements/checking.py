"""What must hold before an announcement is kept, shown to the second person, or approved. Raises BadInput in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from app.announcements.content import Content, Draft
from app.announcements.models import Announcement, Kind, Urgency
from app.announcements.quiet import QuietHours
from app.announcements.words import words
from app.errors import BadInput, NotAllowed
from app.signed import Role, Signed
from app.subscribers.topics import Topics

APPROVERS = frozenset({Role.LEADER})
PUBLISHERS = frozenset({Role.EDITOR, Role.LEADER})
FURTHEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Rules:
    """What the ward allows. `groups`: ids of its residential groups that are in use."""

    topics: Topics
    quiet: QuietHours
    groups: Collection[int] = ()


def check(draft: Draft, rules: Rules, now: dt.datetime) -> None:
    """What no form of ours sends, and what an official can set right."""
    if draft.topic not in rules.topics.by_id:
        raise BadInput("Anh/chị chọn loại tin.")
    if not set(draft.group_ids) <= set(rules.groups):
        raise BadInput("Có tổ dân phố không còn trong danh sách. Anh/chị chọn lại.")
    if not set(draft.channels) <= words().channels.keys():
        raise BadInput("Có kênh lạ. Anh/chị chọn lại kênh.")
    if draft.quiet_exempt and (draft.urgency is not Urgency.URGENT or not draft.quiet_reason):
        raise BadInput("Chỉ tin khẩn mới gửi trong giờ nghỉ, và phải ghi lý do.")
    if draft.scheduled_at and draft.scheduled_at > now + FURTHEST:
        raise BadInput("Giờ gửi xa quá một năm. Anh/chị xem lại năm.")
    if draft.cap and draft.cap.onset and draft.cap.expires and draft.cap.expires <= draft.cap.onset:
        raise BadInput("«Thiên tai, khẩn cấp»: giờ hết phải sau giờ bắt đầu.")


def complete(found: Announcement) -> None:
    """Everything that citizens must be told is there. Raises BadInput that names what is missing."""
    content = Content.model_validate(found.content)
    missing = content.missing()
    if found.kind in {Kind.CORRECTION, Kind.WITHDRAWAL} and not content.note:
        missing.append("Đã sửa gì, vì sao")
    if missing:
        raise BadInput(f"Còn thiếu: {', '.join(missing)}. Anh/chị điền rồi làm tiếp.")


def may_approve(found: Announcement, who: Signed, *, own: bool = False) -> None:
    """Urgent ones: the leader. Others: editor or leader. Never whoever wrote or last changed it (`own`: may give it back)."""
    allowed = APPROVERS if found.urgency == Urgency.URGENT else PUBLISHERS
    if who.role not in allowed:
        raise NotAllowed
    if not own and who.official_id in {found.created_by, found.edited_by}:
        raise BadInput("Anh/chị là người soạn hoặc vừa sửa thông báo này, nên phải để người khác duyệt.")

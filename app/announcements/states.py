"""Which state of an announcement may follow which. The one table; everything that changes a state asks here."""

from __future__ import annotations

from app.announcements.models import Status
from app.errors import BadInput

ALLOWED: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.WAITING, Status.SCHEDULED, Status.WITHDRAWN}),
    Status.WAITING: frozenset({Status.DRAFT, Status.SCHEDULED, Status.WITHDRAWN}),
    Status.SCHEDULED: frozenset({Status.DRAFT, Status.SENDING, Status.WITHDRAWN}),
    Status.SENDING: frozenset({Status.DONE, Status.WITHDRAWN}),
    Status.DONE: frozenset({Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset(),
}
OPEN = (Status.DRAFT, Status.WAITING, Status.SCHEDULED)
"""Not yet with anybody: may be changed and dropped."""

SENT = (Status.SENDING, Status.DONE)


def checked(now: str, then: Status) -> Status:
    """`then`, when it may follow `now`. Raises BadInput with a sentence for the official."""
    if then not in ALLOWED[Status(now)]:
        raise BadInput("Thông báo đã sang bước khác nên việc này không làm được nữa. Anh/chị tải lại trang để xem hiện trạng.")
    return then

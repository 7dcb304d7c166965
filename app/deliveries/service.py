"""What officials see of a dispatch, and what they can do: look, and try again what surely did not arrive."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.database import Transaction
from app.deliveries import reporting, states
from app.deliveries.models import DispatchStatus, Status
from app.errors import BadInput, NotFound
from app.signed import Signed

LEFT = frozenset({Status.QUEUED, Status.SENDING})
WITHOUT = (Status.WAITING, Status.UNKNOWN, Status.FAILED, Status.SKIPPED)
"""Who has not got it, or perhaps not; the most hopeful first."""
ORDER = tuple(Status)
TONES = {
    Status.QUEUED: "info",
    Status.SENDING: "info",
    Status.SENT: "good",
    Status.DELIVERED: "good",
    Status.SEEN: "good",
    Status.WAITING: "wait",
    Status.SKIPPED: "neutral",
    Status.FAILED: "bad",
    Status.UNKNOWN: "wait",
}


@dataclass(frozen=True)
class Row:
    """One state: how many in all, and on which channels so many."""

    status: Status
    label: str
    meaning: str
    tone: str
    total: int
    by_channel: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Why:
    """So many have not got it for one reason."""

    label: str
    reason: str
    count: int


@dataclass(frozen=True)
class Report:
    """A dispatch in numbers. `retried`: how many an official could try again; `held`: why nothing goes out now."""

    id: int
    announcement_id: int | None
    kind: str
    title: str
    urgent: bool
    created_at: dt.datetime
    finished_at: dt.datetime | None
    stopped: bool
    running: bool
    total: int
    got: int
    left: int
    waiting: int
    without: int
    unknown: int
    rows: tuple[Row, ...]
    why: tuple[Why, ...]
    retried: int = 0
    held: str = ""


def report(dispatch: Any, counts: Sequence[Sequence[Any]], *, retried: int = 0, held: str = "") -> Report:
    """From a dispatch and how many deliveries have which (channel, status, reason)."""
    by_status: Counter[Status] = Counter()
    cells: Counter[tuple[Status, str]] = Counter()
    reasons: Counter[tuple[Status, str]] = Counter()
    for channel, status, reason, count in counts:
        by_status[Status(status)] += count
        cells[Status(status), channel] += count
        if status in WITHOUT:
            reasons[Status(status), reason] += count
    rows = tuple(
        Row(
            status=status,
            label=states.label(status),
            meaning=states.meaning(status),
            tone=TONES[status],
            total=by_status[status],
            by_channel=tuple((states.channel(name), count) for (each, name), count in sorted(cells.items()) if each is status),
        )
        for status in ORDER
        if by_status[status]
    )
    moved = sum(count for (_, reason), count in reasons.items() if reason == "other_channel")
    why = sorted(reasons.items(), key=lambda each: (WITHOUT.index(each[0][0]), -each[1]))
    return Report(
        id=dispatch.id,
        announcement_id=dispatch.announcement_id,
        kind=states.kind(dispatch.kind),
        title=dispatch.title,
        urgent=dispatch.urgent,
        created_at=dispatch.created_at,
        finished_at=dispatch.finished_at,
        stopped=dispatch.status == DispatchStatus.STOPPED,
        running=dispatch.status == DispatchStatus.SENDING,
        total=sum(by_status.values()) - moved,  # people, not tries: who was reached on another channel is counted there
        got=sum(by_status[status] for status in states.GOT),
        left=sum(by_status[status] for status in LEFT),
        waiting=by_status[Status.WAITING],
        without=by_status[Status.FAILED] + by_status[Status.SKIPPED] - moved,
        unknown=by_status[Status.UNKNOWN],
        rows=rows,
        why=tuple(Why(states.label(status), states.reason(reason), count) for (status, reason), count in why),
        retried=retried,
        held=held,
    )


async def report_of(session: Transaction, dispatch: Any, held: str = "") -> Report:
    """The numbers of one dispatch, also when its single rows were erased."""
    if dispatch.summary is not None:
        return report(dispatch, dispatch.summary)
    counts = await reporting.counts(session, [dispatch.id])
    retried = await reporting.count_retried(session, dispatch.id) if dispatch.status != DispatchStatus.STOPPED else 0
    return report(dispatch, [tuple(row) for row in counts], retried=retried, held=states.held(held) if held and _open(dispatch) else "")


def _open(dispatch: Any) -> bool:
    return bool(dispatch.status == DispatchStatus.SENDING)


async def find(session: Transaction, commune_id: int, dispatch_id: int) -> Any:
    """A dispatch of this commune. Raises NotFound."""
    found = await reporting.dispatch_of(session, commune_id, dispatch_id)
    if found is None:
        raise NotFound("Không có lượt gửi này.")
    return found


async def retry(session: AsyncSession, who: Signed, dispatch_id: int, now: dt.datetime) -> int:
    """Queue again what surely did not arrive; how many. Raises NotFound, BadInput when there is nothing to try again."""
    dispatch = await find(session, who.commune_id, dispatch_id)
    if dispatch.status == DispatchStatus.STOPPED or dispatch.expires_at <= now or dispatch.summary is not None:
        raise BadInput("Lượt gửi này đã dừng hoặc đã quá hạn nên không gửi lại được.")
    queued = await reporting.retry(session, dispatch_id, now)
    if not queued:
        raise BadInput("Không còn ai để gửi lại. Anh/chị tải lại trang để xem hiện trạng.")
    await audit.record(
        session, who, f"gửi lại «{dispatch.title}» cho {queued} người chưa nhận được", subject=("dispatch", str(dispatch_id)), at=now
    )
    return queued

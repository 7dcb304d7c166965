"""What to verify next: by how much it is asked, how long ago it was checked, what is unknown, and what is about to change."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from app.catalog.checks import FRESH_DAYS, STALE_DAYS
from app.catalog.content import UNKNOWN, FeeStatus, Procedure

USE_DAYS = 90
"""Answers of these last days count as use."""
SOON_DAYS = 60  # a change this near is looked at now
MANY_UNKNOWN = 4  # facts; more do not make a procedure more urgent
NO_FACTS = frozenset({"asks", "aliases", "sources"})  # what people say, and when a source was read
ROWS = 30
NAME_LENGTH = 44
_DAY = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Due:
    """One procedure with what speaks for verifying it."""

    procedure: Procedure
    used: int
    """Answers in the last USE_DAYS."""
    age: int
    """Days since it was checked."""
    unknown: tuple[str, ...]
    """Facts that are not known, as short Vietnamese words, each once."""
    changes: tuple[dt.date, ...]
    """Days that its own text names and that lie after the day it was checked: what it says ends or begins there."""
    changed: bool
    """One of them is over."""
    soon: bool
    """One of them comes within SOON_DAYS."""

    @property
    def needed(self) -> bool:
        """Whether there is anything to look at: too long ago, something unknown, something changes."""
        return self.age > FRESH_DAYS or bool(self.unknown) or self.changed or self.soon

    @property
    def urgency(self) -> float:
        """The more, the sooner. Use counts by its logarithm: what is asked seldom comes round too."""
        due = self.age / FRESH_DAYS + 0.25 * min(len(self.unknown), MANY_UNKNOWN)
        due += 2.0 if self.changed else 1.0 if self.soon else 0.0
        return due * math.log2(2 + self.used)


def due(procedures: Iterable[Procedure], used: Mapping[str, int], today: dt.date) -> list[Due]:
    """Every procedure in force, the most urgent first. `used`: answers by code; empty when nobody knows."""
    found = [_due(procedure, used.get(procedure.code, 0), today) for procedure in procedures if procedure.replaced_by is None]
    return sorted(found, key=lambda each: (-each.urgency, each.procedure.code))


def table(found: list[Due], limit: int | None = ROWS) -> str:
    """The list as a Vietnamese table; `limit` None: all, also those that need nothing."""
    needed = [each for each in found if each.needed]
    shown = found if limit is None else needed[:limit]
    lines = [_row("mã", "thủ tục", "lượt hỏi", "đối chiếu", "vì sao")]
    lines += [
        _row(
            each.procedure.code,
            _shortened(each.procedure.name),
            str(each.used),
            f"{each.procedure.checked_on:%d/%m/%Y}",
            "; ".join(_reasons(each)) or "chưa cần",
        )
        for each in shown
    ]
    total = f"{len(needed)}/{len(found)} thủ tục nên xem lại"
    if limit is not None and len(needed) > limit:
        total += f", trên đây là {limit} thủ tục đầu (xem hết: --all)"
    stale = [sum(each.age > days for each in found) for days in (FRESH_DAYS, STALE_DAYS)]
    ages = f"quá {FRESH_DAYS} ngày chưa đối chiếu: {stale[0]}, quá {STALE_DAYS} ngày: {stale[1]}"
    return "\n".join([*(lines if shown else []), f"{total} · {ages}."])


def _due(procedure: Procedure, used: int, today: dt.date) -> Due:
    changes = tuple(sorted({day for text in _texts(procedure) for day in _days(text) if day > procedure.checked_on}))
    return Due(
        procedure,
        used,
        (today - procedure.checked_on).days,
        tuple(dict.fromkeys(_unknown(procedure))),
        changes,
        changed=any(day < today for day in changes),
        soon=any(0 <= (day - today).days <= SOON_DAYS for day in changes),
    )


def _unknown(procedure: Procedure) -> Iterator[str]:
    """The online level is left out: it belongs to a local layer, and is unknown in nearly every national file."""
    for case in procedure.cases:
        for label, value in (("giấy tờ", case.papers), ("thời hạn", case.time), ("phí", case.fees)):
            if value == UNKNOWN:
                yield label
        if case.fees != UNKNOWN and any(fee.status is FeeStatus.UNKNOWN for fee in case.fees):
            yield "phí"
    for label, fact in (
        ("các bước", procedure.steps),
        ("kết quả", procedure.result),
        ("căn cứ", procedure.legal_basis),
        ("điều kiện", procedure.conditions),
        ("cách nộp", procedure.channels),
    ):
        if fact == UNKNOWN:
            yield label


def _texts(value: object) -> Iterator[str]:
    """Everything that is said to citizens."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in NO_FACTS:
                yield from _texts(getattr(value, name))
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


def _days(text: str) -> Iterator[dt.date]:
    for match in _DAY.finditer(text):
        day, month, year = map(int, match.groups())
        try:
            yield dt.date(year, month, day)
        except ValueError:
            continue  # 31/02, or no date at all


def _reasons(each: Due) -> Iterator[str]:
    if each.age > FRESH_DAYS:
        yield f"{each.age} ngày chưa đối chiếu" + (" (quá cũ)" if each.age > STALE_DAYS else "")
    if each.changes:
        days = ", ".join(f"{day:%d/%m/%Y}" for day in each.changes)
        yield f"đã qua mốc ghi trong tệp: {days}" if each.changed else f"sắp tới mốc {days}" if each.soon else f"có mốc {days}"
    if each.unknown:
        yield f"chưa rõ {', '.join(each.unknown)}"


def _row(code: str, name: str, used: str, checked: str, why: str) -> str:
    return f"{code:<9}  {name:<{NAME_LENGTH}}  {used:>8}  {checked:<10}  {why}"


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"

"""What a ward aims at in a year, how far it is, and the two numbers of a month that only the province's system knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.errors import BadInput
from app.signed import Signed
from app.statistics import repository
from app.statistics.disclosure import Shown, share, shown
from app.statistics.figures import Figures
from app.statistics.periods import FIRST_YEAR, Period, month_of, today
from app.statistics.public import PublicMonth
from app.statistics.words import number, words

MOST = 10_000_000
ENOUGH = 20
"""A percentage of fewer cases is not called progress."""


class Metric(StrEnum):
    """What can be aimed at; `words.yaml` says each."""

    ONLINE = "online"
    ON_TIME = "on_time"
    SELF_FILED = "self_filed"
    FULL_ONLINE = "full_online"
    ANSWERED = "answered"
    FOLLOWERS = "followers"
    HELPED = "helped"
    SUNDAY = "sunday"

    @property
    def is_percent(self) -> bool:
        return self not in {Metric.FOLLOWERS, Metric.HELPED, Metric.SUNDAY}

    @property
    def label(self) -> str:
        return str(words()["metrics"][self]["name"])

    @property
    def about(self) -> str:
        """Where the number comes from."""
        return str(words()["metrics"][self]["about"])


@dataclass(frozen=True)
class Progress:
    """A target and where it stands. `part` of `whole` for percent; `value`: in the metric's unit, None: too little is known."""

    metric: Metric
    goal: int
    value: float | None
    part: int = 0
    whole: int = 0

    @property
    def reached(self) -> bool:
        return self.value is not None and self.value >= self.goal


@dataclass(frozen=True)
class Entered:
    """Monthly entries of a period, added up. `on_time_of`: files of the months for which that was typed in."""

    received: int = 0
    online: int = 0
    on_time: int = 0
    on_time_of: int = 0


def entered(rows: Sequence[Any]) -> Entered:
    """Add up what was typed in."""
    timed = [row for row in rows if row.on_time is not None]
    return Entered(
        sum(row.received for row in rows),
        sum(row.online for row in rows),
        sum(row.on_time for row in timed),
        sum(row.received for row in timed),
    )


def progress(targets: Sequence[Any], year: Figures, files: Entered) -> list[Progress]:
    """Where each target stands, in the order of the metrics. `year`: the figures of its year."""
    goals = {row.metric: row.goal for row in targets}
    return [_progress(metric, goals[metric], year, files) for metric in Metric if metric in goals]


def _progress(metric: Metric, goal: int, year: Figures, files: Entered) -> Progress:
    helped, asked = year.times_helped, year.asked
    parts: dict[Metric, tuple[int, int]] = {
        Metric.ONLINE: (files.online, files.received),
        Metric.ON_TIME: (files.on_time, files.on_time_of),
        Metric.SELF_FILED: (helped - year.behalf, helped),
        Metric.FULL_ONLINE: (year.full_online, helped),
        Metric.ANSWERED: (sum(asked.by_status[each] for each in repository.ANSWERED), asked.total),
    }
    if metric in parts:
        part, whole = parts[metric]
        return Progress(metric, goal, 100 * part / whole if whole >= ENOUGH else None, part, whole)
    counts = {Metric.FOLLOWERS: year.followers, Metric.HELPED: helped, Metric.SUNDAY: sum(year.visits.values())}
    return Progress(metric, goal, counts[metric])


def public_progress(targets: Sequence[Any], months: Sequence[PublicMonth], files: Entered) -> list[Progress]:
    """The same for everyone: from what is published of the year's months, and from the ward's own entries, rounded down likewise."""
    goals = {row.metric: row.goal for row in targets}
    helping = [month.helping for month in months if month.helping is not None]
    alone, behalf, full = (_sum(getattr(each, name) for each in helping) for name in ("alone", "behalf", "full_online"))
    helped = _sum([alone, behalf])
    values: dict[Metric, float | None] = {
        Metric.ONLINE: share(shown(files.online), shown(files.received)),
        Metric.ON_TIME: share(shown(files.on_time), shown(files.on_time_of)),
        Metric.SELF_FILED: share(alone, helped),
        Metric.FULL_ONLINE: share(full, helped),
        Metric.FOLLOWERS: months[-1].following.people if months else None,
        Metric.HELPED: helped,
        Metric.SUNDAY: _sum(each.sunday for each in helping),
    }
    return [Progress(metric, goals[metric], values[metric]) for metric in Metric if metric in goals and metric in values]


def _sum(counts: Any) -> Shown:
    return sum(count or 0 for count in counts) or None


# --- typing in -------------------------------------------------------------------------------------------------------


async def set_target(session: AsyncSession, who: Signed, year: int, metric: Metric, goal: int | None, now: dt.datetime) -> None:
    """Set a goal, or take it back with None. Raises BadInput."""
    if not FIRST_YEAR <= year <= today(now).year + 1:
        raise BadInput("Anh/chị chọn năm nay hoặc năm tới.")
    if goal is not None and (problem := goal_problem(metric, goal)):
        raise BadInput(problem)
    before = {row.metric: row.goal for row in await repository.targets(session, who.commune_id, year)}.get(metric)
    if before == goal:
        return
    values = None if goal is None else {"goal": goal, "changed_name": who.name, "changed_at": now}
    await repository.set_target(session, who.commune_id, year, metric, values)
    unit = " %" if metric.is_percent else ""
    said = f"bỏ chỉ tiêu «{metric.label}» năm {year}" if goal is None else f"đặt chỉ tiêu «{metric.label}» năm {year}: {goal}{unit}"
    await audit.record(session, who, said, subject=("target", f"{year}-{metric}"))


def goal_problem(metric: Metric, goal: int) -> str:
    """What is wrong with a goal; nothing when it is right."""
    if 0 < goal <= (100 if metric.is_percent else MOST):
        return ""
    return "Chỉ tiêu phần trăm từ 1 tới 100." if metric.is_percent else f"Chỉ tiêu là số từ 1 tới {number(MOST)}."


async def set_entry(
    session: AsyncSession, who: Signed, period: Period, received: int, online: int, on_time: int | None, now: dt.datetime
) -> None:
    """Type in the files of a month. Raises BadInput, with the sentence for the field that is wrong."""
    problem = entry_problem(period, received, online, on_time, now)
    if problem:
        raise BadInput(problem[1])
    values = {"received": received, "online": online, "on_time": on_time, "changed_name": who.name, "changed_at": now}
    await repository.set_entry(session, who.commune_id, period.first, values)
    timed = f", đúng hạn {on_time}" if on_time is not None else ""
    sentence = f"nhập số hồ sơ {period.name}: tiếp nhận {received}, trực tuyến {online}{timed}"
    await audit.record(session, who, sentence, subject=("monthly_entry", period.key))


def entry_problem(period: Period, received: int, online: int, on_time: int | None, now: dt.datetime) -> tuple[str, str] | None:
    """The field that is wrong and why, or None."""
    if period.is_year or period > month_of(today(now)):
        return "received", "Anh/chị chọn tháng đã qua hoặc tháng này."
    if not 0 <= received <= MOST:
        return "received", "Số hồ sơ là số từ 0 trở lên."
    if not 0 <= online <= received:
        return "online", "Hồ sơ trực tuyến không nhiều hơn số tiếp nhận."
    if on_time is not None and not 0 <= on_time <= received:
        return "on_time", "Hồ sơ đúng hạn không nhiều hơn số tiếp nhận."
    return None

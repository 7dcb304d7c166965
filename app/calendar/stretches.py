"""Answers about several days: a week, a weekend, a month, Tết, and how long the ward is closed around a holiday."""

from __future__ import annotations

import datetime as dt

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.day_plan import DayPlan
from app.calendar.lunar import lunar_of
from app.calendar.said_day import SaidDay
from app.commune import WEEKDAYS

LISTED = 5


def answer_days(calendar: Calendar, said: SaidDay, today: dt.date) -> tuple[str, str]:
    """The answer about the days of `said`, and when it is open again."""
    assert said.start is not None
    assert said.end is not None
    if said.label == "tet":
        return days_off(calendar, said.start, words.say("days.tet", year_name=_tet_name(said.start)))
    plans = list(calendar.plans(said.start, (said.end - said.start).days + 1))
    if said.label == "weekend":
        answered = words.say("days.weekend", list=words.joined(item(plan) for plan in plans))
        following = calendar.next_open(max(said.end, today)) if not any(plan.is_open for plan in plans) else None
        return answered, words.say("next_open", next=words.plan_words(following)) if following else ""
    label = words.get("labels").get(said.label, said.label)
    answered = words.say(
        "days.usual",
        label=label[:1].lower() + label[1:],
        start=words.short_date(said.start),
        end=words.short_date(said.end),
        week=words.week_words(calendar.profile),
    )
    special = [item(plan) for plan in plans if is_special(calendar, plan)]
    return answered, words.say("days.special", list=words.joined(special[:LISTED])) if special else ""


def is_special(calendar: Calendar, plan: DayPlan) -> bool:
    """Whether a day is not as its weekday usually is."""
    usual = calendar.profile.hours.get(WEEKDAYS[plan.day.weekday()], ())
    return plan.shifts != usual or plan.reason not in ("weekday", "day_off") or plan.change is not None


def days_off(calendar: Calendar, day: dt.date, label: str | None = None) -> tuple[str, str]:
    """How long the ward is closed around a day on which it is closed, and when it works again."""
    plan = calendar.plan(day)
    name = plan.holiday if label is None else label
    if plan.is_open:
        return words.say("days.no_days_off", label=name or words.date_inside(day)), ""
    start = end = day
    while not calendar.plan(start - DAY).is_open and (day - start).days < 30:
        start -= DAY
    while not calendar.plan(end + DAY).is_open and (end - day).days < 30:
        end += DAY
    key = "days.one" if start == end else "days.run"
    said = words.say(key, label=name, start=words.date_inside(start), end=words.date_inside(end))
    return said, words.say("days.back", next=words.plan_words(calendar.plan(end + DAY)))


def item(plan: DayPlan) -> str:
    """One day in a list: `thứ Ba 24/11/2026 nghỉ (Ngày Văn hóa Việt Nam)`."""
    when, hours = words.date_inside(plan.day), words.shifts_words(plan.shifts)
    if plan.is_service:
        return words.say("days.item_service", when=when, hours=hours)
    if plan.reason == "make_up":
        return words.say("days.item_make_up", when=when, hours=hours)
    if plan.is_open:
        return words.say("days.item_open", when=when, hours=hours, note=plan.note.rstrip("."))
    moved = f"Ngày Chủ nhật gần Dân chuyển sang {words.date_inside(plan.moved_to)}" if plan.moved_to else ""
    return words.say("days.item_off", when=when, name="; ".join(part for part in (plan.holiday or plan.note.rstrip("."), moved) if part))


def _tet_name(day: dt.date) -> str:
    return f"{lunar_of(day + 3 * DAY).year_name} {day.year}"

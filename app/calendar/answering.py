"""Answers to questions about days, in one or two sentences. Pure: of the text, the calendar and the moment alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.one_day import SOON, answer_day, inside, lunch_break, next_service, shifts_in, soon_words, when_words
from app.calendar.question import BREAK_ASKED, LIST_ASKED, LUNAR_ASKED, RUN_ASKED, Question, Said
from app.calendar.said_day import SaidDay
from app.calendar.said_time import Part
from app.calendar.session_answers import answer_session
from app.calendar.stretches import answer_days, days_off


def answer(calendar: Calendar, text: str, now: dt.datetime, *, sunday: bool = False) -> Said:
    """Answer a question about days. `sunday`: it is about the Sunday service."""
    question = Question.heard(text, now, sunday=sunday)
    if LUNAR_ASKED.search(question.text) and question.day.label not in words.get("months"):
        return _lunar(question)
    if (told := answer_session(calendar, question.text, question.day, question.now)) is not None:
        return Said(told, is_session=True)
    kind, day = question.day.kind, question.day
    if sunday and LIST_ASKED.search(question.text) and kind != "days":
        return Said(_several(calendar, question.today) if calendar.next_sunday_service(question.today) else words.say("no_service"))
    if kind == "impossible":
        return Said(words.say("day.impossible", label=_of_day(day.label)))
    if kind == "far":
        when = words.date_inside(day.start) if day.start else f"năm {day.label}"
        return Said(words.say("day.far", label=when))
    if kind == "days" and sunday:
        return Said(_services_in(calendar, day, question.today), about=day.start)
    if kind == "days":
        answered, following = answer_days(calendar, day, question.today)
        return Said(answered, following)
    if kind == "day":
        return answer_day(calendar, question)
    if question.time.time is not None and not sunday:
        return answer_day(calendar, replace(question, day=_day_of_time(calendar, question, question.time.time)))
    return _general(calendar, question)


def _day_of_time(calendar: Calendar, question: Question, time: dt.time) -> SaidDay:
    """The day of a time said without one: today while it is to come, else the next open day."""
    plan = calendar.plan(question.today)
    following = calendar.next_open(question.today)
    here = (plan.is_open and time >= question.now.time()) or following is None
    day = question.today if here or following is None else following.day
    return SaidDay("day", day, day)


def _services_in(calendar: Calendar, said: SaidDay, today: dt.date) -> str:
    assert said.start is not None
    assert said.end is not None
    found = [each.held for each in calendar.sunday_services(said.start, said.end) if each.held and said.start <= each.day <= said.end]
    label = words.get("labels").get(said.label, said.label)
    label = f"{words.short_date(said.start)}–{words.short_date(said.end)}" if label == "tet" else label[:1].lower() + label[1:]
    if not found:
        following = next_service(calendar, max(said.end, today))
        return " ".join(part for part in (words.say("no_services_between", label=label), following) if part)
    answered = words.say("services_between", label=label, list=words.joined(words.plan_words(each) for each in found))
    return answered if found[-1].day >= today else f"{answered} {next_service(calendar, today)}"


def _of_day(label: str) -> str:
    return label if label.startswith(("ngày", "tháng")) else f"ngày {label}"


def _lunar(question: Question) -> Said:
    day = question.day.start if question.day.kind in ("day", "days") and question.day.start else question.today
    label = question.day.label if question.day.kind == "day" else "today"
    return Said(words.say("lunar_today", when=when_words(day, label, question.today), lunar=words.lunar_words(day)), about=day)


# --- no day is named -----------------------------------------------------------------------------------------------


def _general(calendar: Calendar, question: Question) -> Said:
    service = calendar.next_sunday_service(question.today)
    if question.sunday:
        if service is None:
            return Said(words.say("no_service"))
        return Said(
            words.say("service_next", next=words.plan_words(service)), _changed_services(calendar, question.today), about=service.day
        )
    today = calendar.plan(question.today)
    if not today.is_open and RUN_ASKED.search(question.text):
        return Said(*days_off(calendar, question.today, ""), about=question.today)
    week = words.week_words(calendar.profile)
    part = question.time.part
    if BREAK_ASKED.search(question.text) or part is Part.NOON:
        open_day = today if today.is_open else calendar.next_open(question.today)
        if open_day is not None:
            return Said(lunch_break(open_day, question))
    if part is not None and not any(shifts_in(plan, part) for plan in calendar.plans(question.today, SOON)):
        return Said(words.say("no_part_at_all", profile=calendar.profile, part=words.get(f"parts.{part}"), week=week))
    answered = words.say("week_now", profile=calendar.profile, week=week)
    return Said(answered, next_service(calendar, question.today), soon_words(calendar, question.today, question.today - DAY))


def _several(calendar: Calendar, today: dt.date, count: int = 4) -> str:
    found = [each.held for each in calendar.sunday_services(today, today + 366 * DAY) if each.held is not None and each.held.day >= today]
    return words.say("several", list=words.joined(words.plan_words(each) for each in found[:count]))


def _changed_services(calendar: Calendar, today: dt.date) -> str:
    """Sunday services of the next weeks that were moved or are not held."""
    for each in calendar.sunday_services(today, today + 45 * DAY):
        if each.moved and each.held is not None and each.planned >= today:
            return words.say("service_moved", planned=words.date_inside(each.planned), held=inside(each.held), why=each.why)
        if each.held is None:
            return words.say("service_dropped", planned=words.date_inside(each.planned), why=each.why)
    return ""

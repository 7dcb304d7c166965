"""Answers about one day: is it open, at what hours, at this time of day, and when next."""

from __future__ import annotations

import datetime as dt

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.day_plan import DayPlan
from app.calendar.question import BREAK_ASKED, BRING_ASKED, DOES_ASKED, RUN_ASKED, Question, Said
from app.calendar.said_time import Part
from app.calendar.stretches import days_off, item
from app.commune import WEEKDAYS, Shift

NOON, EVENING = dt.time(12), dt.time(17, 30)
HURRY = 30  # minutes before closing in which we warn
SOON = 7  # days ahead whose peculiarities are told
FAR = 60  # days ahead from which a holiday may still be decreed otherwise


def next_service(calendar: Calendar, today: dt.date) -> str:
    """When the next Sunday service is."""
    service = calendar.next_sunday_service(today)
    return words.say("next_service", next=words.plan_words(service)) if service else ""


def answer_day(calendar: Calendar, question: Question) -> Said:
    """The answer about the day that was named."""
    day = question.day.day
    assert day is not None
    plan = calendar.plan(day)
    label = question.day.label
    if plan.holiday and not plan.is_open and RUN_ASKED.search(question.text):
        answered, following = days_off(calendar, day, label if label and label not in words.get("labels") else None)
        back = calendar.next_open(day)
        return Said(answered, following, soon_words(calendar, back.day, back.day) if back else "", day)
    if question.sunday and not question.day.exact and not plan.is_service:
        return _some_sunday(calendar, question, plan)
    answered = _answer_of_day(calendar, question, plan)
    following = ""
    if not plan.is_open or _is_over(question, plan):
        after = max(day, question.today)
        following = _follow(calendar, after)
        if not plan.moved_to and (question.sunday or (plan.reason == "day_off" and day.weekday() == 6)):
            following = " ".join(part for part in (following, next_service(calendar, after + DAY)) if part)
    elif day == question.today and question.time.time is None and _is_closing(calendar, question):
        following = _follow(calendar, day)
    elif plan.is_service:
        following = _details(plan, question)
    soon = soon_words(calendar, day, day) if plan.is_open and question.today <= day <= question.today + DAY else ""
    return Said(" ".join(part for part in (answered, _caution(question, plan)) if part), following, soon, day)


def _some_sunday(calendar: Calendar, question: Question, plan: DayPlan) -> Said:
    """«chủ nhật có làm không»: any Sunday may be meant, the next one is not a service."""
    answered = _sentence(calendar, plan, question)
    service = calendar.next_sunday_service(question.today)
    following = next_service(calendar, question.today) if service else words.say("no_service")
    if service is not None and not plan.moved_to:
        following = " ".join(part for part in (following, _details(service, question)) if part)
    return Said(answered, following, about=plan.day)


def _caution(question: Question, plan: DayPlan) -> str:
    said = []
    if question.day.label == "no_thirty":
        said.append(words.say("day.no_thirty"))
    if plan.holiday and not plan.is_open and (plan.day - question.today).days > FAR and plan.day.year > question.today.year:
        said.append(words.say("day.may_change"))
    return " ".join(said)


def _answer_of_day(calendar: Calendar, question: Question, plan: DayPlan) -> str:
    if plan.day < question.today:
        return _past(question, plan)
    if not plan.is_open:
        return _sentence(calendar, plan, question)
    if question.time.time is not None:
        return _at_time(question, plan, question.time.time)
    if BREAK_ASKED.search(question.text) or question.time.part is Part.NOON:
        return lunch_break(plan, question)
    if question.time.part is not None and not (question.time.now and plan.day == question.today):
        return _in_part(calendar, question, plan, question.time.part)
    if plan.day == question.today:
        return _today(calendar, question, plan)
    return _sentence(calendar, plan, question)


def _sentence(calendar: Calendar, plan: DayPlan, question: Question) -> str:
    """What the ward does on a day, in one sentence."""
    key = {"sunday_service": "service", "weekday": "open"}.get(plan.reason, plan.reason)
    said = words.say(
        f"day.{key}",
        profile=calendar.profile,
        when=when_words(plan.day, question.day.label if plan.day == question.day.start else "", question.today),
        hours=words.shifts_words(plan.shifts),
        holiday="" if question.day.label and question.day.label in plan.holiday else plan.holiday,
        note=plan.note,
        swapped=words.date_inside(plan.swapped_with) if plan.swapped_with else "",
        moved_from=words.date_inside(plan.moved_from) if plan.moved_from else "",
        moved_to=_held(calendar, plan),
    )
    if plan.moved_to and plan.reason != "moved":
        said += " " + words.say("day.also_moved", moved_to=_held(calendar, plan), note=plan.note)
    return said


def _held(calendar: Calendar, plan: DayPlan) -> str:
    return inside(calendar.plan(plan.moved_to)) if plan.moved_to else ""


def inside(plan: DayPlan) -> str:
    """A day with its hours within a sentence."""
    return f"{words.date_inside(plan.day)}, {words.shifts_words(plan.shifts)}" if plan.shifts else words.date_inside(plan.day)


def _past(question: Question, plan: DayPlan) -> str:
    return words.say(
        "day.past_open" if plan.is_open else "day.past_closed",
        when=when_words(plan.day, question.day.label, question.today),
        hours=words.shifts_words(plan.shifts),
        holiday=plan.holiday,
        note=plan.note,
        near=question.day.label in words.get("labels"),
    )


def _today(calendar: Calendar, question: Question, plan: DayPlan) -> str:
    moment = calendar.at(question.now)
    now = words.clock(question.now.time())
    if moment.shift is None and moment.coming is None:
        return words.say(
            "now.over", when=when_words(plan.day, question.day.label, question.today), closes=words.clock(plan.shifts[-1].closes)
        )
    said = _sentence(calendar, plan, question)
    if moment.shift is None:
        assert moment.coming is not None
        before = moment.coming is plan.shifts[0]
        key = "before" if before else "lunch"
        return f"{said} " + words.say(
            f"now.{key}", clock=now, opens=words.clock(moment.coming.opens), closes=words.clock(moment.coming.closes)
        )
    key = "open" if moment.minutes_left > HURRY else "closing" if moment.coming is None else "lunch_soon"
    opens = words.clock(moment.coming.opens) if moment.coming else ""
    return f"{said} " + words.say(
        f"now.{key}", clock=now, closes=words.clock(moment.shift.closes), minutes=moment.minutes_left, opens=opens
    )


def _at_time(question: Question, plan: DayPlan, time: dt.time) -> str:
    running = next((shift for shift in plan.shifts if shift.opens <= time < shift.closes), None)
    if running is not None:
        key, closes = "open", running.closes
    else:
        closes = plan.shifts[-1].closes
        key = (
            "closed_at" if any(shift.closes == time for shift in plan.shifts) and time >= closes
            else "before" if time < plan.shifts[0].opens
            else "after" if time >= closes
            else "lunch"
        )  # fmt: skip
    left = (closes.hour - time.hour) * 60 + closes.minute - time.minute
    return words.say(
        f"time.{key}",
        clock=words.clock(time),
        when=when_words(plan.day, question.day.label, question.today),
        closes=words.clock(closes),
        minutes=left,
        hours=words.shifts_words(plan.shifts),
    )


def shifts_in(plan: DayPlan, part: Part) -> tuple[Shift, ...]:
    """The shifts, or what of them lies in a part of the day."""
    begin, end = {Part.MORNING: (dt.time(0), NOON), Part.AFTERNOON: (NOON, dt.time(18)), Part.EVENING: (dt.time(18), dt.time(23, 59))}.get(
        part, (dt.time(0), dt.time(23, 59))
    )
    return tuple(shift for shift in plan.shifts if shift.opens < end and shift.closes > begin)


def _in_part(calendar: Calendar, question: Question, plan: DayPlan, part: Part) -> str:
    shifts = shifts_in(plan, part)
    name = words.get(f"parts.{part}")
    when = when_words(plan.day, question.day.label, question.today)
    if not shifts:
        return words.say("time.no_part", part=name, when=when, hours=words.shifts_words(plan.shifts))
    over = plan.day == question.today and question.now.time() >= shifts[-1].closes
    key = "time.past_part" if over else "time.part"
    said = words.say(key, profile=calendar.profile, part=name, when=when, part_hours=words.shifts_words(shifts))
    if plan.day == question.today and not over and (moment := calendar.at(question.now)).shift in shifts and moment.minutes_left <= HURRY:
        assert moment.shift is not None
        said += " " + words.say(
            "now.closing", clock=words.clock(question.now.time()), minutes=moment.minutes_left, closes=words.clock(moment.shift.closes)
        )
    return said


def lunch_break(plan: DayPlan, question: Question) -> str:
    """From when to when nobody is served at noon; empty on a day that is closed."""
    if not plan.is_open:
        return ""
    when = when_words(plan.day, question.day.label, question.today)
    hours = words.shifts_words(plan.shifts)
    gap = next(((a.closes, b.opens) for a, b in zip(plan.shifts, plan.shifts[1:], strict=False) if a.closes < b.opens), None)
    if gap is None:
        return words.say("time.no_lunch_break", when=when, hours=hours)
    return words.say("time.lunch_break", when=when, begin=words.clock(gap[0]), end=words.clock(gap[1]), hours=hours)


def _is_over(question: Question, plan: DayPlan) -> bool:
    """Whether nothing of the asked day is left to come."""
    if plan.day < question.today:
        return True
    return plan.day == question.today and bool(plan.shifts) and question.now.time() >= plan.shifts[-1].closes


def _is_closing(calendar: Calendar, question: Question) -> bool:
    moment = calendar.at(question.now)
    return moment.is_open and moment.is_last_shift and moment.minutes_left <= HURRY


def _follow(calendar: Calendar, day: dt.date) -> str:
    following = calendar.next_open(day)
    return words.say("next_open", next=words.plan_words(following)) if following else ""


def _details(plan: DayPlan, question: Question) -> str:
    """What is special at a Sunday service: always its place and counters, what to bring when that was asked."""
    change = plan.change
    said = []
    if change is not None:
        said += [words.say("details.place", place=change.place)] if change.place else []
        said += [words.say("details.counters", counters=", ".join(change.counters))] if change.counters else []
        if change.procedures and (DOES_ASKED.search(question.text) or not change.counters):
            said.append(words.say("details.procedures", procedures=", ".join(change.procedures)))
        said += [words.say("details.team", team=change.team)] if change.team and DOES_ASKED.search(question.text) else []
    if change is not None and change.bring:
        said.append(words.say("details.bring", bring=change.bring))
    elif BRING_ASKED.search(question.text):
        said.append(words.say("details.bring_unknown"))
    return " ".join(said)


def soon_words(calendar: Calendar, day: dt.date, told: dt.date) -> str:
    """What is not as usual in the days after `told`: a holiday on a working day, other hours, a Sunday service moved."""
    found = []
    for plan in calendar.plans(day + DAY if told == day else day, SOON):
        usual = calendar.profile.hours.get(WEEKDAYS[plan.day.weekday()], ())
        odd = (usual and not plan.is_open) or plan.reason in ("make_up", "closed") or plan.moved_from or plan.moved_to
        if odd or (plan.change is not None and not plan.is_service):
            found.append(item(plan))
    return words.say("soon", list=words.joined(found[:3])) if found else ""


def when_words(day: dt.date, label: str, today: dt.date) -> str:
    """`hôm nay thứ Hai 23/11/2026`, `mùng 3 Tết, thứ Hai 8/2/2027,`, or the date alone."""
    date = words.date_inside(day)
    named = words.get("labels").get(label, "")
    if not named and label and label != "no_thirty":
        named = f"{label},"
        return f"{named} {date},"
    if not named and not label:
        named = {0: words.get("labels")["today"], 1: words.get("labels")["tomorrow"]}.get((day - today).days, "")
    return f"{named} {date}".strip()

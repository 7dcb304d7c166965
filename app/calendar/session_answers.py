"""Answers about sessions: «đợt làm định danh ở tổ 12 khi nào», «lịch tiếp công dân của chủ tịch», «khi nào tiêm cho bé»."""

from __future__ import annotations

import datetime as dt
import re

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.facts import VIETNAM, Session, SessionKind
from app.calendar.said_day import SaidDay
from app.understanding.text import fold

AHEAD = dt.timedelta(days=400)
LATER = 2
YES = "Dạ, "  # once is polite
_WHEN = r"khi nao|bao gio|chung nao|hom nao|ngay nao|bua nao|ngay may|hom may|lich|may gio|luu dong|dot|buoi|tan nha|ve to|o to|cho to|to \d|thon|khu pho"
_KINDS: tuple[tuple[SessionKind, re.Pattern[str]], ...] = (
    (SessionKind.IDENTITY, re.compile(rf"^(?=.*\b(dinh danh|can cuoc|cccd|vneid)\b)(?=.*\b({_WHEN})\b)")),
    (
        SessionKind.VACCINATION,
        re.compile(
            r"^(?!.*\b(?:dai|gia suc|gia cam|vat nuoi)\b).*(?:\b(tiem (chung|phong|vac xin|vacxin|vaccine|ngua|cho)|vac xin|vacxin|vaccine|chich ngua|(lich|dot|buoi|bao gio|khi nao)( \w+){0,2} tiem)\b)"
        ),
    ),
    (
        SessionKind.RECEPTION,
        re.compile(
            r"\btiep cong dan\b|\blich tiep dan\b|\b(chu tich|lanh dao|bi thu)\b.*\b(tiep|gap)\b|\b(tiep|gap)\b.*\b(chu tich|lanh dao|bi thu)\b"
        ),
    ),
    (
        SessionKind.NOTARY,
        re.compile(
            r"\b(cong chung|chung thuc)( \w+){0,3} (luu dong|tan nha|ve phuong|ve to)\b|\b(lich|dot|buoi) (cong chung|chung thuc)\b"
        ),
    ),
    (SessionKind.COURT, re.compile(r"\b(phien toa|xet xu luu dong|toa an( \w+){0,2} (ve|luu dong|lam viec))\b")),
    (SessionKind.LEGAL_AID, re.compile(r"\b(tro giup phap ly|tu van phap luat|luat su tu van)\b")),
    (SessionKind.HEALTH, re.compile(r"\b(kham (suc khoe|benh|mat|rang|mien phi)|phat thuoc)\b")),
    (SessionKind.MEETING, re.compile(r"\bhop (to|to dan pho|khu pho|dan|thon|cu tri)\b")),
)
_GROUP = re.compile(r"\b(?:to dan pho|tdp|to|khu pho|kp|thon|khu|ap|ban)(?: so)? ?(\d{1,3}[a-z]?)\b")
_GROUP_KIND = re.compile(r"^(?:to dan pho|to|khu pho|thon|khu|ap|ban|lang|xom|buon)(?: so)? ")


def answer_session(calendar: Calendar, text: str, day: SaidDay, now: dt.datetime) -> str | None:
    """The answer about a session, or None when the message asks for none, or none of that kind is planned."""
    kind = next((kind for kind, pattern in _KINDS if pattern.search(text)), None)
    coming = [each for each in calendar.sessions_between(now.date(), now.date() + AHEAD, cancelled=True) if each.ends_at > now]
    found = [each for each in coming if each.kind == kind] if kind else [each for each in coming if _named(each, text)]
    planned = [each for each in found if not each.cancelled]
    if not planned and not found:
        return None
    name = words.get(f"kinds.{kind}") if kind else found[0].title
    group = _asked_group(text, coming)
    if group:
        found = [each for each in found if _is_for(each, group)]
        theirs = [each for each in planned if _is_for(each, group)]
        if not theirs:
            return _none_for(calendar, found, planned, name, group)
        planned = theirs
    if day.kind in ("day", "days") and day.start is not None and day.end is not None:
        then = [each for each in planned if day.start <= each.day <= day.end]
        gone = [each for each in found if each.cancelled and day.start <= each.day <= day.end]
        if not then:
            said = _cancelled(gone[0]) if gone else words.say("session.none", name=f"{name} {_span(day)}")
            return (
                f"{said} " + words.say("session.elsewhere", name=name, list=words.joined(_item(each) for each in planned[:LATER]))
                if planned
                else said
            )
        planned = then
    dropped = [each for each in found if each.cancelled and (not planned or each.starts_at <= planned[0].starts_at)]
    parts = [_cancelled(each) for each in dropped[:1]]
    if planned:
        parts.append(planned_words(planned[0], now))
        if len(planned) > 1:
            parts.append(words.say("session.later", list=words.joined(_item(each) for each in planned[1 : 1 + LATER])))
    return " ".join(parts[:1] + [each.removeprefix(YES) for each in parts[1:]])


def _none_for(calendar: Calendar, found: list[Session], planned: list[Session], name: str, group: str) -> str:
    if found:
        said = _cancelled(found[0])
    else:
        said = words.say("session.none_for_group", name=name, group=f"tổ {group}" if group[:1].isdigit() else group)
    if planned:
        return f"{said} " + words.say("session.elsewhere", name=name, list=words.joined(_item(each) for each in planned[:LATER]))
    phone = calendar.profile.phones[0]
    return f"{said} " + words.say("session.ask", phone=f"{phone.name}: {phone.number}")


def planned_words(session: Session, now: dt.datetime) -> str:
    """A session as citizens are told of it."""
    if session.starts_at <= now < session.ends_at and session.day == now.astimezone(VIETNAM).date():
        said = words.say(
            "session.running", title=session.title, whom=_whom(session), ends=words.clock(session.ends.time()), place=session.place
        )
    else:
        said = words.say(
            "session.planned",
            title=session.title,
            whom=_whom(session),
            when=words.date_inside(session.day),
            hours=hours_words(session),
            place=session.place,
            changed=bool(session.reason),
            why=session.reason,
        )
    return said + (" " + words.say("details.bring", bring=session.bring.rstrip(".")) if session.bring else "")


def _cancelled(session: Session) -> str:
    return words.say("session.cancelled", title=session.title, whom=_whom(session), when=words.date_inside(session.day), why=session.reason)


def _whom(session: Session) -> str:
    """For which group, unless the title says it."""
    return f" cho {session.group_name}" if session.group_name and fold(session.group_name) not in fold(session.title) else ""


def hours_words(session: Session) -> str:
    """`8:00–11:30`, with the day of its end when that is another."""
    if session.ends.date() == session.day:
        return words.span(session.starts.time(), session.ends.time())
    return f"{words.clock(session.starts.time())} đến {words.clock(session.ends.time())} {words.date_inside(session.ends.date())}"


def _item(session: Session) -> str:
    return words.say(
        "session.item", when=words.date_inside(session.day), hours=hours_words(session), place=session.place, group=session.group_name
    )


def _span(day: SaidDay) -> str:
    assert day.start is not None
    assert day.end is not None
    return words.date_inside(day.start) if day.end - day.start < DAY else f"{words.short_date(day.start)}–{words.short_date(day.end)}"


def _asked_group(text: str, sessions: list[Session]) -> str:
    """The number or name of the residential group that a message names."""
    if (match := _GROUP.search(text)) is not None:
        return match[1].lstrip("0")
    names = {_bare(each.group_name): each.group_name for each in sessions if each.group_name}
    return next((name for bare, name in names.items() if bare and not bare.isdigit() and re.search(rf"\b{re.escape(bare)}\b", text)), "")


def _is_for(session: Session, group: str) -> bool:
    return not session.group_name or session.group_name == group or _bare(session.group_name) == group


def _bare(group_name: str) -> str:
    """`Tổ dân phố số 12` → `12`, `Thôn Đông` → `dong`."""
    return _GROUP_KIND.sub("", " ".join(fold(group_name).split())).lstrip("0")


def _named(session: Session, text: str) -> bool:
    """Whether a message names a session of no common kind: two words of its title that are no small ones."""
    said = set(text.split())
    title = {word for word in fold(session.title).split() if len(word) > 2 and word not in _SMALL}
    return len(title & said) >= min(2, len(title)) and bool(title) and re.search(rf"\b({_WHEN})\b", text) is not None


_SMALL = frozenset(
    ["cho", "cua", "phuong", "ngay", "dot", "buoi", "lich", "tai", "nam", "lam", "viec", "khong", "chu", "nhat", "thu", "dan", "pho"]
)

"""What people asked in the last two months, really answered by the assistant, each at its moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from app.assistant import repository
from app.calendar.facts import VIETNAM
from app.demo.people import COMMUNE, person_of
from app.demo.stage import Happening, Stage
from app.demo.story import load
from app.messages import Incoming

ANSWERS, SPAN = 400, 60
"""How many answers, in how many days."""
KINDS = {"often": 56, "hours": 17, "news": 6, "odd": 5, "hard": 16}
FEW_ASKED_MOST = 4
"""The lines that stand first are asked more often than the later ones; the larger this is, the less so."""
WEB_SHARE = 0.2
TALKATIVE = {"zalo_oa": 5, "zalo_bot": 2, "telegram": 2}
"""Who writes more often, so that Zalo's window is open for many."""
GOOD, BAD, BAD_WHEN_UNKNOWN = 0.2, 0.03, 0.25


def conversations(stage: Stage) -> list[Happening]:
    """Questions of the whole time, with what people thought of the answers."""
    return list(_questions(stage))


def _questions(stage: Stage) -> Iterator[Happening]:
    rng, texts = stage.rng, load("questions")
    left = ANSWERS
    while left > 0:
        lines = texts[rng.choices(list(KINDS), list(KINDS.values()))[0]]
        said = rng.choices(lines, [1 / (place + FEW_ASKED_MOST) for place in range(len(lines))])[0][:left]
        at, (channel, person) = _moment(stage), _somebody(stage, left)
        for turn, text in enumerate(said):
            yield _asked(stage, at + dt.timedelta(seconds=40 * turn), channel, person, text, f"mau-{left - turn}", rng.random())
        left -= len(said)


def _moment(stage: Stage) -> dt.datetime:
    """Some hour of some day: more in the forenoon and the evening, more lately; never later than now."""
    rng, now = stage.rng, stage.days.now
    day = stage.days.today - dt.timedelta(days=int(SPAN * rng.random() ** 1.4))
    hour = rng.choices(range(6, 23), (2, 6, 9, 10, 8, 5, 3, 4, 6, 6, 5, 4, 4, 6, 7, 5, 2))[0]
    at = dt.datetime.combine(day, dt.time(hour, rng.randrange(60), rng.randrange(60)), VIETNAM)
    return at if at < now - dt.timedelta(minutes=10) else at - dt.timedelta(days=1)


def _somebody(stage: Stage, number: int) -> tuple[str, str]:
    if stage.rng.random() < WEB_SHARE:
        return "web", f"mau-web-{number:03d}"
    channel = stage.rng.choices(list(TALKATIVE), list(TALKATIVE.values()))[0]
    return channel, person_of(channel, stage.rng.randint(1, stage.story["channels"][channel]))


def _asked(stage: Stage, at: dt.datetime, channel: str, person: str, text: str, message_id: str, luck: float) -> Happening:
    async def ask(now: dt.datetime) -> None:
        incoming = Incoming(
            channel=channel, person=person, message_id=message_id, text=text, sent_at=now, account_id=stage.accounts.get(channel)
        )
        reply = await stage.assistant.handle(incoming)
        bad = BAD if reply.cards else BAD_WHEN_UNKNOWN
        word = "bad" if luck < bad else "good" if luck > 1 - GOOD else ""
        if word and reply.feedback:
            async with stage.database.write() as session:
                await repository.set_feedback(session, COMMUNE, channel, person, reply.answer_id, word, now + dt.timedelta(seconds=20))

    return Happening(at, ask)

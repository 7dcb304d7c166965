"""No public figure can be traced to a person: thresholds, steps, and sums that must not give a hidden part away."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.announcements.models import Announcement
from app.assistant.models import Answer, Conversation
from app.calendar.calendar import Calendar
from app.database import Database
from app.deliveries.models import Delivery, Dispatch
from app.statistics import public
from app.statistics.disclosure import ENOUGH, STEP, Parts, protect, share, shown
from app.subscribers.models import Subscriber, Subscription
from tests.statistics.sample_ward import BIRTH, COPY, MARRIAGE, NOVEMBER, answer, at
from tests.support.databases import copy_sqlite

COUNTS = st.lists(st.integers(0, 14), min_size=1, max_size=4)


def possible(published: Parts) -> dict[str, set[int]]:
    """What an attacker who tries everything finds possible for each part: every sum that fits all that was published."""
    ranges = []
    for name, count in published.parts.items():
        if name in published.withheld:
            ranges.append(range(STEP, 40))
        else:
            ranges.append(range(STEP) if count is None else range(count, count + STEP))
    found: dict[str, set[int]] = {name: set() for name in published.parts}
    for guess in itertools.product(*ranges):
        if published.total is None or published.total <= sum(guess) < published.total + STEP:
            for name, value in zip(published.parts, guess, strict=True):
                found[name].add(value)
    return found


@given(COUNTS)
@settings(max_examples=150, deadline=None)
def test_no_part_can_be_computed_from_the_total(counts: list[int]) -> None:
    published = protect(sum(counts), {str(number): count for number, count in enumerate(counts)})
    for name, values in possible(published).items():
        assert counts[int(name)] in values
        assert len(values) >= ENOUGH, (published, name, values)
    for name, value in published.parts.items():
        assert value is None or (value <= counts[int(name)] < value + STEP and value >= STEP)
    assert published.total is None or published.total <= sum(counts)


def test_what_gives_a_part_away_is_withheld() -> None:
    # Four parts at the top of their ranges: 100 says that they are 24 each and the last is 4, exactly.
    tight = {"a": 24, "b": 24, "c": 24, "d": 24, "e": 4}
    naive = Parts(100, {"a": 20, "b": 20, "c": 20, "d": 20, "e": None})
    assert possible_of(naive, "e") == {4}
    published = protect(100, tight)
    assert published.parts == {"a": 20, "b": 20, "c": 20, "d": None, "e": None}
    assert published.withheld == {"d"}
    assert possible_of(published, "e") == {0, 1, 2, 3, 4}
    # The part to withhold is chosen by its place: choosing the smallest would say how large it is at most.
    assert protect(100, dict(reversed(tight.items()))).withheld == {"a"}
    # Nothing shown that could be withheld: then the total is not said.
    small = dict.fromkeys("abcd", 4)
    assert protect(16, small) == Parts(None, dict.fromkeys("abcd"))
    # A rest that nobody names may be anything.
    assert protect(120, tight).withheld == frozenset()


def possible_of(published: Parts, name: str) -> set[int]:
    return possible(published)[name]


@given(st.integers(0, 10_000))
def test_a_count_moves_by_a_step_at_most_and_never_shows_less_than_five(count: int) -> None:
    here, more = shown(count) or 0, shown(count + 1) or 0
    assert more - here in {0, STEP}
    assert shown(count) is None if count < STEP else (shown(count) or 0) >= STEP


def test_a_share_says_no_more_than_its_counts() -> None:
    assert share(None, 100) is None
    assert share(5, 15) is None  # there one person is seven percent
    assert share(95, 100) == 95
    assert share(105, 100) == 100


# --- a whole ward, with and without one person -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


@pytest.fixture(scope="module")
def emptied(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner) -> Iterator[Database]:
    database = Database(copy_sqlite(sqlite_template, tmp_path_factory.mktemp("disclosure") / "ward.sqlite3"))
    yield database
    runner.run(database.close())


QUESTION = st.tuples(
    st.sampled_from([BIRTH, MARRIAGE, COPY, "-"]),
    st.sampled_from(["answer", "answer", "unknown", "clarify"]),
    st.sampled_from([5.0, 2_000.0]),
)
CHANNEL = st.sampled_from(["web", "zalo_oa", "telegram"])
PERSON = st.fixed_dictionaries(
    {
        "talks": st.dictionaries(CHANNEL, st.lists(QUESTION, min_size=1, max_size=9), max_size=3),
        "follows": st.lists(CHANNEL, max_size=2, unique=True),
        "topics": st.lists(st.sampled_from(["tin-chung", "dien-nuoc"]), min_size=1, unique=True),
        "group": st.sampled_from([1, 2, None]),
        "got": st.lists(st.booleans(), min_size=2, max_size=2),
    }
)


async def written(database: Database, people: list[dict[str, Any]], calendar: Calendar) -> dict[str, Any]:
    """The public figures of a ward of these people."""
    async with database.write() as session:
        for table in (Delivery, Subscription, Subscriber, Answer, Conversation):
            await session.execute(sa.delete(table))
        rows: dict[Any, list[dict[str, Any]]] = {Conversation: [], Answer: [], Subscriber: [], Subscription: [], Delivery: []}
        for number, person in enumerate(people):
            _write_person(rows, number, person)
        for table, values in rows.items():
            if values:
                await session.execute(sa.insert(table), values)
        made = await public.make(session, 1, NOVEMBER, calendar)
        await session.rollback()
    found: dict[str, Any] = made.model_dump(mode="json")
    return found


def _write_person(rows: dict[Any, list[dict[str, Any]]], number: int, person: dict[str, Any]) -> None:
    when = at("10/11")
    for channel, questions in person["talks"].items():
        talk = len(rows[Conversation]) + 1
        rows[Conversation].append(
            {"id": talk, "commune_id": 1, "channel": channel, "person": str(number), "state": {}, "updated_at": when, "reachable": True}
        )
        for code, status, ms in questions:
            made = answer(len(rows[Answer]), when, talk, channel, status, code, "-", ms)
            rows[Answer].append({column.key: getattr(made, column.key) for column in sa.inspect(Answer).column_attrs})
    for channel in person["follows"]:
        own = len(rows[Subscriber]) + 1
        rows[Subscriber].append(
            {"id": own, "commune_id": 1, "channel": channel, "account_id": None, "person": str(number), "group_id": person["group"],
             "consent_at": when, "consent_words": "", "left_at": None, "guest": False, "staff": False, "person_key": str(number)}
        )  # fmt: skip
        rows[Subscription] += [
            {"subscriber_id": own, "topic": topic, "commune_id": 1, "created_at": when, "words": ""} for topic in person["topics"]
        ]
    if person["follows"]:
        for dispatch, got in enumerate(person["got"], 1):
            rows[Delivery].append(
                {"commune_id": 1, "dispatch_id": dispatch, "subscriber_id": len(rows[Subscriber]), "channel": "web", "account_id": None,
                 "person": str(number), "status": "sent" if got else "failed", "reason": "", "attempts": 1, "crashes": 0, "parts_sent": 1,
                 "due_at": when, "chunk_id": None, "platform_message_id": None, "updated_at": when}
            )  # fmt: skip


async def announce(database: Database) -> None:
    async with database.write() as session:
        for number in (1, 2):
            session.add(
                Announcement(
                    id=number, commune_id=1, slug=str(number), status="done", urgency="normal", topic="tin-chung", group_ids=[], channels=[],
                    scheduled_at=None, version=1, created_by=None, edited_by=None, approved_by=None, approved_version=None, approved_at=None,
                    root_id=None, kind="original", content={}, cap=None, banner_until=None, published_at=at("10/11"), finished_at=None,
                    created_at=at("10/11"), updated_at=at("10/11"),
                )
            )  # fmt: skip
            await session.flush()
            session.add(
                Dispatch(
                    id=number, commune_id=1, key=str(number), announcement_id=number, kind="announcement", topic="tin-chung", title="Tin",
                    reply={}, status="done", summary=None, created_at=at("10/11"), expires_at=at("12/11"), finished_at=None,
                )
            )  # fmt: skip
        for number in (1, 2):
            await session.execute(sa.text(f"insert into residential_groups values ({number}, 1, 'Tổ {number}', '', '[]', 1)"))


def figures_of(made: dict[str, Any]) -> dict[str, int]:
    """Every published count under its path, a hidden one as 0; withheld parts, and a total that is withheld for them, left out."""
    found: dict[str, int] = {}
    for section, withheld in (("asking", made["asking"]["withheld"]), ("following", made["following"]["withheld"]), ("procedures", [])):
        for path, value in _leaves(made[section], section):
            if path.rsplit(".", 1)[-1] not in withheld and not isinstance(value, list):
                found[path] = value or 0
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    else:
        yield path, value


@given(people=st.lists(PERSON, min_size=1, max_size=16), data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_one_person_more_or_less_is_not_seen(
    people: list[dict[str, Any]], data: st.DataObject, emptied: Database, runner: asyncio.Runner, calendar: Calendar
) -> None:
    if not _announced:
        _announced.append(True)
        runner.run(announce(emptied))
    gone = data.draw(st.integers(0, len(people) - 1))
    whole = runner.run(written(emptied, people, calendar))
    without = runner.run(written(emptied, [each for number, each in enumerate(people) if number != gone], calendar))
    before, after = figures_of(whole), figures_of(without)
    if None in {whole["asking"]["questions"], without["asking"]["questions"]}:  # of fewer than five people it is not said at all
        before.pop("asking.questions"), after.pop("asking.questions")
    for path in before.keys() & after.keys():
        step = public.QUESTIONS_STEP if path == "asking.questions" else STEP
        assert before[path] % step == 0
        assert abs(before[path] - after[path]) <= step, (path, before[path], after[path])
    # A row that comes or goes with one person had, or has, the smallest count that is shown, or none.
    for path in before.keys() ^ after.keys():
        assert (before | after)[path] <= STEP, path
    # The share that announcements reached is made of rounded counts alone.
    counts = [
        (sum(bool(each["follows"]) and each["got"][number] for each in people), sum(bool(each["follows"]) for each in people))
        for number in (0, 1)
    ]
    shares = [percent for got, total in counts if (percent := share(shown(got), shown(total))) is not None]
    assert whole["announcing"]["reached"] == (round(sum(shares) / len(shares)) if shares else None)


_announced: list[bool] = []


def test_the_property_would_notice_exact_counts(emptied: Database, runner: asyncio.Runner, calendar: Calendar, monkeypatch: Any) -> None:
    monkeypatch.setattr(public, "shown", lambda count, _step=STEP: count)
    one = {"talks": {"web": [(BIRTH, "answer", 5.0)] * 3}, "follows": [], "topics": ["tin-chung"], "group": None, "got": [True, True]}
    made = runner.run(written(emptied, [one], calendar))
    assert made["procedures"] == {BIRTH: 1}
    assert figures_of(made)["procedures.1.001193"] % STEP != 0


def test_one_who_asks_all_day_counts_once(emptied: Database, runner: asyncio.Runner, calendar: Calendar) -> None:
    busy = {"talks": {"web": [(BIRTH, "unknown", 5.0)] * 200}, "follows": [], "topics": ["tin-chung"], "group": None, "got": [True, True]}
    made = runner.run(written(emptied, [busy] * 4, calendar))
    assert made["asking"] == {
        "people": None,
        "questions": None,
        "unanswered": None,
        "quick": None,
        "channels": {"web": None},
        "withheld": [],
    }
    assert made["procedures"] == {}
    made = runner.run(written(emptied, [busy] * 6, calendar))
    assert made["asking"]["people"] == 5
    assert made["asking"]["questions"] == 20  # five of each of the six, not 1.200
    assert dt.date.fromisoformat(made["month"]) == NOVEMBER.first

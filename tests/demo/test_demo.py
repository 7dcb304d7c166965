"""`gandan demo`: an empty installation becomes a ward that looks alive, one that is in use stays as it is, nothing goes out."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from app.announcements import repository as announcements
from app.announcements.models import Status
from app.announcements.news import read_news
from app.announcements.quiet import QuietHours
from app.assistant.pipeline import Pipeline
from app.calendar import repository as calendar_repository
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM, DayKind
from app.channels.accounts import Accounts
from app.cli import app as gandan
from app.commune import CommuneProfile
from app.database import Database
from app.deliveries.models import Delivery, Dispatch
from app.demo import filling, helping, people, talks
from app.demo.filling import Filled, fill
from app.demo.story import Days, load
from app.errors import BadInput
from app.local.holder import SnapshotHolder
from app.questions.service import Questions
from app.sealing import Sealer
from app.signed import Role
from app.statistics import repository as statistics
from app.statistics.periods import year_of
from app.statistics.public import published
from app.statistics.targets import Metric, entered, public_progress
from app.subscribers import service as subscribers
from app.tables import Answer, AuditEntry, ChannelAccount, Conversation, LocalFact, Official, QrScan, Subscriber
from app.templates import environment
from app.visitor import load_secret
from app.volunteers import repository as volunteers
from app.volunteers.models import Tally, VolunteerShift
from app.volunteers.words import hard
from app.ward.holder import WardHolder
from app.ward.service import mode_of
from app.ward.ward import WardMode
from tests.assistant.ward import commune, knowledge, settings
from tests.support.databases import close_sqlite, copy_sqlite, sqlite_url

NOW = dt.datetime(2026, 11, 22, 7, 0, tzinfo=dt.UTC)
"""14:00 on a Sunday in Vietnam."""


def _fill(url: str, data: Path, now: dt.datetime = NOW) -> Filled:
    async def work() -> Filled:
        database = Database(url)
        try:
            return await fill(settings(data_dir=data), database, now, knowledge=knowledge())
        finally:
            await database.close()

    return asyncio.run(work())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, Filled]:
    """The sample ward, made once. The first test of it: how long it takes is in the test's duration."""
    folder = tmp_path_factory.mktemp("demo")
    url = copy_sqlite(sqlite_template, folder / "gandan.sqlite3")
    filled = _fill(url, folder)
    knowledge().lay(())
    close_sqlite(folder / "gandan.sqlite3")
    return folder, filled


@pytest.fixture
async def database(demo: tuple[Path, Filled]) -> Any:
    found = Database(sqlite_url(demo[0] / "gandan.sqlite3"))
    yield found
    await found.close()


async def _all(database: Database, query: Any) -> Any:
    async with database.read() as session:
        return (await session.execute(query)).all()


async def test_officials_of_every_role_with_one_time_passwords(demo: tuple[Path, Filled], database: Database) -> None:
    opened = demo[1].opened
    assert {each.official.role for each in opened} == set(Role)
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{4}", each.one_time) for each in opened)
    assert len({each.one_time for each in opened}) == len(opened)
    assert all(row.must_change for row in await _all(database, sa.select(Official.must_change)))


async def test_people_follow_from_twelve_groups_on_three_channels(database: Database) -> None:
    async with database.read() as session:
        numbers = await subscribers.numbers(session, 1, knowledge().now.topics, NOW)
    assert 220 <= numbers.total < 240
    assert {channel for channel, _ in numbers.channels} == {"zalo_oa", "zalo_bot", "telegram"}
    assert [name for name, _ in numbers.groups] == [f"Tổ {number}" for number in range(1, 13)]
    assert min(count for _, count in numbers.groups) >= subscribers.SMALL
    assert numbers.guests >= 10
    assert sum(week.joined for week in numbers.weeks) > 50
    assert sum(week.left for week in numbers.weeks) > 0


async def test_answers_are_those_of_the_assistant_and_never_of_the_future(database: Database) -> None:
    answers = await _all(database, sa.select(Answer))
    rows = [row[0] for row in answers]
    assert len(rows) == talks.ANSWERS
    assert all(NOW - dt.timedelta(days=talks.SPAN + 2) < row.asked_at <= NOW for row in rows)
    statuses = Counter(row.status for row in rows)
    assert statuses["answer"] > 200
    assert statuses["unknown"] > 5
    assert statuses["other"] > 50
    assert all(row.reply and row.catalog_version for row in rows)
    liked = Counter(row.feedback for row in rows)
    assert liked["good"] > liked["bad"] > 3
    birth = next(row for row in rows if row.masked_text.startswith("làm giấy khai sinh"))
    assert birth.code == "1.001193"


async def test_questions_wait_for_somebody(database: Database) -> None:
    work = Questions(database, knowledge().now, dt.timedelta(minutes=30), clock=lambda: NOW)
    groups = await work.groups(60)
    assert len(groups) >= 8


async def test_announcements_are_in_every_state_and_went_out_in_daytime(database: Database) -> None:
    async with database.read() as session:
        found = await announcements.listed(session, 1, tuple(Status), limit=100)
    states = Counter(each.status for each in found)
    assert {Status.DRAFT, Status.WAITING, Status.SCHEDULED, Status.DONE, Status.WITHDRAWN} == set(states)
    assert {each.kind for each in found} >= {"original", "correction", "withdrawal", "all_clear"}
    assert any(each.returned_note for each in found)
    quiet = QuietHours.parse("21:00-06:30")
    for each in found:
        assert not each.trial
        assert each.published_at is None or not quiet.covers(each.published_at)
        assert each.approved_by is None or each.approved_by not in {each.created_by, each.edited_by}
        assert each.status != Status.SCHEDULED or (each.scheduled_at and each.scheduled_at > NOW)
        assert "<" not in str(each.content), "a day that was not put into words"


async def test_deliveries_have_an_end_each_and_nothing_can_go_out(database: Database) -> None:
    rows = await _all(database, sa.select(Delivery.status, Delivery.person, sa.func.count()).group_by(Delivery.status, Delivery.person))
    states = Counter(row.status for row in rows)
    assert {"sent", "delivered", "seen", "waiting", "skipped", "failed"} <= set(states)
    assert not {"queued", "sending"} & set(states)
    assert all(row.person.startswith("mau-") for row in rows)
    assert not [row for row in await _all(database, sa.select(Dispatch.status)) if row.status == "sending"]
    assert {row.status for row in await _all(database, sa.select(ChannelAccount.status))} == {"off"}


async def test_the_ward_is_in_real_mode_so_citizens_hear_what_it_published(database: Database) -> None:
    async with database.read() as session:
        assert await mode_of(session) is WardMode.REAL
        told = await read_news(session, 1, NOW)
    titles = [each.title for each in told]
    assert "Cúp điện ở tổ 9 và tổ 10" in titles
    assert "Cúp điện ở tổ 5 và tổ 6" not in titles, "that one only goes out tomorrow"
    templates = environment()
    templates.globals["commune"] = commune()
    pipeline = Pipeline(knowledge(), commune(), templates, settings(), lambda: NOW)
    wards = WardHolder(database, commune())
    local = SnapshotHolder(wards, pipeline.use, lambda: NOW)
    await wards.refresh()
    assert local.now.news
    reply = pipeline.ask("mai có cúp điện không", []).reply
    knowledge().lay(())
    assert reply is not None
    assert [card.title for card in reply.cards] == ["Cúp điện ở tổ 9 và tổ 10"]
    assert "thứ Hai 23/11/2026" in str(reply.cards[0].lines)


async def test_in_real_mode_still_nothing_can_go_out(demo: tuple[Path, Filled], tmp_path: Path) -> None:
    database = Database(copy_sqlite(demo[0] / "gandan.sqlite3", tmp_path / "copy.sqlite3"))
    async with database.write() as session:
        await session.execute(sa.update(ChannelAccount).values(status="on"))
    opened: list[str] = []
    builders = {name: lambda *_: opened.append("channel") for name in ("zalo_oa", "zalo_bot", "telegram")}
    accounts = Accounts(database, Sealer(load_secret(settings(data_dir=tmp_path))), settings(), builders)  # type: ignore[arg-type]
    await accounts.refresh()
    assert (accounts.all(), opened) == ([], [])
    await database.close()


async def test_teams_look_after_every_group_and_two_show_a_phone(database: Database) -> None:
    async with database.read() as session:
        teams = await volunteers.in_charge(session, 1)
        people = await volunteers.volunteers(session, 1)
        invited = await volunteers.invited(session, 1, NOW)
    assert {group.name for team in teams for group in team.groups} == {f"Tổ {number}" for number in range(1, 13)}
    assert sum(bool(team.phone) for team in teams) == 2
    assert all(not team.phone or team.phone.startswith("0236 000 00") for team in teams), "a number that was given to nobody"
    assert len([each for each in people if each.ended_at is None]) == 13
    assert len([each for each in people if each.ended_at is not None]) == 1
    assert [each.name for each in people if each.id in invited] == ["Phan Gia Bảo"]


async def test_the_roster_of_the_coming_service_has_yes_no_and_silence(database: Database) -> None:
    query = sa.select(VolunteerShift.reply, sa.func.count()).where(VolunteerShift.session_uid == "chu-nhat-2026-12-06")
    assert dict(await _all(database, query.group_by(VolunteerShift.reply))) == {"yes": 4, "no": 1, "asked": 2}
    others = {row.session_uid for row in await _all(database, sa.select(VolunteerShift.session_uid).distinct())}
    assert {"chu-nhat-2026-10-04", "chu-nhat-2026-11-01"} < others
    assert any(not uid.startswith("chu-nhat") for uid in others), "the session in the group on that Sunday"


async def test_tallies_are_of_the_past_and_of_all_kinds(database: Database) -> None:
    rows = [row[0] for row in await _all(database, sa.select(Tally))]
    today = NOW.astimezone(VIETNAM).date()
    assert len(rows) == helping.TALLIES
    assert all(today - dt.timedelta(days=60) <= row.day <= today and row.received_at <= NOW for row in rows)
    assert all(knowledge().now.catalog.get(row.code) for row in rows)
    codes = Counter(row.code for row in rows)
    assert codes["3.000228"] > 4 * codes["1.001612"]
    assert 0.2 < sum(row.on_behalf for row in rows) / len(rows) < 0.5
    assert {"khong", "mat-khau", "giay-to", "tai-khoan"} <= {row.hard for row in rows} <= set(hard())
    sunday = Counter(row.session_uid for row in rows if row.session_uid)
    assert set(sunday) == {"chu-nhat-2026-10-04", "chu-nhat-2026-11-01"}
    assert min(sunday.values()) >= 20


async def test_months_are_published_and_the_year_has_targets(database: Database) -> None:
    async with database.read() as session:
        months = await published(session, 1, NOW)
        rows = await statistics.targets(session, 1, 2026)
        files = entered(await statistics.entries(session, 1, year_of(2026)))
    assert [month.period.key for month in months] == ["2026-09", "2026-10"]
    october = months[-1]
    assert october.asking is not None
    assert (october.asking.people or 0) >= 50
    assert len(october.procedures) >= 5
    assert (october.scanning.total or 0) >= 100
    assert october.helping is not None
    assert (october.helping.alone or 0) >= 20
    assert (october.helping.sunday or 0) >= 20
    assert any(online is not None for online, _ in october.helping.procedures.values())
    assert {row.metric: row.goal for row in rows}["online"] == 95
    shown = {each.metric: each for each in public_progress(rows, months, files)}
    assert 85 < (shown[Metric.ONLINE].value or 0) < 95, "on its way"
    assert all(each.value is not None for each in shown.values())


async def test_the_calendar_has_the_next_service_the_moved_one_and_sessions(database: Database) -> None:
    async with database.read() as session:
        facts = await calendar_repository.load(session, 1, NOW)
    changes = {each.day: each for each in facts.days}
    assert changes[dt.date(2026, 12, 6)].kind is DayKind.OPEN
    assert changes[dt.date(2027, 2, 7)].moved_to == dt.date(2027, 2, 14)  # the second day of Tết
    assert {str(each.kind) for each in facts.sessions} >= {"identity", "vaccination", "reception"}
    calendar = Calendar(commune(), facts)
    assert calendar.plan(dt.date(2027, 2, 14)).is_service
    identity = next(each for each in facts.sessions if each.kind == "identity")
    assert (identity.day, identity.group_name) == (dt.date(2026, 12, 6), "Tổ 12")


async def test_local_facts_are_proposed_and_checked_by_two(database: Database) -> None:
    facts = [row[0] for row in await _all(database, sa.select(LocalFact))]
    assert Counter(fact.status for fact in facts) == {"checked": 3, "draft": 2}
    assert all(fact.checked_by != fact.proposed_by for fact in facts)


async def test_scans_and_the_record_are_of_the_past_and_in_order(database: Database) -> None:
    scans = await _all(database, sa.select(QrScan.place, sa.func.sum(QrScan.scans)).group_by(QrScan.place))
    assert len(scans) >= 5
    assert (await _all(database, sa.select(sa.func.max(QrScan.day))))[0][0] <= NOW.astimezone(VIETNAM).date()
    times = [row.at for row in await _all(database, sa.select(AuditEntry.at).order_by(AuditEntry.id))]
    assert len(times) > 80
    assert times == sorted(times)
    assert times[-1] <= NOW


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A story of few people, told in a moment."""
    story = load("story")
    story |= {"announcements": story["announcements"][3:4], "channels": {"zalo_oa": 12, "zalo_bot": 4, "telegram": 8}}
    monkeypatch.setattr(filling, "load", lambda _name: story)
    monkeypatch.setattr(talks, "ANSWERS", 12)
    monkeypatch.setattr(helping, "TALLIES", 40)
    yield story
    knowledge().lay(())


async def test_the_same_day_gives_the_same_ward_on_any_database(
    database_url: str, sqlite_template: Path, tmp_path: Path, small: Any
) -> None:
    def told(url: str) -> Any:
        engine = sa.create_engine(url.replace("+aiosqlite", ""))
        queries = (
            sa.select(Answer.asked_at, Answer.channel, Answer.masked_text, Answer.status, Answer.feedback).order_by(Answer.message_id),
            sa.select(Subscriber.person, Subscriber.group_id, Subscriber.consent_at, Subscriber.person_key).order_by(Subscriber.person),
            sa.select(Delivery.person, Delivery.status, Delivery.reason).order_by(Delivery.id),
            sa.select(Tally.tally_id, Tally.code, Tally.on_behalf, Tally.hard, Tally.day, Tally.session_uid).order_by(Tally.tally_id),
        )
        with engine.connect() as connection:
            found = [connection.execute(query).all() for query in queries]
        engine.dispose()
        return found

    url = copy_sqlite(sqlite_template, tmp_path / "other.sqlite3")
    await asyncio.to_thread(_fill, url, tmp_path)
    await asyncio.to_thread(_fill, database_url, tmp_path)
    assert told(url) == told(database_url)
    assert len(told(url)[0]) == 12
    assert told(url)[2]


# --- what it refuses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["official", "channel", "subscriber", "conversation"])
async def test_an_installation_in_use_is_left_alone(database_url: str, tmp_path: Path, what: str) -> None:
    database = Database(database_url)
    now = NOW
    made: dict[str, Any] = {
        "official": Official(
            commune_id=1, username="lan", name="Lan", role="keeper", password_hash="", must_change=False, recovery=[], created_at=now, changed_at=now
        ),
        "channel": ChannelAccount(commune_id=1, channel="telegram", hook="h", mode="polling", status="on", sealed="", updated_at=now),
        "subscriber": Subscriber(commune_id=1, channel="telegram", person="1", consent_at=now, consent_words="nhận tin", person_key="k"),
        "conversation": Conversation(commune_id=1, channel="web", person="x", state={}, updated_at=now),
    }  # fmt: skip
    async with database.write() as session:
        session.add(made[what])
    with pytest.raises(BadInput, match="chỗ trống"):
        await fill(settings(data_dir=tmp_path), database, NOW, knowledge=knowledge())
    async with database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(ChannelAccount)) == (what == "channel")
    await database.close()


async def test_a_real_ward_is_not_filled(sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: CommuneProfile = commune().model_copy(update={"is_sample": False})
    monkeypatch.setattr(filling, "load_commune", lambda _path: real)
    database = Database(sqlite_database_url)
    with pytest.raises(BadInput, match="hồ sơ mẫu"):
        await fill(settings(data_dir=tmp_path), database, NOW, knowledge=knowledge())
    await database.close()


def test_the_command_prints_each_password_once(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]
) -> None:
    monkeypatch.setattr(filling, "KnowledgeHolder", lambda _folder, _locale: knowledge())
    monkeypatch.setenv("GANDAN_DATABASE_URL", "postgresql+psycopg://nobody@nowhere.invalid/x")
    shutil.copyfile(sqlite_template, tmp_path / "gandan.sqlite3")
    result = CliRunner().invoke(gandan, ["demo", "--data-dir", str(tmp_path)])
    assert result.exit_code == 0, result.output
    for each in small["officials"]:
        assert re.search(rf"^{each['username']} +\w{{4}}-\w{{4}}-\w{{4}} ", result.output, re.MULTILINE), result.output
    again = CliRunner().invoke(gandan, ["demo", "--data-dir", str(tmp_path)])
    assert isinstance(again.exception, BadInput)


# --- days -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["2026-11-22T07:00", "2026-12-31T20:00", "2027-02-06T01:00", "2028-02-28T23:30"])
def days(request: pytest.FixtureRequest) -> Days:
    now = dt.datetime.fromisoformat(request.param).replace(tzinfo=dt.UTC)
    return Days(now, dt.date(2026, 12, 6))


def test_what_is_to_come_is_on_a_working_day_and_what_was_is_past(days: Days) -> None:
    for ahead in range(1, 20):
        assert days.day(ahead).weekday() < 5
        assert days.day(ahead) > days.today
    assert days.day(-3) == days.today - dt.timedelta(days=3)
    assert days.at([0, "23:59"]) <= days.now


def test_days_are_said_as_people_write_them() -> None:
    assert Days(NOW, dt.date(2026, 12, 6)).say("Từ <+1> đến <cn>, <x>") == "Từ thứ Hai 23/11/2026 đến Chủ nhật 6/12/2026, <x>"


def test_ids_are_those_of_nobody() -> None:
    assert people.person_of("zalo_oa", 7) == "mau-zalo_oa-007"

"""Fills an empty installation: two months of a ward, told in the order of time."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from app.assistant.knowing import KnowledgeHolder
from app.assistant.pipeline import Pipeline
from app.assistant.service import Assistant
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.commune import CommuneProfile, load_commune
from app.database import Database
from app.demo import figures, helping, people, plans, repository, talks
from app.demo.news import News
from app.demo.people import FIRST_DAY
from app.demo.stage import Clock, Stage
from app.demo.story import Days, load
from app.errors import BadInput
from app.officials.service import Opened
from app.settings import Settings
from app.subscribers.acts import Acts
from app.templates import environment

NOT_EMPTY = "Nơi này đã có cán bộ, kênh nhắn tin, người theo dõi hoặc hội thoại. Dữ liệu mẫu chỉ đưa vào chỗ trống: chọn thư mục khác bằng --data-dir."
SEED = 2026
A_REAL_WARD = "Hồ sơ phường đang dùng không phải hồ sơ mẫu. Bỏ GANDAN_COMMUNE_FILE rồi chạy lại."


@dataclass(frozen=True)
class Filled:
    """What there is now. `opened`: accounts with their one-time passwords, shown once."""

    opened: list[Opened]
    people: int
    answers: int


async def fill(settings: Settings, database: Database, now: dt.datetime, *, knowledge: KnowledgeHolder | None = None) -> Filled:
    """Fill the (migrated) database. Raises BadInput when it is not empty, or the ward is a real one."""
    commune = load_commune(settings.commune_file)
    if not commune.is_sample:
        raise BadInput(A_REAL_WARD)
    async with database.read() as session:
        if not await repository.is_empty(session):
            raise BadInput(NOT_EMPTY)
    stage = _stage(settings, database, now, commune, knowledge)
    opened = await people.open_office(stage)
    async with database.write() as session:
        await repository.redate(session, stage.clock.now)
    happenings = [*people.followers(stage), *talks.conversations(stage), *plans.happenings(stage), *News(stage).happenings()]
    happenings += [*helping.happenings(stage), *figures.happenings(stage)]
    await plans.scan(stage)  # before the months are published that count them
    await stage.run(happenings)
    return Filled(opened, sum(stage.story["channels"].values()), talks.ANSWERS)


def _stage(settings: Settings, database: Database, now: dt.datetime, commune: CommuneProfile, knowledge: KnowledgeHolder | None) -> Stage:
    templates = environment()
    templates.globals["commune"] = commune
    clock = Clock(now - dt.timedelta(days=FIRST_DAY))
    holder = knowledge or KnowledgeHolder(settings.procedures_dir, commune.locale)
    pipeline = Pipeline(holder, commune, templates, settings, clock)
    acts = Acts(templates, lambda: holder.now.topics, settings.public_url)
    today = now.astimezone(VIETNAM).date()
    service = Calendar(commune).next_sunday_service(today + dt.timedelta(days=1))
    return Stage(
        settings=settings,
        database=database,
        clock=clock,
        rng=random.Random(SEED),  # noqa: S311 -- the same sample every time, nothing secret
        story=load("story"),
        days=Days(now, service.day if service else today + plans.WEEK),
        profile=commune,
        templates=templates,
        knowledge=holder,
        pipeline=pipeline,
        assistant=Assistant(pipeline, database, settings, acts),
    )

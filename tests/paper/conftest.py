"""The real catalog, the sample ward on a fixed morning, and readers that know nothing of how we print."""

from __future__ import annotations

import datetime as dt

import pytest

from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.catalog.loader import load_catalog
from app.commune import load_commune
from app.messages import Door
from app.paper.service import Press
from app.settings import ROOT
from app.templates import environment

MORNING = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # Monday, nine o'clock in Vietnam
PUBLIC_URL = "https://gandan.ankhe.danang.gov.vn"
DOORS = (Door("Zalo", "https://zalo.me/1", words=True), Door("Telegram", "https://t.me/x", words=False))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(ROOT / "procedures", "da-nang")


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar(load_commune(ROOT / "procedures" / "commune.sample.yaml"))


@pytest.fixture(scope="session")
def press(catalog: Catalog, calendar: Calendar) -> Press:
    say = environment().get_template("catalog/say.jinja").module
    return Press(lambda: catalog, lambda: calendar, lambda: DOORS, say, PUBLIC_URL, lambda: MORNING)

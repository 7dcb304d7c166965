"""One server for the tests of the volunteers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.desk import Desk, running_desk
from tests.volunteers.people import without_volunteers


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("volunteers"), sqlite_template) as running:
        yield running


@pytest.fixture
def desk(served: Desk) -> Iterator[Desk]:
    with without_volunteers(served) as empty:
        yield empty

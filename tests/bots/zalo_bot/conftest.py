"""Log lines of every test, wherever an earlier test sent them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What is logged during a test, as dictionaries."""
    with capture_logs() as lines:
        yield lines

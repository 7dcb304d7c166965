"""The real catalog and its reader, built once."""

from __future__ import annotations

import pytest

from app.assistant.knowing import Knowledge
from app.settings import ROOT
from app.understanding.reader import Reader
from app.understanding.text import Normalizer


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge.load(ROOT / "procedures", None)


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> Reader:
    return knowledge.reader


@pytest.fixture(scope="session")
def normalizer(reader: Reader) -> Normalizer:
    return reader.index.normalizer

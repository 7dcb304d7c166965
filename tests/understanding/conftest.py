"""The real catalog and its reader, built once."""

from __future__ import annotations

import pytest

from app.assistant.kept import load_kept
from app.assistant.knowing import Knowledge
from app.settings import ROOT, Settings
from app.understanding.reader import Reader
from app.understanding.text import Normalizer


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_kept(ROOT / "procedures", None, Settings().resolved_cache_dir)


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> Reader:
    return knowledge.reader


@pytest.fixture(scope="session")
def normalizer(reader: Reader) -> Normalizer:
    return reader.index.normalizer

"""Learns which words follow each other from names, ways of asking and training messages, as their writers typed them."""

from __future__ import annotations

from collections.abc import Iterable

from app.assistant.training_rows import Sample
from app.understanding.language import Language, as_written
from app.understanding.terms import Entry
from app.understanding.text import decode_slip, split_words


def learn_language(entries: Iterable[Entry], told: Iterable[Sample]) -> Language:
    """Counts over everything that names or asks for a class."""
    texts = [text for entry in entries for text in (*entry.names, *entry.asks, *entry.told)]
    texts += [sample.text for sample in told]
    return Language.of(as_written([decode_slip(word) for word in split_words(text)] for text in texts))

"""The words of following: short sentences, no blemish, every text over names that are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import meta

from app.subscribers.saying import FILE, Saying
from app.templates import environment

SAYING = Saying(environment())
KNOWN = {
    "added", "known", "channel", "limit", "group", "unknown_group", "asks", "example", "new", "trial", "gone", "left", "others", "guest", "staff",
    "name", "day", "words", "said", "code", "minutes", "names", "followed", "doors",
}  # fmt: skip
WORDS_IN_A_SENTENCE = 20


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}")
    else:
        for inner in value:
            yield from _texts(inner, path)


TEXTS = list(_texts(SAYING.data))


@pytest.mark.parametrize(("path", "text"), TEXTS, ids=[path for path, _ in TEXTS])
def test_every_text_is_short_and_over_known_names(path: str, text: str) -> None:
    assert meta.find_undeclared_variables(environment().parse(text)) <= KNOWN
    bare = re.sub(r"{[{%].*?[%}]}", "x", text)
    assert not [sentence for sentence in re.split(r"(?<=[.!?:;])\s+", bare) if len(sentence.split()) > WORDS_IN_A_SENTENCE], path


def test_every_reply_of_the_file_is_said_somewhere() -> None:
    source = (FILE.parent / "acts.py").read_text("utf-8")
    replies = {name for name, value in SAYING.data.items() if "paragraphs" in value}
    assert not {name for name in replies if f'"{name}"' not in source}

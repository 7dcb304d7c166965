"""Every card the catalog can give, on every channel; and the dumps of docs/channels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from app.assistant.asked import Asked
from app.assistant.composer import Composer
from app.local.snapshot import Snapshot
from app.messages import Card, Part, Reply
from app.rendering import render
from app.templates import environment
from app.understanding.decision import Decision
from app.understanding.decision import Part as Asking
from app.understanding.rules import Aspect
from tests.assistant.ward import MONDAY, commune, knowledge
from tests.channels.cards import ANSWER_ID, FOLDER, NAMES, PUBLIC_URL, dump
from tests.channels.limits import CAPABILITIES, broken_rules


@pytest.fixture(scope="module")
def replies() -> list[Reply]:
    """The reply for every procedure, each of its cases and no case, whole and for each aspect."""
    known = knowledge().now
    templates = environment()
    templates.globals["commune"] = commune()
    composer = Composer(templates, PUBLIC_URL)
    asked = Asked(known, "", frozenset(), frozenset(), MONDAY, Snapshot.of_file(commune()))
    found = []
    for procedure in known.catalog.procedures.values():
        aspects: list[tuple[Aspect, ...]] = [(), *((aspect,) for aspect in Aspect), tuple(Aspect)]
        for case_id, wanted in product([None, *(case.id for case in procedure.cases)], aspects):
            decision = Decision("answer", "procedure", parts=(Asking(procedure.code, wanted, case_id),))
            found.append(composer.compose(decision, asked)[0].model_copy(update={"answer_id": ANSWER_ID}))
    return found


@pytest.mark.parametrize("channel", CAPABILITIES)
def test_every_card_is_sent_whole_and_within_the_limits(replies: list[Reply], channel: str) -> None:
    can = CAPABILITIES[channel]
    assert len(replies) > 1000
    for reply in replies:
        parts = render(reply, can)
        card = reply.cards[0]
        assert not broken_rules(parts, can), card.code
        seen = _seen(parts)
        assert not [words for words in _words_of(card) if " ".join(words.split()) not in seen], card.code
        addresses = {button.url for button in parts[-1].buttons}
        assert not [url for url in (card.url, *(link.url for link in card.links)) if url not in addresses and url not in seen], card.code
        choices = [f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)]
        assert not [choice for choice in choices if choice not in seen], card.code


@pytest.mark.parametrize("channel", NAMES)
def test_the_dumps_show_what_citizens_see_today(channel: str) -> None:
    written = (FOLDER / f"{channel}.md").read_text("utf-8")
    assert written == dump(channel), "stale: .venv/bin/python -m tests.channels.cards"


@pytest.mark.parametrize("channel", NAMES)
def test_there_is_a_picture_of_every_channel(channel: str) -> None:
    assert (FOLDER / f"{channel}.png").read_bytes().startswith(b"\x89PNG")


def _seen(parts: tuple[Part, ...]) -> str:
    """Everything that can be read, without line ends."""
    texts = [part.text for part in parts] + [button.label for button in parts[-1].buttons]
    return " ".join(" ".join(texts).split())


def _words_of(card: Card) -> Iterator[str]:
    yield from (card.title, card.case, card.basis)
    if card.badge:
        yield f"[{card.badge.text}]"
    for line in card.lines:
        yield from (f"{line.icon} {line.label}: {line.text}".strip(), *(f"• {item}" for item in line.items))

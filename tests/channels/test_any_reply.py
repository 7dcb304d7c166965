"""A Reply becomes parts: what holds for any reply on any channel."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages import Badge, Capabilities, Card, Choice, Line, Link, Part, Picture, Reply
from app.rendering import render
from tests.channels.limits import CAPABILITIES, broken_rules, size

QR = Picture(url="https://ankhe.example/qr.png", alt="Mã QR của trang")
# No digits: a long row of numbers is not cut between them, and so not always into the fewest parts.
WORDS = st.text("aăâbcdđêgiơưọậễxyAĐ.,:!…📄😀–()\u0301", min_size=1, max_size=12)
LABELS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
SENTENCES = st.builds(lambda words, times: " ".join([words] * times), LABELS, st.sampled_from((1, 1, 2, 9)))
TEXTS = st.lists(SENTENCES, max_size=3).map("\n".join)
URLS = st.sampled_from([f"https://ankhe.example/{number}" for number in range(9)] + ["http://127.0.0.1:8000/x", "tel:114"])
LINKS = st.lists(st.builds(Link, label=LABELS, url=URLS), max_size=4, unique_by=lambda link: link.url).map(tuple)
CARDS = st.builds(
    Card,
    code=st.just("1.001193"),
    title=LABELS,
    case=st.just("") | LABELS,
    badge=st.none() | st.builds(Badge, text=WORDS, tone=st.just("full")),
    lines=st.lists(
        st.builds(Line, label=LABELS, text=TEXTS, icon=st.sampled_from(["", "📄"]), items=st.lists(SENTENCES, max_size=4).map(tuple)),
        max_size=4,
    ).map(tuple),
    basis=TEXTS,
    url=st.sampled_from(["", "https://ankhe.example/p", "http://127.0.0.1:8000/p"]),
    links=LINKS,
)
REPLIES = st.builds(
    Reply,
    paragraphs=st.lists(TEXTS, max_size=3).map(tuple),
    cards=st.lists(CARDS, max_size=2).map(tuple),
    choices=st.lists(st.builds(Choice, label=LABELS, send=LABELS), max_size=7).map(tuple),
    links=LINKS,
    picture=st.none() | st.just(QR),
    closing=st.lists(TEXTS, max_size=2).map(tuple),
    urgent=st.booleans(),
    feedback=st.booleans(),
    answer_id=st.sampled_from(["", "0123456789abcdef" * 2]),
).filter(lambda reply: reply.as_text().strip() or reply.picture)
CHANNELS = st.sampled_from(list(CAPABILITIES.values())) | st.builds(
    Capabilities,
    text_limit=st.integers(250, 900),
    caption_limit=st.integers(60, 900),
    text_unit=st.sampled_from(["characters", "utf16"]),
    bold=st.booleans(),
    pictures=st.sampled_from(["upload", "address", "none"]),
    buttons=st.integers(0, 9),
    button_label=st.integers(12, 100),
    button_answers=st.sampled_from(["words", "data", "none"]),
    button_data=st.sampled_from([20, 64, 1000]),
    button_urls=st.booleans(),
)


@given(REPLIES, CHANNELS)
@settings(max_examples=100, deadline=None)
def test_every_part_is_within_the_limits(reply: Reply, can: Capabilities) -> None:
    parts = render(reply, can)
    assert not broken_rules(parts, can)
    assert parts == render(reply, can)
    assert all(len(button.data.encode()) <= 64 for part in parts for button in part.buttons)


@given(REPLIES, CHANNELS)
@settings(max_examples=100, deadline=None)
def test_cutting_loses_nothing_and_cuts_only_at_blanks_and_never_needlessly(reply: Reply, can: Capabilities) -> None:
    parts = [part for part in render(reply, can) if part.text != QR.alt]
    if not parts or "Còn nữa, " in parts[-1].text:
        return
    whole = _uncut(reply, can)
    spans, at = [], 0
    for part in parts:
        assert whole.text.startswith(part.text, at), "something was lost or changed"
        end = at + len(part.text)
        spans.append((at, end))
        assert whole.text[end : end + 1].isspace() or end == len(whole.text), "cut inside a word"
        assert not [run for run in whole.bold if run[0] < end < sum(run)], "cut inside a bold run"
        at = end + len(whole.text[end:]) - len(whole.text[end:].lstrip())
    assert at == len(whole.text)
    assert [run for part in parts for run in _bold(part)] == _bold(whole)
    for (start, _), (_, end) in pairwise(spans):
        assert size(whole.text[start:end]) > can.text_limit, "two parts could have been one"


@given(REPLIES, CHANNELS)
@settings(max_examples=100, deadline=None)
def test_everything_the_reply_says_can_be_read_or_pressed(reply: Reply, can: Capabilities) -> None:
    whole = _uncut(reply, can)
    labels = [button.label for button in whole.buttons]
    seen = " ".join(" ".join([whole.text, *labels]).split())
    assert not [text for text in map(_clean, _said(reply)) if text not in seen]
    addresses = {button.url for button in whole.buttons}
    links = [*reply.links, *(link for card in reply.cards for link in card.links)]
    assert not [link for link in links if link.url not in addresses and link.url.removeprefix("tel:") not in whole.text]
    choices = [_clean(f"{number}. {choice.label}") for number, choice in enumerate(reply.choices, 1)]
    shown = [line for line in [*whole.text.splitlines(), *labels] if line in choices]
    assert shown[: len(choices)] == choices, "numbered in another order"


def _uncut(reply: Reply, can: Capabilities) -> Part:
    (part,) = render(reply, replace(can, text_limit=1_000_000, caption_limit=1_000_000))
    return part


def _bold(part: Part) -> list[str]:
    return [part.text[start : start + length] for start, length in part.bold]


def _said(reply: Reply) -> Iterator[str]:
    yield from (*reply.paragraphs, *reply.closing, *(choice.label for choice in reply.choices))
    for card in reply.cards:
        yield from (card.title, card.case, card.basis, f"[{card.badge.text}]" if card.badge else "")
        for line in card.lines:
            yield from (line.icon, f"{line.label}:", line.text, *line.items)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))

"""The same question, typed otherwise or said more politely, is the same question.

150 ways of asking from the catalog itself, chosen by hash so that a new procedure changes few of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assistant.knowing import Knowledge
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader

SAMPLE = 150
POLITE_ENOUGH = 0.98  # share of the sample that courtesy must not change
Understood = tuple[str, str | None]


def _understood(reader: Reader, text: str) -> Understood:
    decision = decide(reader, text, State())
    return decision.outcome, decision.codes[0] if decision.codes else None


@pytest.fixture(scope="session")
def asks(knowledge: Knowledge) -> list[tuple[str, Understood]]:
    """The sample, with what is understood as written."""
    every = {ask for procedure in knowledge.catalog.in_force() for ask in procedure.all_asks()}
    chosen = sorted(every, key=lambda ask: hashlib.sha256(ask.encode()).digest())[:SAMPLE]
    return [(ask, _understood(knowledge.reader, ask)) for ask in chosen]


def test_nearly_all_of_the_sample_is_answered_at_all(asks: list[tuple[str, Understood]]) -> None:
    assert sum(outcome == "answer" for _, (outcome, _) in asks) >= 0.95 * SAMPLE


# --- typed otherwise: nothing may change --------------------------------------------------------------------------

TYPED: dict[str, Callable[[str], str]] = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "in capitals": str.upper,
    "with double spaces": lambda text: "  {} \n".format(text.replace(" ", "\u00a0 ")),
    "with emoji": lambda text: f"{text}🥺 🙏😊",
    "with unseen characters and dots": lambda text: f"\ufeff{text}\u200b...",
}


@pytest.mark.parametrize("change", TYPED.values(), ids=TYPED.keys())
def test_how_it_is_typed_changes_nothing(reader: Reader, asks: list[tuple[str, Understood]], change: Callable[[str], str]) -> None:
    assert not [(ask, before) for ask, before in asks if _understood(reader, change(ask)) != before]


def test_nor_does_any_mixture_of_it(reader: Reader, asks: list[tuple[str, Understood]]) -> None:
    @settings(deadline=None, max_examples=100)
    @given(number=st.integers(0, SAMPLE - 1), changes=st.lists(st.sampled_from(list(TYPED)), min_size=2, max_size=4))
    def mix(number: int, changes: list[str]) -> None:
        ask, before = asks[number]
        text = ask
        for name in changes:
            text = TYPED[name](text)
        assert _understood(reader, text) == before

    mix()


# --- said more politely -------------------------------------------------------------------------------------------


def _ending(words: str) -> Callable[[str], str]:
    return lambda text: text.rstrip("?!. ") + words


def _me(word: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"\btôi\b", word, text)


POLITE: dict[str, Callable[[str], str]] = {
    "dạ …": lambda text: f"dạ {text}",
    "ad ơi …": lambda text: f"ad ơi {text}",
    "dạ em chào ad, …": lambda text: f"dạ em chào ad, {text}",
    "cho em hỏi …": lambda text: f"cho em hỏi {text}",
    "anh chị cho em hỏi …": lambda text: f"anh chị cho em hỏi {text}",
    "… ạ": _ending(" ạ"),
    "… nhé": _ending(" nhé"),
    "… nha": _ending(" nha"),
    "… vậy ad": _ending(" vậy ad"),
    "… giúp em với ạ": _ending(" giúp em với ạ"),
    "…, em cảm ơn ạ": _ending(", em cảm ơn ạ"),
    "tôi → em": _me("em"),
    "tôi → mình": _me("mình"),
    "tôi → tui": _me("tui"),
    "dạ cho em hỏi chút ạ, …": lambda text: f"dạ cho em hỏi chút ạ, {text}",
    "alo phường ơi …": lambda text: f"alo phường ơi {text}",
    "alo ad ơi …": lambda text: f"alo ad ơi {text}",
}


@pytest.mark.parametrize("name", POLITE)
def test_courtesy_changes_next_to_nothing(reader: Reader, asks: list[tuple[str, Understood]], name: str) -> None:
    said = [(ask, before, POLITE[name](ask)) for ask, before in asks if POLITE[name](ask) != ask]
    changed = said[list(POLITE).index(name) % 3 :: 3] if len(said) == SAMPLE else said  # a third of them, to save time
    assert changed
    found = [(text, before, after) for _, before, text in changed if (after := _understood(reader, text)) != before]
    assert len(found) <= (1 - POLITE_ENOUGH) * len(changed), f"{len(found)} of {len(changed)}: {found[:5]}"

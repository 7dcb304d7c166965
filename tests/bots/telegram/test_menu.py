"""The menu: within Telegram's rules, and words that the assistant understands."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from bots.telegram.menu import MENU, Menu
from tests.bots.telegram.test_updates import text_message


def test_names_are_telegrams() -> None:
    assert 5 <= len(MENU.commands) <= 100
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in MENU.commands)
    assert "start" not in MENU.commands


@pytest.mark.parametrize("name", MENU.commands)
def test_each_command_stands_for_its_words(name: str) -> None:
    assert text_message(f"/{name}").text == MENU.commands[name].words


def test_texts_beyond_telegrams_limits_are_refused() -> None:
    short = MENU.model_dump()
    with pytest.raises(ValidationError):
        Menu.model_validate(short | {"short": "a" * 121})
    with pytest.raises(ValidationError):
        Menu.model_validate(short | {"about": "a" * 513})

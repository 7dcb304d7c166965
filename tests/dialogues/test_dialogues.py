"""Every dialogue of this folder, through the real web chat of a real server."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.yaml_loader import read_document
from tests.dialogues.webchat import Heard, WebChat
from tests.support.server import Server, running_server

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
DIALOGUES = [dialogue for file in FILES for dialogue in read_document(file).data]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("dialogues") / "data"
    with running_server(folder, GANDAN_MESSAGES_PER_MINUTE="10000") as running:
        yield running


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[dialogue["name"] for dialogue in DIALOGUES])
def test_dialogue(server: Server, dialogue: dict[str, Any]) -> None:
    chat = WebChat(server.url)
    try:
        for turn in dialogue["turns"]:
            text = turn["say"]
            if dialogue.get("nfd"):
                text = unicodedata.normalize("NFD", text)
            if dialogue.get("long"):
                text = (text * 500)[: int(dialogue["long"])]
            _check(turn, chat.say(text))
    finally:
        chat.close()


def _check(turn: dict[str, Any], heard: Heard) -> None:
    said = f"«{turn['say'][:80]}» → {heard.text[:900]} thẻ {heard.cards} lựa chọn {heard.choices}"
    if "card" in turn:
        assert heard.cards[:1] == [turn["card"]], said
    if "cards" in turn:
        assert heard.cards == turn["cards"], said
    for words in turn.get("has", ()):
        assert words in heard.text or words in heard.tel, f"thiếu «{words}»: {said}"
    for words in turn.get("hasnt", ()):
        assert words not in heard.text, f"không được có «{words}»: {said}"
        assert words not in heard.question or (words in turn["say"] and not words.isdigit()), f"lộ «{words}»: {heard.question}"
    if "choices" in turn:
        assert len(heard.choices) >= int(turn["choices"]), said

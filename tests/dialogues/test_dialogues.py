"""Every dialogue of this folder, on all four channels: through real HTTP, against a real server and the platforms' fakes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.catalog.yaml_loader import read_document
from tests.channels.connected import CHANNELS, connected
from tests.dialogues.phone import PhoneChat
from tests.dialogues.webchat import Heard, WebChat
from tests.support.server import running_server

Chat = WebChat | PhoneChat

FILES = sorted(file for file in Path(__file__).parent.glob("*.yaml") if file.name != "calendar.yaml")  # its clock stands still
ALL: list[dict[str, Any]] = [dialogue for file in FILES for dialogue in read_document(file).data]
DIALOGUES = {dialogue["name"]: dialogue for dialogue in ALL}
AT_A_TIME = 12
PORT = re.compile(r"(?<=127\.0\.0\.1):\d+")  # any number may be in it


@pytest.fixture(scope="module", params=("web", *CHANNELS))
def new_chat(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Chat]]:
    """Makes chats of fresh citizens on one channel."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "web":
        with running_server(folder / "data", GANDAN_MESSAGES_PER_MINUTE="10000") as server:
            yield lambda: WebChat(server.url)
    else:
        with connected(request.param, folder) as channel, channel.serving():
            yield lambda: PhoneChat(channel)


@pytest.fixture(scope="module")
def talks(new_chat: Callable[[], Chat], request: pytest.FixtureRequest) -> Iterator[dict[str, Future[bool]]]:
    """Every dialogue that is asked for, held by a citizen of its own, some at a time; whether the channel has what it needs."""
    wanted = dict.fromkeys(
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.name.startswith("test_dialogue[")
    )
    with ThreadPoolExecutor(AT_A_TIME) as citizens:
        yield {name: citizens.submit(_talk, new_chat(), DIALOGUES[name]) for name in wanted}
        citizens.shutdown(cancel_futures=True)


def test_no_dialogue_hides_another_of_its_name() -> None:
    assert len(DIALOGUES) == len(ALL)


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(talks: dict[str, Future[bool]], name: str) -> None:
    if not talks[name].result():
        pytest.skip("kênh này không có")


def _talk(chat: Chat, dialogue: dict[str, Any]) -> bool:
    on_phone = isinstance(chat, PhoneChat)
    if (dialogue.get("only") == "phone" and not on_phone) or (dialogue.get("buttons") and not chat.has_buttons):
        return False
    try:
        for turn in dialogue["turns"]:
            text = turn["say"]
            if dialogue.get("nfd"):
                text = unicodedata.normalize("NFD", text)
            if dialogue.get("long"):
                text = (text * 500)[: int(dialogue["long"])]
            if on_phone and not text.strip() and not turn.keys() & {"kind", "press"}:
                continue  # a chat does not send nothing
            _check(turn, _turn(chat, turn, text))
    finally:
        chat.close()
    return True


def _turn(chat: Chat, turn: dict[str, Any], text: str) -> Heard:
    if isinstance(chat, WebChat):
        return chat.say(text)
    return chat.press(turn["press"]) if "press" in turn else chat.say(text, turn.get("kind", "text"))


def _check(turn: dict[str, Any], heard: Heard) -> None:
    said = f"«{turn['say'][:80]}» → {heard.text[:900]} thẻ {heard.cards} lựa chọn {heard.choices}"
    if "card" in turn:
        assert heard.cards[:1] == [turn["card"]], said
    if "cards" in turn:
        assert heard.cards == turn["cards"], said
    for words in turn.get("has", ()):
        assert words in heard.text or words in heard.tel, f"thiếu «{words}»: {said}"
    text = PORT.sub("", heard.text)
    for words in turn.get("hasnt", ()):
        assert words not in text, f"không được có «{words}»: {said}"
        assert words not in heard.question or (words in turn["say"] and not words.isdigit()), f"lộ «{words}»: {heard.question}"
    if "choices" in turn:
        assert len(heard.choices) >= int(turn["choices"]), said

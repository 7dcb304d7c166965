"""The Telegram fake keeps the rules of the Bot API for what a bot calls. Updates and opponents: test_telegram_updates.py."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.serving import Fake, running_fake
from tests.fakes.telegram_hook import listening
from tests.fakes.telegram_state import TOKEN

AN = 5_000_000_001


def png(width: int = 640, height: int = 320) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0) + bytes(40)


@pytest.fixture(scope="module")
def process() -> Iterator[Fake]:
    with running_fake("telegram") as fake:
        yield fake


@pytest.fixture
def fake(process: Fake) -> Fake:
    return begin(process)


def begin(fake: Fake) -> Fake:
    """Anew: nobody is there but An, who began to talk to the bot; her update is taken."""
    fake.sim("reset")
    fake.sim("switch", http_loopback=True, ports=False)
    fake.sim("say", id=AN, text="xin chào")
    call(fake, "getUpdates", offset=700_000_002)
    return fake


def call(fake: Fake, method: str, **values: Any) -> tuple[int, Any]:
    """Status, and the result or the description of the error."""
    answer = httpx.post(f"{fake.url}/bot{TOKEN}/{method}", json=values, timeout=60, verify=False)
    body = answer.json()
    return answer.status_code, body["result"] if body["ok"] else body["description"]


def send(fake: Fake, text: str = "chào", **values: Any) -> tuple[int, Any]:
    return call(fake, "sendMessage", chat_id=AN, text=text, **values)


def keyboard(*buttons: dict[str, str]) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": [[button] for button in buttons]}}


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("/bot123/getMe", 401, "Unauthorized: invalid token specified"),
        (f"/bot{TOKEN[:-1]}x/getMe", 401, "Unauthorized"),
        (f"/bot{TOKEN}/getMoon", 404, "Not Found: method not found"),
        (f"/bot{TOKEN}", 404, "Not Found"),
        (f"/bot{TOKEN}/gETmE", 200, None),
    ],
)
def test_tokens_and_methods(fake: Fake, path: str, code: int, description: str | None) -> None:
    answer = httpx.get(fake.url + path, verify=False)
    assert (answer.status_code, answer.json().get("description")) == (code, description)


def test_parameters_come_in_four_forms(fake: Fake) -> None:
    url, values = f"{fake.url}/bot{TOKEN}/sendMessage", {"chat_id": str(AN), "text": "Ấp Bắc 🏡"}
    markup = json.dumps(keyboard({"text": "Có", "callback_data": "c:1"})["reply_markup"])
    httpx.get(url, params={**values, "reply_markup": markup}, verify=False).raise_for_status()
    httpx.post(url, data={**values, "reply_markup": markup}, verify=False).raise_for_status()
    httpx.post(url, json={**values, "reply_markup": json.loads(markup)}, verify=False).raise_for_status()
    httpx.post(url, data={**values, "reply_markup": markup}, files={"unknown": b"x"}, verify=False).raise_for_status()
    inbox = fake.sim("inbox", id=AN)
    assert [(seen["text"], seen["buttons"][0][0]["callback_data"]) for seen in inbox] == [("Ấp Bắc 🏡", "c:1")] * 4
    assert [seen["warnings"] for seen in fake.calls()[-4:]] == [[], [], [], ["unknown parameter unknown"]]


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"text": "a"}, "Bad Request: chat_id is empty"),
        ({"chat_id": AN}, "Bad Request: message text is empty"),
        ({"chat_id": AN, "text": " \n"}, "Bad Request: message text is empty"),
        ({"chat_id": AN, "text": "ế" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": AN, "text": "🏡" * 2049}, "Bad Request: message is too long"),
        ({"chat_id": 42, "text": "a"}, "Bad Request: chat not found"),
        ({"chat_id": AN, "text": ["a"]}, 'Bad Request: can\'t parse parameters: Field "text" must be of type String'),
        ({"chat_id": AN, "text": "a", "reply_markup": "[]"}, "Bad Request: object expected as reply markup"),
        (
            {"chat_id": AN, "text": "a", "entities": [{"type": "bold", "offset": 0}]},
            "Bad Request: can't parse entities: Can't find field \"length\"",
        ),
        (
            {"chat_id": AN, "text": "<b>a", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"chat_id": AN, "text": "a", "reply_parameters": {"message_id": 999}}, "Bad Request: message to be replied not found"),
    ],
)
def test_what_is_refused_in_a_message(fake: Fake, values: dict[str, Any], description: str) -> None:
    assert call(fake, "sendMessage", **values) == (400, description)
    assert fake.sim("inbox", id=AN) == []


def test_text_is_measured_after_its_entities(fake: Fake) -> None:
    assert send(fake, "ế" * 4096)[0] == 200
    assert send(fake, "<b>" + "a" * 4090 + "</b>", parse_mode="HTML")[1]["entities"] == [{"type": "bold", "offset": 0, "length": 4090}]


@pytest.mark.parametrize(
    ("offset", "length", "description"),
    [
        (0, 2, None),
        (2, 7, None),
        (1, 3, "Bad Request: entity begins in a middle of a UTF-16 symbol at UTF-16 offset 1"),
        (0, 1, "Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at UTF-16 offset 1"),
        (3, 9, "Bad Request: entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 12"),
    ],
)
def test_entities_count_utf16_units(fake: Fake, offset: int, length: int, description: str | None) -> None:
    code, result = send(fake, "🏡 Hộ khẩu", entities=[{"type": "bold", "offset": offset, "length": length}])
    if description:
        assert (code, result) == (400, description)
    else:
        assert fake.sim("inbox", id=AN)[0]["entities"] == [{"type": "bold", "offset": offset, "length": length}]


def test_entities_nest_but_never_cross(fake: Fake) -> None:
    bold, inside, crossing = (
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "italic", "offset": 1, "length": 2},
        {"type": "code", "offset": 2, "length": 4},
    )
    assert send(fake, "abcdefgh", entities=[inside, bold])[1]["entities"] == [bold, inside]
    assert "UTF-16 offset 6" in send(fake, "abcdefgh", entities=[bold, crossing])[1]


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "a", "callback_data": "ế" * 21 + "x"}, None),  # 64 bytes
        ({"text": "a", "callback_data": "ế" * 21 + "xy"}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "a"}, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": " ", "callback_data": "x"}, "Bad Request: can't parse inline keyboard button: Text of a button must be non-empty"),
        (
            {"text": "a", "url": "http://127.0.0.1:8000/"},
            "Bad Request: inline keyboard button URL 'http://127.0.0.1:8000/' is invalid: Wrong HTTP URL",
        ),
        ({"text": "a", "url": "https://dichvucong.gov.vn"}, None),
    ],
)
def test_buttons(fake: Fake, button: dict[str, str], description: str | None) -> None:
    code, result = send(fake, **keyboard(button))
    assert (code, result if description else None) == (400 if description else 200, description)


def test_a_keyboard_has_its_limit(fake: Fake) -> None:
    assert send(fake, **keyboard(*[{"text": "a", "callback_data": "x"}] * 101)) == (400, "Bad Request: reply markup is too long")
    assert send(fake, reply_markup={"keyboard": [["Có", {"text": "Số của tôi", "request_contact": True}]]})[0] == 200
    assert fake.sim("inbox", id=AN)[0]["keyboard"][0][0] == {"text": "Có"}


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (png(), None),
        (b"GIF89a...", "Bad Request: IMAGE_PROCESS_FAILED"),
        (png(6000, 4001), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (
            png() + bytes(10 * 2**20),
            f"Bad Request: file of size {10 * 2**20 + len(png())} bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
)
def test_photos_by_upload(fake: Fake, content: bytes, description: str | None) -> None:
    url = f"{fake.url}/bot{TOKEN}/sendPhoto"
    answer = httpx.post(url, data={"chat_id": AN, "caption": "Sơ đồ"}, files={"photo": content}, timeout=60, verify=False).json()
    assert answer.get("description") == description
    if not description:
        seen = fake.sim("inbox", id=AN)[0]
        assert (seen["text"], seen["picture"]) == ("Sơ đồ", {"bytes": len(content), "width": 640, "height": 320})
        again = answer["result"]["photo"][0]["file_id"]
        assert call(fake, "sendPhoto", chat_id=AN, photo=again)[0] == 200


def test_photos_by_address_and_captions(fake: Fake) -> None:
    with listening() as pictures:
        url = pictures.url.replace("/hook", "/a.png")
        assert call(fake, "sendPhoto", chat_id=AN, photo=url)[1] == "Bad Request: failed to get HTTP URL content"
        pictures.pictures["/a.png"] = png()
        assert call(fake, "sendPhoto", chat_id=AN, photo=url)[1]["photo"][0]["width"] == 640
    assert call(fake, "sendPhoto", chat_id=AN, photo=fake.url + "/_sim/calls")[1] == "Bad Request: wrong type of the web page content"
    assert call(fake, "sendPhoto", chat_id=AN, photo="no-such-file")[0] == 400
    assert (
        call(fake, "sendPhoto", chat_id=AN, photo="https://xa.vn/a.png", caption="ế" * 1025)[1]
        == "Bad Request: message caption is too long"
    )
    assert call(fake, "sendPhoto", chat_id=AN)[1] == "Bad Request: there is no photo in the request"


def test_editing_and_deleting(fake: Fake) -> None:
    markup = keyboard({"text": "Có", "callback_data": "x"})
    number = send(fake, **markup)[1]["message_id"]
    place = {"chat_id": AN, "message_id": number}
    assert call(fake, "editMessageText", **place, text="chào", **markup)[1].startswith(
        "Bad Request: message is not modified: specified new"
    )
    assert call(fake, "editMessageText", **place, text="xong")[1]["text"] == "xong"
    assert [(seen["text"], seen["buttons"], seen["edited"]) for seen in fake.sim("inbox", id=AN)] == [("xong", [], True)]
    assert call(fake, "editMessageText", chat_id=AN, message_id=999, text="a")[1] == "Bad Request: message to edit not found"
    assert call(fake, "editMessageText", chat_id=AN, message_id=11, text="a")[1] == "Bad Request: message can't be edited"
    assert call(fake, "deleteMessage", **place) == (200, True)
    assert call(fake, "deleteMessage", **place) == (400, "Bad Request: message to delete not found")
    assert fake.sim("inbox", id=AN) == []


def test_a_press_is_answered_once_and_in_time(fake: Fake) -> None:
    number = send(fake, **keyboard({"text": "Khai sinh", "callback_data": "tt:ks"}, {"text": "Cổng", "url": "https://xa.vn/"}))[1][
        "message_id"
    ]
    assert fake.sim("press", id=AN, message_id=number, button=1)["url"] == "https://xa.vn/"
    first, late = (fake.sim("press", id=AN, message_id=number, button=button)["query_id"] for button in ("Khai sinh", 0))
    update = call(fake, "getUpdates")[1][0]["callback_query"]
    assert (update["id"], update["data"], update["message"]["message_id"]) == (first, "tt:ks", number)
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert call(fake, "answerCallbackQuery", callback_query_id=first, text="ế" * 201) == (400, "Bad Request: MESSAGE_TOO_LONG")
    assert call(fake, "answerCallbackQuery", callback_query_id=first) == (200, True)
    assert call(fake, "answerCallbackQuery", callback_query_id=first) == too_old
    fake.sim("clock", advance_seconds=16)
    assert call(fake, "answerCallbackQuery", callback_query_id=late) == too_old


def article(number: int, **values: Any) -> dict[str, Any]:
    return {"type": "article", "id": str(number), "title": "Khai sinh", "input_message_content": {"message_text": "Cần…"}} | values


@pytest.mark.parametrize(
    ("results", "description"),
    [
        ([article(each) for each in range(50)], None),
        ([article(each) for each in range(51)], "Bad Request: RESULTS_TOO_MUCH"),
        ([article(1), article(1)], "Bad Request: RESULT_ID_DUPLICATE"),
        ([article(1, title="")], "Bad Request: can't parse inline query result: Can't find field \"title\""),
        (
            [article(1, input_message_content={})],
            "Bad Request: can't parse inline query result: Can't find field \"input_message_content\"",
        ),
        ([article(1, input_message_content={"message_text": "a" * 4097})], "Bad Request: message is too long"),
        (
            [article(1, reply_markup={"inline_keyboard": [[{"text": "a"}]]})],
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
def test_inline_queries(fake: Fake, results: list[dict[str, Any]], description: str | None) -> None:
    number = fake.sim("inline", id=AN, query="khai sinh")["query_id"]
    assert call(fake, "getUpdates")[1][-1]["inline_query"]["query"] == "khai sinh"
    code, result = call(fake, "answerInlineQuery", inline_query_id=number, results=results)
    assert (code, result) == ((400, description) if description else (200, True))
    if not description:
        assert fake.sim("choose", id=AN, query_id=number, result="7")["result"]["title"] == "Khai sinh"
        assert call(fake, "getUpdates")[1][-1]["chosen_inline_result"]["result_id"] == "7"


def test_commands_and_words_by_language(fake: Fake) -> None:
    commands, private = [{"command": "trogiup", "description": "Trợ giúp"}], {"type": "all_private_chats"}
    assert call(fake, "setMyCommands", commands=commands, scope=private, language_code="vi") == (200, True)
    assert call(fake, "getMyCommands", scope=private, language_code="vi") == (200, commands)
    assert call(fake, "getMyCommands", scope=private) == (200, [])
    assert call(fake, "setMyCommands", commands=[{"command": "trợ", "description": "a"}]) == (400, "Bad Request: BOT_COMMAND_INVALID")
    assert call(fake, "setMyCommands", commands=commands, scope={"type": "chat"})[0] == 400
    for method, name, limit in (("Description", "description", 512), ("ShortDescription", "short_description", 120), ("Name", "name", 64)):
        assert call(fake, f"setMy{method}", language_code="vi", **{name: "ế" * limit}) == (200, True)
        assert call(fake, f"setMy{method}", **{name: "ế" * (limit + 1)})[0] == 400
        assert call(fake, f"getMy{method}", language_code="vi")[1][name] == "ế" * limit
        assert call(fake, f"getMy{method}")[1][name] != "ế" * limit


def test_whom_the_bot_may_write_to(fake: Fake) -> None:
    fake.sim("citizen", id=AN + 1, name="Bình")
    assert call(fake, "sendMessage", chat_id=AN + 1, text="a") == (403, "Forbidden: bot can't initiate conversation with a user")
    fake.sim("block", id=AN)
    assert send(fake) == (403, "Forbidden: bot was blocked by the user")
    fake.sim("unblock", id=AN)
    assert send(fake)[0] == 200
    fake.sim("deactivate", id=AN)
    assert send(fake) == (403, "Forbidden: user is deactivated")


def test_only_loopback_is_bound() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.telegram", "--port", "0", "--host", "0.0.0.0"], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"invalid choice" in done.stderr

"""A part as the JSON and the requests that Zalo gets."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import parse_qs

import httpx

from app.messages import Button, Part, Picture
from bots.zalo_oa import ZaloOA
from tests.bots.zalo_oa.accounts import APP, CITIZEN, PNG, SECRET, account

URL = "https://zalo.test"
MAP = Picture(url="https://xa.test/so-do.png", alt="Sơ đồ")
BUTTONS = (
    Button(label="Cho con", send="khai sinh cho con"),
    Button(label="Đúng ý", data="#gd:f:a:1"),
    Button(label="Xem đầy đủ", url="https://xa.test/thu-tuc/1"),
)
BUTTONS_JSON = [
    {"title": "Cho con", "type": "oa.query.show", "payload": "khai sinh cho con"},
    {"title": "Đúng ý", "type": "oa.query.hide", "payload": "#gd:f:a:1"},
    {"title": "Xem đầy đủ", "type": "oa.open.url", "payload": {"url": "https://xa.test/thu-tuc/1"}},
]


class Recorder:
    """Takes the place of the network, and keeps the requests."""

    def __init__(self, *answers: dict[str, object]) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._answers:
            return httpx.Response(200, json=self._answers.pop(0))
        return httpx.Response(200, json={"data": {"message_id": "m1", "attachment_id": "a1"}, "error": 0, "message": "Success"})

    def plug_into(self, channel: ZaloOA) -> ZaloOA:
        channel._client._http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return channel

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(request.content) for request in self.requests if request.headers["content-type"] == "application/json"]


async def test_words_go_as_a_consultation_message() -> None:
    recorder = Recorder()
    channel = recorder.plug_into(account(URL)[0])
    assert await channel.send(CITIZEN, Part(text="Chào bà con")) == "m1"
    [request] = recorder.requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/v3.0/oa/message/cs")
    assert request.headers["access_token"] == "at-1"
    assert request.content == '{"recipient":{"user_id":"9000000000000000001"},"message":{"text":"Chào bà con"}}'.encode()


async def test_words_with_buttons() -> None:
    recorder = Recorder()
    await recorder.plug_into(account(URL)[0]).send(CITIZEN, Part(text="Bạn chọn", buttons=BUTTONS))
    attachment = {"type": "template", "payload": {"buttons": BUTTONS_JSON}}
    assert recorder.bodies() == [{"recipient": {"user_id": CITIZEN}, "message": {"text": "Bạn chọn", "attachment": attachment}}]


async def test_letters_are_composed() -> None:
    recorder = Recorder()
    channel = recorder.plug_into(account(URL)[0])
    button = Button(label=unicodedata.normalize("NFD", "Đúng"), data="d")
    await channel.send(CITIZEN, Part(text=unicodedata.normalize("NFD", "Giấy tờ"), buttons=(button,)))
    sent = recorder.requests[0].content.decode()
    assert unicodedata.is_normalized("NFC", sent)
    assert "Giấy tờ" in sent


async def test_a_picture_is_uploaded_and_sent_with_its_caption() -> None:
    recorder = Recorder()
    await recorder.plug_into(account(URL)[0]).send(CITIZEN, Part(text="Sơ đồ", picture=MAP), PNG)
    upload, _ = recorder.requests
    assert (upload.method, str(upload.url)) == ("POST", f"{URL}/v2.0/oa/upload/image")
    assert upload.headers["content-type"].startswith("multipart/form-data")
    assert b'name="file"; filename="picture.png"' in upload.content
    assert PNG in upload.content
    element = {"media_type": "image", "attachment_id": "a1"}
    attachment = {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
    assert recorder.bodies() == [{"recipient": {"user_id": CITIZEN}, "message": {"text": "Sơ đồ", "attachment": attachment}}]


async def test_a_picture_without_words_has_no_empty_caption() -> None:
    recorder = Recorder()
    await recorder.plug_into(account(URL)[0]).send(CITIZEN, Part(text="", picture=MAP), PNG)
    assert "text" not in json.loads(recorder.requests[-1].content)["message"]


async def test_a_picture_whose_bytes_are_not_at_hand_goes_by_its_address() -> None:
    recorder = Recorder()
    await recorder.plug_into(account(URL)[0]).send(CITIZEN, Part(text="Sơ đồ", picture=MAP))
    [body] = recorder.bodies()
    assert '{"media_type": "image", "url": "https://xa.test/so-do.png"}' in json.dumps(body)


async def test_buttons_stand_under_the_picture_only_where_that_was_seen() -> None:
    part = Part(text="Sơ đồ", picture=MAP, buttons=BUTTONS)
    recorder = Recorder()
    channel, vault = account(URL)
    vault.values["api"] = "v2"
    state, _ = account(URL, vault.values)
    await recorder.plug_into(state).send(CITIZEN, part, PNG)
    [body] = recorder.bodies()
    assert str(recorder.requests[-1].url) == f"{URL}/v2.0/oa/message"
    assert json.dumps(BUTTONS_JSON) in json.dumps(body)
    business = Recorder()
    assert await business.plug_into(channel).send(CITIZEN, part, PNG) == "m1"
    words, picture = business.bodies()
    assert json.dumps(BUTTONS_JSON) in json.dumps(words)
    assert "attachment_id" not in json.dumps(words)
    assert "attachment_id" in json.dumps(picture)
    assert "buttons" not in json.dumps(picture)


async def test_words_that_arrived_are_not_lost_with_their_picture() -> None:
    accepted: dict[str, object] = {"data": {"message_id": "words"}, "error": 0}
    recorder = Recorder(accepted, {"error": -201, "message": "file is invalid"})
    part = Part(text="Sơ đồ", picture=MAP, buttons=BUTTONS)
    assert await recorder.plug_into(account(URL)[0]).send(CITIZEN, part, PNG) == "words"


async def test_an_accepted_message_without_an_id_is_accepted() -> None:
    recorder = Recorder({"error": 0, "message": "Success"})
    assert await recorder.plug_into(account(URL)[0]).send(CITIZEN, Part(text="Chào")) == ""


async def test_tokens_are_asked_for_with_a_form_and_the_secret_in_a_header() -> None:
    recorder = Recorder({"access_token": "at-2", "refresh_token": "rt-2", "expires_in": "90000"})
    values = {"access_token": "at-1", "refresh_token": "rt-1", "expires_at": "2026-01-01T00:00:00+00:00"}
    await recorder.plug_into(account(URL, values)[0]).send(CITIZEN, Part(text="Chào"))
    request, message = recorder.requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/v4/oa/access_token")
    assert request.headers["secret_key"] == SECRET
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {"app_id": [APP], "refresh_token": ["rt-1"], "grant_type": ["refresh_token"]}
    assert message.headers["access_token"] == "at-2"

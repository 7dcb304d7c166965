"""The methods that write, change and answer: what the bot says to people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakes.serving import Json, Upload, image_size, on_loopback
from tests.fakes.telegram_contract import CONTRACT, ApiError
from tests.fakes.telegram_markup import check_markup
from tests.fakes.telegram_state import Query, Shown, State
from tests.fakes.telegram_text import MAX_TEXT, read_caption, read_text, units

MAX_PHOTO, MAX_DOCUMENT = 10 * 2**20, 50 * 2**20
MAX_SIDES, MAX_RATIO = 10_000, 20
MAX_TOAST, MAX_RESULTS, MAX_CURSOR, MAX_RESULT_ID = 200, 50, 64, 64
DELETE_WITHIN = 48 * 3600.0
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup "
    "of the message"
)
ACTIONS = {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"} | {
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
# What a result of an inline query must carry, by its type.
RESULTS: dict[str, tuple[str, ...]] = {
    "article": ("title", "input_message_content"),
    "photo": ("photo_url", "thumbnail_url"),
    "document": ("title", "document_url", "mime_type"),
    "location": ("latitude", "longitude", "title"),
    "venue": ("latitude", "longitude", "title", "address"),
    "contact": ("phone_number", "first_name"),
}


@dataclass
class Call:
    """A call with its parameters, read by the contract. `warnings`: what was ignored."""

    values: Json
    warnings: list[str] = field(default_factory=list)


Handler = Callable[[Call], Awaitable[Any]]


class Messages:
    """Sending, changing, deleting, and answering presses and inline queries."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.handlers: Mapping[str, Handler] = {
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "sendLocation": self._send_location,
            "sendVenue": self._send_venue,
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer_press,
            "answerInlineQuery": self._answer_search,
        }

    async def _send_message(self, call: Call) -> Json:
        chat = self._state.chat(call.values["chat_id"])
        text, entities = read_text(call.values, call.warnings)
        return self._post(chat, call, {"text": text} | ({"entities": entities} if entities else {}))

    async def _send_photo(self, call: Call) -> Json:
        chat = self._state.chat(call.values["chat_id"])
        caption = _caption(call)
        content, width, height = await self._photo(call)
        stored = self._state.keep_file(content)
        picture = {"bytes": len(content), "width": width, "height": height}
        return self._post(chat, call, {"photo": [stored | {"width": width, "height": height}]} | caption, picture)

    async def _send_document(self, call: Call) -> Json:
        chat = self._state.chat(call.values["chat_id"])
        document = call.values["document"]
        if not isinstance(document, Upload):
            raise ApiError("wrong remote file identifier specified: documents are uploaded here")
        if len(document.content) > MAX_DOCUMENT:
            raise ApiError("Request Entity Too Large", 413)
        stored = self._state.keep_file(document.content) | {"file_name": document.name}
        return self._post(chat, call, {"document": stored} | _caption(call))

    async def _send_location(self, call: Call) -> Json:
        return self._post(self._state.chat(call.values["chat_id"]), call, {"location": _point(call.values)})

    async def _send_venue(self, call: Call) -> Json:
        point, values = _point(call.values), call.values
        venue = {"location": point, "title": values["title"], "address": values["address"]}
        return self._post(self._state.chat(values["chat_id"]), call, {"location": point, "venue": venue})

    async def _send_chat_action(self, call: Call) -> bool:
        self._state.chat(call.values["chat_id"])
        if call.values["action"] not in ACTIONS:
            raise ApiError("wrong parameter action in request")
        return True

    async def _edit_text(self, call: Call) -> Json:
        shown = self._editable(call)
        if "text" not in shown.message:
            raise ApiError("there is no text in the message to edit")
        text, entities = read_text(call.values, call.warnings)
        markup = check_markup(call.values.get("reply_markup"))
        if (text, entities, markup) == (shown.message["text"], shown.message.get("entities", []), shown.markup):
            raise ApiError(NOT_MODIFIED)
        shown.message.pop("entities", None)
        shown.message |= {"text": text} | ({"entities": entities} if entities else {})
        return self._edited(shown, markup)

    async def _edit_markup(self, call: Call) -> Json:
        shown = self._editable(call)
        markup = check_markup(call.values.get("reply_markup"))
        if markup == shown.markup:
            raise ApiError(NOT_MODIFIED)
        return self._edited(shown, markup)

    async def _delete(self, call: Call) -> bool:
        chat, number = self._state.chat(call.values["chat_id"]), call.values["message_id"]
        message = self._state.messages.get(number)
        if message is None or message["chat"]["id"] != chat["id"]:
            raise ApiError("message to delete not found")
        if self._state.clock.now() - message["date"] > DELETE_WITHIN:
            raise ApiError("message can't be deleted for everyone")
        del self._state.messages[number]
        self._state.shown.get(chat["id"], {}).pop(number, None)
        return True

    async def _answer_press(self, call: Call) -> bool:
        if len(call.values.get("text", "")) > MAX_TOAST:
            raise ApiError("MESSAGE_TOO_LONG")
        self._answer(self._state.presses, call.values["callback_query_id"], call, self._state.switches.callback_seconds)
        return True

    async def _answer_search(self, call: Call) -> bool:
        results = call.values["results"]
        if len(results) > MAX_RESULTS:
            raise ApiError("RESULTS_TOO_MUCH")
        if len(call.values.get("next_offset", "").encode()) > MAX_CURSOR:
            raise ApiError("NEXT_OFFSET_INVALID")
        for result in results:
            _check_result(result, call.warnings)
        if len({result["id"] for result in results}) < len(results):
            raise ApiError("RESULT_ID_DUPLICATE")
        self._answer(self._state.searches, call.values["inline_query_id"], call, self._state.switches.inline_seconds)
        return True

    def _answer(self, queries: Mapping[str, Query], number: str, call: Call, within: float) -> None:
        query = queries.get(number)
        if query is None or query.answer is not None or self._state.clock.now() - query.made > within:
            raise ApiError(TOO_OLD)
        query.answer = call.values
        self._state.changed.send()

    def _post(self, chat: Json, call: Call, content: Json, picture: Json | None = None) -> Json:
        markup = check_markup(call.values.get("reply_markup"))
        if reply := call.values.get("reply_parameters"):
            target = self._state.messages.get(reply["message_id"])
            if target and target["chat"]["id"] == chat["id"]:
                content = {"reply_to_message": target} | content
            elif not reply.get("allow_sending_without_reply"):
                raise ApiError("message to be replied not found")
        self._state.take_rate(chat)
        return self._state.show(chat, content, markup, picture, silent=call.values.get("disable_notification", False))

    def _editable(self, call: Call) -> Shown:
        if "inline_message_id" in call.values:
            raise ApiError("MESSAGE_ID_INVALID")
        if "chat_id" not in call.values:
            raise ApiError("chat_id is empty")
        chat, number = self._state.chat(call.values["chat_id"]), call.values.get("message_id", 0)
        if shown := self._state.shown.get(chat["id"], {}).get(number):
            return shown
        message = self._state.messages.get(number)
        raise ApiError("message can't be edited" if message and message["chat"]["id"] == chat["id"] else "message to edit not found")

    def _edited(self, shown: Shown, markup: Json | None) -> Json:
        shown.message.pop("reply_markup", None)
        shown.message |= {"edit_date": int(self._state.clock.now())} | ({"reply_markup": markup} if markup else {})
        shown.markup, shown.edited = markup, True
        self._state.load.answered(shown.message["chat"]["id"])
        self._state.changed.send()
        return dict(shown.message)

    async def _photo(self, call: Call) -> tuple[bytes, int, int]:
        """The picture and its size. Raises ApiError when it is none, or too large."""
        photo = call.values["photo"]
        if isinstance(photo, Upload):
            content, refusal = photo.content, "IMAGE_PROCESS_FAILED"
        elif photo in self._state.files:
            content, refusal = self._state.files[photo], "IMAGE_PROCESS_FAILED"
        elif photo.startswith(("http://", "https://")):
            content, refusal = await self._fetch(photo, call), "wrong type of the web page content"
            if not content:
                return content, 0, 0
        else:
            raise ApiError("wrong remote file identifier specified: Wrong string length")
        if len(content) > MAX_PHOTO:
            raise ApiError(f"file of size {len(content)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
        width, height = image_size(content) or (0, 0)
        if not width or not height:
            raise ApiError(refusal)
        if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
            raise ApiError("PHOTO_INVALID_DIMENSIONS")
        return content, width, height

    async def _fetch(self, url: str, call: Call) -> bytes:
        """A picture from its address; nothing, with a warning, when the address is not of this machine."""
        if not on_loopback(url):
            call.warnings.append("pictures are fetched from this machine only; this one was believed")
            return b""
        if not self._state.switches.http_loopback:
            raise ApiError("wrong HTTP URL specified")
        try:
            async with httpx.AsyncClient(timeout=10, verify=False) as client:
                answer = await client.get(url)
                answer.raise_for_status()
        except httpx.HTTPError:
            raise ApiError("failed to get HTTP URL content") from None
        return answer.content


def _caption(call: Call) -> Json:
    caption, entities = read_caption(call.values, call.warnings)
    return ({"caption": caption} if caption else {}) | ({"caption_entities": entities} if entities else {})


def _point(values: Json) -> Json:
    latitude, longitude = values["latitude"], values["longitude"]
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ApiError("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def _check_result(result: Json, warnings: list[str]) -> None:
    """A result of an inline query. Raises ApiError."""
    kind, wrong = result.get("type", ""), "can't parse inline query result: "
    if kind not in RESULTS:
        raise ApiError(f"{wrong}invalid inline query result type specified")
    if not 1 <= len(str(result.get("id", "")).encode()) <= MAX_RESULT_ID:
        raise ApiError("RESULT_ID_INVALID")
    for name in RESULTS[kind]:
        if not result.get(name):
            raise ApiError(f'{wrong}Can\'t find field "{name}"')
    check_markup(result.get("reply_markup"))
    content = result.get("input_message_content", {})
    if "message_text" in content:
        values = {"text": content["message_text"]} | {key: content[key] for key in ("entities", "parse_mode") if key in content}
        read_text(CONTRACT.read(CONTRACT.method("sendMessage"), values | {"chat_id": 1})[0], warnings)
    elif kind == "article":
        raise ApiError(f'{wrong}Can\'t find field "message_text"')
    if units(str(result.get("title", ""))) > MAX_TEXT:
        raise ApiError("ARTICLE_TITLE_EMPTY")

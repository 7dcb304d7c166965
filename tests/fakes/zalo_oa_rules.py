"""What a message of an OA may look like (zalo-oa.md §3), read into what the citizen will see."""

from __future__ import annotations

import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.zalo_oa_state import Json, Refusal, Upload, Warn, World, invalid

TEXT_LIMIT = 2000
BUTTONS, BUTTON_TITLE, BUTTON_PAYLOAD = 5, 100, 1000
ELEMENTS, CARD_TITLE, CARD_SUBTITLE, SAFE_SUBTITLE = 5, 100, 500, 255


@dataclass
class Draft:
    """A message that keeps the rules."""

    kind: str = "text"
    text: str = ""
    buttons: list[Json] = field(default_factory=list)
    picture: Json | None = None
    cards: list[Json] = field(default_factory=list)
    file: Json | None = None
    quote: str = ""


def an_object(value: object, what: str) -> Json:
    """A JSON object, else -201."""
    if not isinstance(value, dict):
        raise invalid(what)
    return value


def a_list(value: object, what: str, least: int, most: int) -> list[Json]:
    """A list of objects, so many, else -201."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise invalid(what)
    return [an_object(item, what) for item in value]


def a_text(value: object, what: str, most: int | None = None, least: int = 1) -> str:
    """A string of `least` to `most` characters, else -201."""
    if not isinstance(value, str) or len(value) < least or (most is not None and len(value) > most):
        raise invalid(what)
    return value


def an_address(value: object, what: str) -> str:
    """An http(s) address, else -201."""
    if not a_text(value, what).startswith(("https://", "http://")):
        raise invalid(what)
    return str(value)


def known_fields(value: Json, known: AbstractSet[str], what: str, warn: Warn) -> None:
    """Warn of fields the reference does not know."""
    for name in value.keys() - known:
        warn(f"{what}: unknown field {name}")


def characters(text: str, unit: Literal["utf16", "codepoints"]) -> int:
    """Length of a text in the platform's unit."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if unit == "utf16" else len(text)


@dataclass
class MessageReader:
    """Reads the `message` of one call. `api`: v3 for message/cs, v2 for v2.0/oa/message."""

    world: World
    api: Literal["v2", "v3"]
    warn: Warn

    def read(self, value: object) -> Draft:
        """The message. Raises Refusal."""
        message = an_object(value, "message")
        known_fields(message, {"text", "attachment", "quote_message_id"}, "message", self.warn)
        draft = Draft(text=a_text(message.get("text", ""), "text", least=0))
        if characters(draft.text, self.world.account.text_unit) > TEXT_LIMIT:
            raise Refusal(-210, "message.text exceeds the limit of 2000 characters")
        if unicodedata.normalize("NFC", draft.text) != draft.text:
            self.warn("message.text is not NFC")
        if "attachment" in message:
            self._attachment(an_object(message["attachment"], "attachment"), draft)
        elif not draft.text.strip():
            raise invalid("text")
        if "quote_message_id" in message:
            draft.quote = self._quote(a_text(message["quote_message_id"], "quote_message_id"))
        return draft

    def _quote(self, message_id: str) -> str:
        known = message_id in self.world.sent or any(
            said["message_id"] == message_id for citizen in self.world.citizens.values() for said in citizen.said
        )
        if known:
            return message_id
        if self.world.account.bad_quote_refused:
            raise invalid("quote_message_id")
        self.warn("quote_message_id is unknown: ignored")
        return ""

    def _attachment(self, attachment: Json, draft: Draft) -> None:
        known_fields(attachment, {"type", "payload"}, "attachment", self.warn)
        payload = an_object(attachment.get("payload"), "attachment.payload")
        match attachment.get("type"):
            case "file":
                self._file(payload, draft)
            case "template":
                self._template(payload, draft)
            case _:
                raise invalid("attachment.type")

    def _file(self, payload: Json, draft: Draft) -> None:
        known_fields(payload, {"token"}, "payload", self.warn)
        if draft.text:
            raise Refusal(-201, "message.text is invalid: a file goes without text")
        upload = self._upload(payload.get("token"), "token", "file")
        draft.kind, draft.file = "file", {"name": upload.name, "size": upload.size, "sha256": upload.sha256}

    def _template(self, payload: Json, draft: Draft) -> None:
        known_fields(payload, {"template_type", "elements", "buttons"}, "payload", self.warn)
        kind = payload.get("template_type")
        if "buttons" in payload:
            draft.buttons = self._buttons(payload["buttons"])
        if kind is None:
            if not draft.buttons or not draft.text.strip():
                raise invalid("attachment.payload")
        elif kind == "media":
            self._media(payload, draft)
        elif kind == "list":
            if self.api == "v3" and not self.world.account.list_on_v3:
                raise invalid("template_type")
            draft.kind = "list"
            draft.cards = [self._card(card, first=not number) for number, card in enumerate(self._elements(payload, ELEMENTS))]
        elif kind == "request_user_info":
            draft.kind = "template"
            draft.cards = [self._card(card, first=True) for card in self._elements(payload, 1)]
        else:
            raise Refusal(-233)

    @staticmethod
    def _elements(payload: Json, most: int) -> list[Json]:
        return a_list(payload.get("elements"), "elements", 1, most)

    def _media(self, payload: Json, draft: Draft) -> None:
        (element,) = self._elements(payload, 1)
        known_fields(element, {"media_type", "attachment_id", "url", "width", "height", "buttons"}, "element", self.warn)
        kind = element.get("media_type")
        if kind not in {"image", "gif", "sticker"}:
            raise invalid("media_type")  # an article goes by broadcast only
        if "buttons" in element:
            draft.buttons = self._buttons(element["buttons"])
            if self.api == "v3":
                self.warn("buttons under a picture were seen on v2.0 only")
        if kind == "gif" and not all(isinstance(element.get(side), int) and element[side] > 0 for side in ("width", "height")):
            raise invalid("width, height")
        if ("attachment_id" in element) == ("url" in element):
            raise invalid("attachment_id")
        draft.kind = kind
        if kind == "sticker":
            draft.picture = {"sticker": a_text(element.get("attachment_id"), "attachment_id")}
        elif "url" in element:
            draft.picture = {"url": an_address(element["url"], "url")}
        else:
            upload = self._upload(element["attachment_id"], "attachment_id", kind)
            draft.picture = {"sha256": upload.sha256, "size": upload.size, "type": upload.type}

    def _upload(self, id: object, what: str, kind: str) -> Upload:  # noqa: A002
        upload = self.world.uploads.get(a_text(id, what))
        if upload is None or upload.kind != kind:
            raise invalid(what)
        if upload.until < self.world.clock.now():
            raise Refusal(-100, f"{what} is expired")
        return upload

    def _card(self, card: Json, *, first: bool) -> Json:
        known_fields(card, {"title", "subtitle", "image_url", "default_action"}, "element", self.warn)
        a_text(card.get("title"), "title", CARD_TITLE)
        if first or "subtitle" in card:
            subtitle = a_text(card.get("subtitle"), "subtitle", CARD_SUBTITLE)
            if len(subtitle) > SAFE_SUBTITLE:
                self.warn("subtitle is longer than 255: sources disagree whether 500 are allowed")
        if first or "image_url" in card:
            an_address(card.get("image_url"), "image_url")
        if "default_action" in card:
            action = an_object(card["default_action"], "default_action")
            known_fields(action, {"type", "url", "payload"}, "default_action", self.warn)
            if action.get("type") == "oa.open.url":
                an_address(action.get("url"), "default_action.url")
            else:
                self._payload(action.get("type"), action.get("payload"))
        return card

    def _buttons(self, value: object) -> list[Json]:
        buttons = a_list(value, "buttons", 1, BUTTONS)
        for button in buttons:
            known_fields(button, {"type", "title", "payload"}, "button", self.warn)
            a_text(button.get("title"), "title", BUTTON_TITLE)
            self._payload(button.get("type"), button.get("payload"))
        return buttons

    def _payload(self, kind: object, payload: Any) -> None:
        match kind:
            case "oa.open.url":
                an_address(self._parts(payload, {"url"})["url"], "url")
            case "oa.query.show" | "oa.query.hide":
                a_text(payload, "payload", BUTTON_PAYLOAD)
            case "oa.open.phone":
                a_text(self._parts(payload, {"phone_code"})["phone_code"], "phone_code")
            case "oa.open.sms":
                for part in self._parts(payload, {"content", "phone_code"}).values():
                    a_text(part, "payload")
            case _:
                raise invalid("button.type")

    def _parts(self, payload: object, names: set[str]) -> Json:
        found = an_object(payload, "payload")
        known_fields(found, names, "payload", self.warn)
        if names - found.keys():
            raise invalid("payload")
        return {name: found[name] for name in names}

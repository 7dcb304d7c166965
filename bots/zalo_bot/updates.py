"""What Zalo tells us becomes updates. A body comes enveloped (`{"ok", "result"}`) or bare; a poll's result is bare."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core import from_json

from app.messages import Malformed, MessageKind, Update

KINDS = {
    "message.text.received": MessageKind.TEXT,
    "message.image.received": MessageKind.PHOTO,
    "message.sticker.received": MessageKind.STICKER,
    "message.voice.received": MessageKind.VOICE,
}


class _Sender(BaseModel):
    is_bot: bool = False


class _Chat(BaseModel):
    id: str = Field(min_length=1, max_length=200)
    chat_type: str


class _Message(BaseModel):
    """What we need of a message. Where its picture or voice lies is not read: nothing of it is kept."""

    sender: _Sender = Field(alias="from")
    chat: _Chat
    message_id: str = Field(min_length=1, max_length=200)
    date: AwareDatetime  # comes in milliseconds
    text: str = ""
    caption: str = ""


def read_body(body: bytes) -> tuple[Update, ...]:
    """The update in a webhook's body; empty when it starts no work. Raises Malformed."""
    try:
        document = from_json(body)
    except ValueError:
        raise Malformed("zalo_bot: not JSON") from None
    enveloped = isinstance(document, dict) and "event_name" not in document
    return read_event(document.get("result") if enveloped else document)


def read_event(event: object) -> tuple[Update, ...]:
    """The update in one `{"event_name", "message"}`; empty when it starts no work. Raises Malformed."""
    if not isinstance(event, dict) or not isinstance(event.get("event_name"), str):
        raise Malformed("zalo_bot: no event_name")
    kind = KINDS.get(event["event_name"])
    if kind is None:  # `message.unsupported.received` of a protected user holds nothing usable; others are newer than this code
        return ()
    try:
        message = _Message.model_validate(event.get("message"))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, problem["loc"])) or "message" for problem in error.errors(include_input=False))
        raise Malformed(f"zalo_bot: {kind}: {wrong}") from None  # pydantic's own words would quote the citizen
    if message.sender.is_bot or message.chat.chat_type != "PRIVATE":
        return ()
    words = (message.text or message.caption).strip().removeprefix("/")  # people type commands; none exist here
    return (Update(update_id=message.message_id, person=message.chat.id, sent_at=message.date, message=kind, text=words),)

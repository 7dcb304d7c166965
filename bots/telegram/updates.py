"""What Telegram tells: the JSON of one update becomes an Update, by webhook and by polling alike."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

import structlog
import telegram
from telegram.constants import ChatMemberStatus, ChatType

from app.messages import Malformed, MessageKind, Update, UpdateKind
from bots.telegram.menu import MENU

log = structlog.get_logger()

# In the order of asking: an animation is also a document, a venue also a location.
KINDS: dict[str, MessageKind] = {
    "text": MessageKind.TEXT,
    "photo": MessageKind.PHOTO,
    "sticker": MessageKind.STICKER,
    "voice": MessageKind.VOICE,
    "audio": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "video_note": MessageKind.VIDEO,
    "animation": MessageKind.OTHER,
    "document": MessageKind.FILE,
    "location": MessageKind.LOCATION,
    "contact": MessageKind.CONTACT,
    **dict.fromkeys(("checklist", "dice", "game", "paid_media", "poll", "story"), MessageKind.OTHER),
}
WRONG_SHAPE = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, OSError, RecursionError)  # what reading one causes
COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
PROCEDURE = re.compile(r"tt_(\d)-(\d{6})", re.ASCII)
PRESSED = re.compile(r"c:([\w-]+):([1-9]\d?)", re.ASCII)
JUDGED = re.compile(r"f:([\w-]+):([01])", re.ASCII)


@dataclass(frozen=True)
class Told:
    """One update as read. `stray`: the id of a press that means nothing to us, but must be acknowledged."""

    number: int
    update: Update | None = None
    stray: str = ""


def parse(body: bytes) -> Told:
    """The body of a webhook. Raises Malformed."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("telegram: no JSON") from None
    return read(raw)


def read(raw: Any) -> Told:
    """One update. Raises Malformed without an `update_id`.

    What the library cannot read otherwise (a later Bot API, say) is passed over: refused, it would come again for a day
    and hold up everything else its sender writes.
    """
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if type(number) is not int:
        raise Malformed("telegram: no update_id")
    try:
        update = telegram.Update.de_json(raw, None)
        stray = "" if update.callback_query is None else update.callback_query.id
        found = _read(update)
    except WRONG_SHAPE as error:
        log.warning("telegram_update_unreadable", update=number, kind=type(error).__name__)
        return Told(number)
    return Told(number, found, stray="" if found else stray)


def _read(update: telegram.Update) -> Update | None:
    if update.message:
        return _message(update.update_id, update.message)
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    if update.inline_query:
        query = update.inline_query
        return Update(
            update_id=str(update.update_id),
            kind=UpdateKind.SEARCH,
            person=str(query.from_user.id),
            sent_at=_now(),
            text=query.query,
            receipt=query.id,
        )
    return None


def start_payload(code: str) -> str:
    """A procedure's code as `?start=` carries it and `/start` brings it back: letters, digits, _ and - only."""
    return f"tt_{code.replace('.', '-')}"


def _message(number: int, message: telegram.Message) -> Update | None:
    """A citizen's message in a private chat. Notices of Telegram, and cards sent through a bot's search, are none."""
    if message.chat.type != ChatType.PRIVATE or message.via_bot or (message.from_user and message.from_user.is_bot):
        return None
    kind = next((kind for name, kind in KINDS.items() if getattr(message, name)), None)
    if kind is None:
        return None
    text = "" if kind is MessageKind.CONTACT else message.text or message.caption or ""
    if kind is MessageKind.TEXT and (command := COMMAND.fullmatch(text.strip())):
        kind, text = _command(command[1].lower(), (command[2] or "").strip())
    return Update(update_id=str(number), person=str(message.chat.id), sent_at=message.date, message=kind, text=text)


def _command(name: str, rest: str) -> tuple[MessageKind, str]:
    if name == "start":
        procedure = PROCEDURE.fullmatch(rest)
        return (MessageKind.TEXT, f"{procedure[1]}.{procedure[2]}") if procedure else (MessageKind.START, "")
    words = MENU.commands[name].words if name in MENU.commands else name
    return MessageKind.TEXT, f"{words} {rest}".strip()


def _press(number: int, query: telegram.CallbackQuery) -> Update | None:
    """A press under an answer of ours, in a private chat."""
    if query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    data = query.data or ""
    if pressed := PRESSED.fullmatch(data):
        kind = UpdateKind.PRESS
    elif pressed := JUDGED.fullmatch(data):
        kind = UpdateKind.FEEDBACK
    else:
        return None
    return Update(
        update_id=str(number),
        kind=kind,
        person=str(query.message.chat.id),
        sent_at=_now(),
        answer_id=pressed[1],
        number=int(pressed[2]),
        receipt=query.id,
    )


def _membership(number: int, member: telegram.ChatMemberUpdated) -> Update | None:
    """A private chat whose citizen blocked the bot."""
    if member.chat.type != ChatType.PRIVATE or member.new_chat_member.status != ChatMemberStatus.BANNED:
        return None
    return Update(update_id=str(number), kind=UpdateKind.BLOCKED, person=str(member.chat.id), sent_at=member.date)


def _now() -> dt.datetime:
    """Telegram dates neither presses nor searches."""
    return dt.datetime.now(dt.UTC)

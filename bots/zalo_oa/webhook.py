"""Zalo's webhook: whose it is, and what it tells (zalo-oa.md §9)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from app.messages import Forged, Malformed, MessageKind, Update, UpdateKind, WebhookRequest

SIGNATURE = "x-zevent-signature"
SAMPLE = "This is message id"  # the msg_id of the console's test event

MESSAGES = {
    "user_send_text": MessageKind.TEXT,
    "user_send_image": MessageKind.PHOTO,
    "user_send_gif": MessageKind.PHOTO,
    "user_send_link": MessageKind.OTHER,
    "user_send_audio": MessageKind.VOICE,
    "user_send_video": MessageKind.VIDEO,
    "user_send_sticker": MessageKind.STICKER,
    "user_send_location": MessageKind.LOCATION,
    "user_send_file": MessageKind.FILE,
    "user_send_business_card": MessageKind.CONTACT,
    "user_submit_info": MessageKind.CONTACT,
    "follow": MessageKind.START,
    "user_click_chatnow": MessageKind.START,
}
NEWS = {"unfollow": UpdateKind.BLOCKED, "user_withdraw": UpdateKind.ERASE}
RECEIPTS = {"user_received_message": 1, "user_seen_message": 2}

_MAC = re.compile(r"\s*(?:mac\s*=)?\s*([0-9a-f]{64})\s*", re.IGNORECASE)
_PRESS = re.compile(r"#gd:(?:c:(?P<choice>[\w-]{1,64}):(?P<number>[1-9]\d?)|f:(?P<answer>[\w-]{1,64}):(?P<good>[01]))", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,14}")  # milliseconds, until the year 5138


class _Tolerant(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Party(_Tolerant):
    id: str


class _Message(_Tolerant):
    msg_id: str = ""
    msg_ids: tuple[str, ...] = ()
    text: str | None = None


class _Event(_Tolerant):
    """The fields that any event we read may have."""

    oa_id: str = ""
    user_id: str = ""
    sender: _Party | None = None
    recipient: _Party | None = None
    follower: _Party | None = None
    message: _Message = _Message()


def signature(app_id: str, body: bytes, timestamp: str, oa_secret: str) -> str:
    """Zalo's `mac` of a webhook: 64 hex digits. A plain SHA-256 keyed with the OA secret, no HMAC."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + oa_secret.encode()).hexdigest()


def read_webhook(request: WebhookRequest, app_id: str, oa_secret: str, oa_id: str) -> tuple[Update, ...]:
    """The updates of an event, none when it starts no work. An empty `oa_id` takes events of every OA. Raises Forged, Malformed."""
    given = _MAC.fullmatch(request.headers.get(SIGNATURE, ""))
    if given is None or not oa_secret:
        raise Forged("zalo_oa: no signature")
    try:
        body = from_json(request.body)
    except ValueError:
        raise Malformed("zalo_oa: no JSON") from None
    name = body.get("event_name") if isinstance(body, dict) else None
    if not isinstance(name, str):
        raise Malformed("zalo_oa: no event")
    timestamp = str(body.get("timestamp"))
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Malformed("zalo_oa: no timestamp")
    if not hmac.compare_digest(signature(app_id, request.body, timestamp, oa_secret), given[1].lower()):
        raise Forged("zalo_oa: wrong signature")
    if name not in MESSAGES and name not in NEWS and name not in RECEIPTS:
        return ()
    try:
        event = _Event.model_validate(body)
        return _receipts(name, timestamp, event, oa_id) if name in RECEIPTS else _read(name, timestamp, event, oa_id)
    except ValidationError:
        raise Malformed(f"zalo_oa: {name} of an unknown shape") from None


def _receipts(name: str, timestamp: str, event: _Event, oa_id: str) -> tuple[Update, ...]:
    """What became of messages of ours. As published the OA is the sender here; either way round is taken."""
    parties = [party.id for party in (event.sender, event.recipient) if party is not None]
    people = [party for party in parties if party != oa_id] if oa_id else parties[1:]
    if len(parties) != 2 or len(people) != 1:
        return ()
    sent_at = dt.datetime.fromtimestamp(int(timestamp) / 1000, dt.UTC)
    ids = dict.fromkeys(filter(None, (event.message.msg_id, *event.message.msg_ids)))
    return tuple(Update(update_id=each, kind=UpdateKind.RECEIPT, person=people[0], sent_at=sent_at, number=RECEIPTS[name]) for each in ids)


def _read(name: str, timestamp: str, event: _Event, oa_id: str) -> tuple[Update, ...]:
    person = event.sender or event.follower or _Party(id=event.user_id)
    account = event.recipient.id if event.recipient else event.oa_id
    if event.message.msg_id == SAMPLE or (oa_id and account and account != oa_id):
        return ()
    update: dict[str, Any] = {
        "update_id": event.message.msg_id or f"{name}:{timestamp}:{person.id}",
        "person": person.id,
        "sent_at": dt.datetime.fromtimestamp(int(timestamp) / 1000, dt.UTC),
    }
    if name in NEWS:
        return (Update(kind=NEWS[name], **update),)
    kind = MESSAGES[name]
    # A shared card or form holds somebody's name and phone: nothing of it is read.
    text = "" if kind is MessageKind.CONTACT else event.message.text or ""
    press = _PRESS.fullmatch(text) if kind is MessageKind.TEXT else None
    if press and press["choice"]:
        return (Update(kind=UpdateKind.PRESS, answer_id=press["choice"], number=int(press["number"]), **update),)
    if press:
        return (Update(kind=UpdateKind.FEEDBACK, answer_id=press["answer"], number=int(press["good"]), **update),)
    return (Update(message=kind, text=text, **update),)

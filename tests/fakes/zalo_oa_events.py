"""The bodies of the events (zalo-oa.md §9.3), as the platform writes them."""

from __future__ import annotations

from typing import Any, Literal

from tests.fakes.zalo_oa_state import Account, Citizen, Json, World, new_id

Party = Literal["to_oa", "anonymous", "from_oa", "follower", "user", "group", "oa", "data"]

PICTURE = {"url": "https://x.talk.zdn.vn/p.jpg", "thumbnail": "https://x.talk.zdn.vn/t.jpg"}
LINK = {"thumbnail": "https://x.talk.zdn.vn/t.jpg", "description": "Một trang", "url": "https://example.vn/"}


def attachment(kind: str, payload: Json) -> Json:
    """A message with one attachment."""
    return {"attachments": [{"type": kind, "payload": payload}]}


SAID: dict[str, Json] = {
    "user_send_text": {"text": "Xin chào"},
    "user_send_image": attachment("image", PICTURE),
    "user_send_gif": attachment("gif", PICTURE),
    "user_send_link": attachment("link", LINK),
    "user_send_audio": attachment("audio", {"url": "https://x.talk.zdn.vn/a.amr"}),
    "user_send_video": attachment("video", {**PICTURE, "description": "Một đoạn phim"}),
    "user_send_sticker": attachment("sticker", {"id": "21295", "url": "https://x.talk.zdn.vn/s.png"}),
    "user_send_location": attachment("location", {"coordinates": {"latitude": "15.8801", "longitude": "108.3380"}}),
    "user_send_file": attachment(
        "file", {"url": "https://x.talk.zdn.vn/f.pdf", "name": "don.pdf", "size": "20480", "type": "pdf", "checksum": "0" * 32}
    ),
    # The exact JSON is not certain: like a link, its description holding JSON.
    "user_send_business_card": attachment("link", {**LINK, "description": '{"phone":"84901234567"}'}),
    "user_reacted_message": {"react_icon": "/-strong"},
}
ANSWERED: dict[str, Json] = {
    "oa_send_text": {"text": "Chào bà con"},
    "oa_send_image": attachment("image", PICTURE),
    "oa_send_gif": attachment("gif", PICTURE),
    "oa_send_list": attachment("template", {}),
    "oa_send_file": attachment("file", {"url": "https://x.talk.zdn.vn/f.pdf", "name": "don.pdf"}),
    "oa_send_sticker": attachment("sticker", {"id": "21295", "url": "https://x.talk.zdn.vn/s.png"}),
    "oa_send_template": attachment("template", {}),
    "oa_reacted_message": {"react_icon": "/-heart"},
    "user_received_message": {},
}
KINDS, CONVERSATION = ("text", "image", "file", "sticker"), {"conversation_id": "8800"}
INFO = {"name": "Nguyễn Văn A", "phone": "84901234567", "address": "Thôn 1", "city": "Đà Nẵng", "district": "Hòa Vang"}

# Name → who is named where, and the fields beside. Names without fields in the reference have none here.
EVENTS: dict[str, tuple[Party, Json]] = {
    **{name: ("to_oa", {"message": message}) for name, message in SAID.items()},
    **{name: ("from_oa", {"message": message}) for name, message in ANSWERED.items()},
    **{f"anonymous_send_{kind}": ("anonymous", {"message": SAID[f"user_send_{kind}"] | CONVERSATION}) for kind in KINDS},
    **{f"oa_send_anonymous_{kind}": ("from_oa", {"message": ANSWERED[f"oa_send_{kind}"] | CONVERSATION}) for kind in KINDS},
    "user_seen_message": ("from_oa", {"message": {"msg_ids": []}}),
    "user_submit_info": ("to_oa", {"info": INFO}),
    "update_user_info": ("to_oa", {"info": INFO}),
    "follow": ("follower", {"source": "oa_profile"}),
    "unfollow": ("follower", {"source": "oa_profile"}),
    "user_click_chatnow": ("user", {}),
    "user_withdraw": ("user", {}),
    "add_user_to_tag": ("oa", {"tag": {"name": "thon-1"}}),
    "remove_user_from_tag": ("oa", {"tag": {"name": "thon-1"}}),
    "remove_tag": ("oa", {"tag": {"name": "thon-1"}}),
    "widget_interaction_accepted": ("data", {"data": {"url": "https://example.vn/"}}),
    "widget_failed_to_sync_user_external_id": ("oa", {}),
    **{
        name: ("group", {"group_id": "f414c8f76fa586fbdfb4"})
        for name in (
            *("create_group", "delete_group", "user_join_group", "user_request_join_group", "user_out_group"),
            *("accept_user_join_group", "reject_user_join_group"),
        )
    },  # the reference writes the last two as accept/reject_…
    "oa_send_consent": ("from_oa", {}),
    "user_reply_consent": ("to_oa", {}),
    "user_call_oa": ("to_oa", {}),
    "oa_call_user": ("from_oa", {}),
    "change_template_status": ("oa", {}),
    "change_oa_daily_quota": ("oa", {}),
}


def event(world: World, name: str, citizen: Citizen, *, party: Party | None = None, **fields: Any) -> Json:
    """The body of one event. `fields` go over the sample's, objects being merged; unknown names get a bare body."""
    known_party, sample = EVENTS.get(name, ("oa", {}))
    body = {"app_id": world.account.app_id, **_parties(world.account, citizen, party or known_party), "event_name": name}
    body = _merged(_merged(body, _copy(sample)), _copy(fields))
    if isinstance(body.get("message"), dict) and "msg_ids" not in body["message"]:
        body["message"].setdefault("msg_id", new_id())
    if name in {"add_user_to_tag", "remove_user_from_tag"}:
        body["tag"].setdefault("user_ids", [citizen.id])
    body["timestamp"] = str(body.pop("timestamp", world.clock.milliseconds()))
    return body


def _parties(account: Account, citizen: Citizen, party: Party) -> Json:
    oa, person, by_app = {"id": account.oa_id}, {"id": citizen.id}, {"user_id_by_app": citizen.id_by_app}
    match party:
        case "to_oa":
            return {"sender": person, **by_app, "recipient": oa}
        case "anonymous":
            return {"sender": person, "recipient": oa}
        case "from_oa":
            return {"sender": oa, "recipient": person}
        case "follower":
            return {"oa_id": account.oa_id, "follower": person, **by_app}
        case "user":
            return {"oa_id": account.oa_id, "user_id": citizen.id, **by_app}
        case "group":
            return {"oa_id": account.oa_id, "users": [person]}
        case "data":
            return {"oa_id": account.oa_id, "data": {"user_id": citizen.id, "user_external_id": "web-1"}}
        case "oa":
            return {"oa_id": account.oa_id}


def console_test(world: World) -> Json:
    """What the console's test button sends: a signed sample with foreign parties."""
    return {
        "app_id": world.account.app_id,
        "sender": {"id": "1111111111111111111"},
        "user_id_by_app": "1111111111111111112",
        "recipient": {"id": "2222222222222222222"},
        "event_name": "user_send_text",
        "message": {"text": "This is testing message", "msg_id": "This is message id"},
        "timestamp": world.clock.milliseconds(),
    }


def _copy(values: Json) -> Json:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in values.items()}


def _merged(under: Json, over: Json) -> Json:
    both = {name: under[name] for name in under.keys() & over.keys() if isinstance(under[name], dict) and isinstance(over[name], dict)}
    return {**under, **over, **{name: {**both[name], **over[name]} for name in both}}

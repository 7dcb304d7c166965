"""Sending: consultation messages of both versions, broadcast, reactions, templates by UID (zalo-oa.md §3, §5, §7, §8.2)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.fakes import zalo_oa_rules as rules
from tests.fakes.zalo_oa_events import attachment, event
from tests.fakes.zalo_oa_state import DAY, HOUR, MINUTE, Call, Citizen, Json, Refusal, Shown, World, invalid, new_id
from tests.fakes.zalo_oa_webhooks import hook
from tests.fakes.zalo_oa_zns import template_text

FREE_WINDOW, WINDOW = 48 * HOUR, 7 * DAY
REACTIONS = 50
BROADCAST_ARTICLES, BROADCAST_PAUSE, BROADCAST_REVIEW = 5, 30 * MINUTE, 30 * MINUTE
DAYTIME = range(6, 22)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
RECIPIENTS = {"user_id", "group_id", "anonymous_id", "conversation_id", "target"}


def send_v3(world: World, call: Call) -> Json:
    """`/v3.0/oa/message/cs`: -235 for a state agency."""
    if world.account.oa_type == 4:
        raise Refusal(-235)
    body = rules.an_object(call.body, "body")
    rules.known_fields(body, {"recipient", "message"}, "body", call.warnings.append)
    return _to_citizen(world, call, body, "v3")


def send_v2(world: World, call: Call) -> Json:
    """`/v2.0/oa/message`: a state agency's messages, and everybody's broadcasts and reactions."""
    body = rules.an_object(call.body, "body")
    rules.known_fields(body, {"recipient", "message", "sender_action"}, "body", call.warnings.append)
    if "sender_action" in body:
        return _react(world, body)
    if "target" in rules.an_object(body.get("recipient"), "recipient"):
        return _broadcast(world, body)
    if world.account.oa_type == 2 and not world.account.v2_for_business:
        raise Refusal(-240)
    return _to_citizen(world, call, body, "v2")


def send_template(world: World, call: Call) -> Json:
    """`/v3.0/oa/message/template`: a ZNS template to a user id."""
    if world.account.oa_type == 4:
        raise Refusal(-235)  # not known for a state agency: the fake refuses
    body = rules.an_object(call.body, "body")
    rules.known_fields(body, {"user_id", "template_id", "template_data"}, "body", call.warnings.append)
    template = world.templates.get(rules.a_text(body.get("template_id"), "template_id"))
    if template is None:
        raise invalid("template_id")
    if not template.by_uid:
        raise Refusal(-249)
    citizen = _reachable(world, body.get("user_id"))
    shown = Shown(new_id(), citizen.id, "template", world.clock.now(), template_text(template, body.get("template_data")), free=False)
    return _deliver(world, citizen, shown, {})


def _to_citizen(world: World, call: Call, body: Json, api: Literal["v2", "v3"]) -> Json:
    recipient = rules.an_object(body.get("recipient"), "recipient")
    rules.known_fields(recipient, RECIPIENTS, "recipient", call.warnings.append)
    if "group_id" in recipient:
        raise Refusal(-403)  # the fake's OA is in no group
    draft = rules.MessageReader(world, api, call.warnings.append).read(body.get("message"))
    citizen = _reachable(world, recipient.get("user_id"))
    free, quota = _window(world, citizen)
    shown = Shown(
        message_id=new_id(),
        to=citizen.id,
        kind=draft.kind,
        at=world.clock.now(),
        text=draft.text,
        buttons=draft.buttons,
        picture=draft.picture,
        cards=draft.cards,
        file=draft.file,
        quote=draft.quote,
        free=free,
    )
    return _deliver(world, citizen, shown, {"quota": quota})


def _reachable(world: World, user_id: object) -> Citizen:
    citizen = world.citizens.get(rules.a_text(user_id, "user_id"))
    if citizen is None:
        raise invalid("user_id")
    if not citizen.follows:
        raise Refusal(-213)
    if citizen.refuse:
        raise Refusal(citizen.refuse)
    return citizen


def _window(world: World, citizen: Citizen) -> tuple[bool, Json]:
    """Whether a message is free now, and the quota the answer tells."""
    account = world.account
    if citizen.last_interaction is None:
        raise Refusal(-232)
    silent = world.clock.now() - citizen.last_interaction
    if silent > WINDOW:
        raise Refusal(-230)
    if silent <= FREE_WINDOW and (account.free_replies is None or citizen.answered < account.free_replies):
        citizen.answered += 1
        if account.free_replies is None:
            return True, {"quota_type": "reply"}
        return True, {"quota_type": "reply", "remain": str(account.free_replies - citizen.answered), "total": str(account.free_replies)}
    if account.paid_quota is not None and world.counters["billed"] >= account.paid_quota:
        raise Refusal(-211)
    world.counters["billed"] += 1
    return False, {"quota_type": "sub_quota"}


def _deliver(world: World, citizen: Citizen, shown: Shown, more: Json) -> Json:
    place(world, citizen, shown)
    now = time.perf_counter()
    while citizen.waiting:
        world.latencies.append(now - citizen.waiting.popleft())
    if world.account.echo:
        content = (
            {"text": shown.text} if shown.kind == "text" else {**({"text": shown.text} if shown.text else {}), **attachment(shown.kind, {})}
        )
        _tell(world, f"oa_send_{shown.kind}", citizen, {"msg_id": shown.message_id, **content})
    if world.account.receipts:
        _tell(world, "user_received_message", citizen, {"msg_id": shown.message_id})
        _tell(world, "user_seen_message", citizen, {"msg_ids": [shown.message_id]})
    return {"message_id": shown.message_id, "user_id": citizen.id, "sent_time": world.clock.milliseconds(), **more}


def place(world: World, citizen: Citizen, shown: Shown) -> None:
    """Put a message before the citizen's eyes."""
    citizen.inbox.append(shown)
    world.sent[shown.message_id] = shown
    world.arrived.set()


def _tell(world: World, name: str, citizen: Citizen, message: Json) -> None:
    world.outbox.append(hook(world, event(world, name, citizen, message=message)))


def _react(world: World, body: Json) -> Json:
    citizen = _reachable(world, rules.an_object(body.get("recipient"), "recipient").get("user_id"))
    action = rules.an_object(body["sender_action"], "sender_action")
    icon = rules.a_text(action.get("react_icon"), "react_icon")
    target = rules.a_text(action.get("react_message_id"), "react_message_id")
    said = next((said for said in citizen.said if said["message_id"] == target), None)
    if said is None and target not in world.sent:
        raise invalid("react_message_id")
    reactions: list[str] = world.sent[target].reactions if said is None else said.setdefault("reactions", [])
    if len(reactions) >= REACTIONS:
        raise Refusal(-210)
    reactions.append(icon)
    if world.account.echo:
        _tell(world, "oa_reacted_message", citizen, {"msg_id": target, "react_icon": icon})
    return {"message_id": target, "user_id": citizen.id}


def _broadcast(world: World, body: Json) -> Json:
    """An article to all followers, delivered after half an hour of review."""
    now = world.clock.now()
    if world.account.broadcast == "refused":
        raise Refusal(-201, "Params is invalid")
    articles = _broadcast_articles(world, body.get("message"))
    if dt.datetime.fromtimestamp(now, VIETNAM).hour not in DAYTIME:
        raise Refusal(-234)
    if world.broadcasts and now - world.broadcasts[-1]["at"] < BROADCAST_PAUSE:
        raise Refusal(-211, "Broadcasts must be 30 minutes apart")  # the number is not known
    message_id = new_id()
    world.broadcasts.append({"message_id": message_id, "at": now, "articles": articles, "target": body["recipient"]["target"]})

    def reach_everybody() -> None:
        for citizen in world.citizens.values():
            if citizen.follows:
                cards = [{"title": world.articles[article].fields["title"], "article": article} for article in articles]
                place(world, citizen, Shown(message_id, citizen.id, "article", world.clock.now(), cards=cards))

    world.later(now + BROADCAST_REVIEW, reach_everybody)
    return {"message_id": message_id}


def _broadcast_articles(world: World, message: Any) -> list[str]:
    content = rules.an_object(rules.an_object(message, "message").get("attachment"), "attachment")
    payload = rules.an_object(content.get("payload"), "payload")
    if content.get("type") != "template" or payload.get("template_type") != "media":
        raise invalid("attachment")
    elements = rules.a_list(payload.get("elements"), "elements", 1, BROADCAST_ARTICLES)
    ids = [rules.a_text(element.get("attachment_id"), "attachment_id") for element in elements if element.get("media_type") == "article"]
    if len(ids) != len(elements) or not set(ids) <= world.articles.keys():
        raise invalid("attachment_id")
    return ids

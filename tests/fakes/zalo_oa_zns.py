"""ZNS: template messages to phone numbers, on the host business.openapi.zalo.me (zalo-oa.md §8.1, §10.1)."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.zalo_oa_state import Call, Json, Phone, Refusal, Template, World, new_id
from tests.fakes.zalo_oa_webhooks import hook

TRACKING_LIMIT = 48
PHONE = re.compile(r"84\d{9,10}")
FIELDS = {"phone", "template_id", "template_data", "tracking_id", "mode", "sending_mode"}
NO_ACCOUNT, CANNOT_RECEIVE = -118, -114


def template_text(template: Template, data: object) -> str:
    """The filled template, one parameter a line. Raises Refusal -111, -1121, -1122, -1124."""
    if not isinstance(data, dict) or not data:
        raise Refusal(-111, "Template data is empty")
    for name, most in template.params.items():
        value = data.get(name)
        if value is None or value == "":
            raise Refusal(-1122, f"Template data is missing parameter {name}")
        if not isinstance(value, str):
            raise Refusal(-1124, f"Template data of parameter {name} has a wrong format")
        if len(value) > most:
            raise Refusal(-1121, f"Template data of parameter {name} is too long")
    return "\n".join(f"{name}: {data[name]}" for name in template.params)


def send(world: World, call: Call) -> Json:
    """`POST /message/template`."""
    body = _body(call)
    phone = body.get("phone")
    if not isinstance(phone, str) or not PHONE.fullmatch(phone):
        raise Refusal(-108, "Phone number is invalid")
    template = world.templates.get(str(body.get("template_id")))
    if template is None:
        raise Refusal(-109, "Template id is invalid")
    if template.status != "ENABLE":
        raise Refusal(-146, "Template is disabled")
    text = template_text(template, body.get("template_data"))
    tracking_id = body.get("tracking_id", "")
    if not isinstance(tracking_id, str) or len(tracking_id) > TRACKING_LIMIT:
        raise Refusal(-132, "Parameter tracking_id is invalid")
    _may_receive(world, world.phones.get(phone, Phone(error=NO_ACCOUNT)), body)
    return _accept(world, phone, text, tracking_id, body)


def _body(call: Call) -> Json:
    if call.body in (None, "", {}):
        raise Refusal(-121, "Request body is empty")
    if not isinstance(call.body, dict):
        raise Refusal(-122, "Request body is not JSON")
    call.warnings += [f"body: unknown field {name}" for name in call.body.keys() - FIELDS]
    return call.body


def _may_receive(world: World, phone: Phone, body: Json) -> None:
    if world.account.zns_error:
        raise Refusal(world.account.zns_error)
    if body.get("mode") == "development" and not phone.admin:
        raise Refusal(-127, "Messages of development mode go to admins only")
    if phone.error:
        raise Refusal(phone.error, "Zalo account does not exist" if phone.error == NO_ACCOUNT else "User cannot receive")
    if len(world.zns) >= world.account.zns_quota:
        raise Refusal(-144, "OA exceeds its daily limit")


def _accept(world: World, phone: str, text: str, tracking_id: str, body: Json) -> Json:
    account, now, msg_id = world.account, world.clock.milliseconds(), new_id()
    quota = {"dailyQuota": str(account.zns_quota), "remainingQuota": str(account.zns_quota - len(world.zns) - 1)}
    world.zns[msg_id] = {"status": 0, "phone": phone}

    def arrive() -> None:
        delivered = world.clock.milliseconds()
        world.zns[msg_id]["status"] = 1
        world.phones[phone].messages.append({"msg_id": msg_id, "text": text, "tracking_id": tracking_id})
        event = {
            "app_id": account.app_id,
            "sender": {"id": account.oa_id},
            "recipient": {"id": phone},
            "event_name": "user_received_message",
            "message": {"delivery_time": delivered, "msg_id": msg_id, "tracking_id": tracking_id},
            "timestamp": delivered,
        }
        world.outbox.append(hook(world, event, headers={"X-ZEvent-Server": "ZNS"}))

    world.later(world.clock.now() + account.zns_delay, arrive)
    return {"msg_id": msg_id, "sent_time": now, "sending_mode": body.get("sending_mode", "1"), "quota": quota}


def status(world: World, call: Call) -> Json:
    """`GET /message/status?message_id=`: 0 on its way, 1 delivered, -1 unknown."""
    found: Json = world.zns.get(call.query.get("message_id", ""), {"status": -1})
    return {"status": found["status"]}


def quota(world: World, _call: Call) -> Json:
    """`GET /message/quota`."""
    return {"dailyQuota": str(world.account.zns_quota), "remainingQuota": str(world.account.zns_quota - len(world.zns))}


def template_info(world: World, call: Call) -> Json:
    """`GET /template/info/v2?template_id=`."""
    template = world.templates.get(call.query.get("template_id", ""))
    if template is None:
        raise Refusal(-109, "Template id is invalid")
    params: list[Json] = [
        {"name": name, "require": True, "type": "STRING", "maxLength": most, "minLength": 1, "acceptNull": False}
        for name, most in template.params.items()
    ]
    price = str(template.price)
    return {
        "templateId": template.id,
        "status": template.status,
        "listParams": params,
        "listButtons": [],
        "price_sdt": price,
        "price_uid": price if template.by_uid else None,
    }


def templates(world: World, _call: Call) -> list[Any]:
    """`GET /template/all`."""
    return [{"templateId": template.id, "status": template.status} for template in world.templates.values()]

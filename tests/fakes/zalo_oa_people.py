"""The OA and its citizens: getoa, quota, profiles, followers, tags, history (zalo-oa.md §4)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes import zalo_oa_rules as rules
from tests.fakes.zalo_oa_events import event
from tests.fakes.zalo_oa_state import Call, Citizen, Json, Refusal, World, invalid
from tests.fakes.zalo_oa_webhooks import hook

PAGE, LAST_OFFSET, HISTORY = 50, 9951, 10
PERIODS = {"TODAY": 1, "YESTERDAY": 2, "L7D": 7, "L30D": 30}
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def data_of(call: Call) -> Json:
    """The JSON in the query parameter `data`, else -201."""
    try:
        return rules.an_object(json.loads(call.query.get("data", "")), "data")
    except ValueError:
        raise invalid("data") from None


def get_oa(world: World, _call: Call) -> Json:
    """`GET /v2.0/oa/getoa`."""
    account = world.account
    return {
        account.oa_id_key: account.oa_id,
        "name": account.name,
        "is_verified": account.is_verified,
        "oa_type": account.oa_type,
        "num_follower": sum(citizen.follows for citizen in world.citizens.values()),
        "package_name": account.package_name,
        "package_valid_through_date": account.package_valid_through_date,
        "linked_zca": "",
    }


def quota_message(world: World, call: Call) -> Json:
    """`POST …/oa/quota/message`: what may still be sent to a citizen."""
    citizen = _citizen(world, rules.an_object(call.body, "body").get("user_id"))
    total = world.account.free_replies
    left = {} if total is None else {"remain": str(max(total - citizen.answered, 0)), "total": str(total)}
    last = citizen.last_interaction
    return {"last_interaction": "" if last is None else str(int(last * 1000)), "cs_reply": left, "promotion": {"remain": "0", "total": "0"}}


def user_detail(world: World, call: Call) -> Json:
    """`GET /v3.0/oa/user/detail`."""
    citizen = _citizen(world, data_of(call).get("user_id"))
    return {
        **_profile(citizen),
        "user_external_id": "",
        "user_alias": citizen.name,
        "is_sensitive": False,
        "user_last_interaction_date": _day(citizen),
        "user_is_follower": citizen.follows,
        "tags_and_notes_info": {"notes": [], "tag_names": sorted(citizen.tags)},
        "shared_info": {"address": "", "city": "", "district": "", "phone": citizen.phone, "name": citizen.name},
    }


def get_profile(world: World, call: Call) -> Json:
    """`GET /v2.0/oa/getprofile`: the id must be a bare number."""
    data = data_of(call)
    if "phone" in data:
        found = next((citizen for citizen in world.citizens.values() if citizen.phone and citizen.phone == data["phone"]), None)
        if found is None:
            raise invalid("phone")
        if not found.follows:
            raise Refusal(-213)
        return _profile(found)
    user_id = data.get("user_id")
    if not isinstance(user_id, int) or isinstance(user_id, bool):
        raise Refusal(-201, "user_id is not valid")
    return _profile(_citizen(world, str(user_id)))


def get_followers(world: World, call: Call) -> Json:
    """`GET /v2.0/oa/getfollowers`."""
    data = data_of(call)
    followers = [citizen for citizen in world.citizens.values() if citizen.follows]
    return {"total": len(followers), "followers": _page(followers, data)}


def get_list(world: World, call: Call) -> Json:
    """`GET /v3.0/oa/user/getlist`."""
    data = data_of(call)
    known = {"offset", "count", "tag_name", "last_interaction_period", "is_follower"}
    rules.known_fields(data, known, "data", call.warnings.append)
    people = list(world.citizens.values())
    if "is_follower" in data:
        people = [citizen for citizen in people if str(citizen.follows).lower() == data["is_follower"]]
    if "tag_name" in data:
        people = [citizen for citizen in people if data["tag_name"] in citizen.tags]
    if "last_interaction_period" in data:
        first, last = _period(world, data["last_interaction_period"])
        people = [citizen for citizen in people if citizen.last_interaction and first <= _date(citizen.last_interaction) <= last]
    page = _page(people, data)
    return {"total": len(people), "count": len(page), "offset": data["offset"], "users": page}


def _period(world: World, period: object) -> tuple[dt.date, dt.date]:
    today = _date(world.clock.now())
    if isinstance(period, str) and period in PERIODS:
        return today - dt.timedelta(days=PERIODS[period] - 1), today - dt.timedelta(days=period == "YESTERDAY")
    try:
        first, last = (dt.datetime.strptime(day, "%Y_%m_%d").replace(tzinfo=VIETNAM).date() for day in str(period).split(":"))
    except ValueError:
        raise invalid("last_interaction_period") from None
    return first, last


def tag_follower(world: World, call: Call) -> None:
    """`POST /v2.0/oa/tag/tagfollower`."""
    citizen, tag = _tagged(world, call)
    world.tags.add(tag)
    citizen.tags.add(tag)
    _tell(world, "add_user_to_tag", citizen, tag)


def untag_follower(world: World, call: Call) -> None:
    """`POST /v2.0/oa/tag/rmfollowerfromtag`."""
    citizen, tag = _tagged(world, call)
    citizen.tags.discard(tag)
    _tell(world, "remove_user_from_tag", citizen, tag)


def remove_tag(world: World, call: Call) -> None:
    """`POST /v2.0/oa/tag/rmtag`."""
    tag = rules.a_text(rules.an_object(call.body, "body").get("tag_name"), "tag_name")
    if tag not in world.tags:
        raise invalid("tag_name")
    world.tags.discard(tag)
    for citizen in world.citizens.values():
        citizen.tags.discard(tag)
    _tell(world, "remove_tag", Citizen(world.account.oa_id), tag)


def get_tags(world: World, _call: Call) -> list[str]:
    """`GET /v2.0/oa/tag/gettagsofoa`."""
    return sorted(world.tags)


def conversation(world: World, call: Call) -> list[Json]:
    """`GET /v2.0/oa/conversation`: newest first, at most ten."""
    data = data_of(call)
    citizen = _citizen(world, str(data.get("user_id")))
    start = _whole(data, "offset")
    return _history(world, citizen)[start : start + min(_whole(data, "count"), HISTORY)]


def recent_chat(world: World, call: Call) -> list[Json]:
    """`GET /v2.0/oa/listrecentchat`: the newest message of each chat."""
    data = data_of(call)
    newest = [history[0] for citizen in world.citizens.values() if (history := _history(world, citizen))]
    newest.sort(key=lambda message: message["time"], reverse=True)
    start = _whole(data, "offset")
    return newest[start : start + min(_whole(data, "count"), HISTORY)]


def _history(world: World, citizen: Citizen) -> list[Json]:
    oa = world.account.oa_id
    said: list[Json] = [{**message, "src": 1, "from_id": citizen.id, "to_id": oa} for message in citizen.said]
    heard: list[Json] = [
        {"message_id": shown.message_id, "message": shown.text, "time": int(shown.at * 1000), "src": 0, "from_id": oa, "to_id": citizen.id}
        for shown in citizen.inbox
    ]
    # Of two in the same millisecond the later one is the newer.
    return sorted(said + heard, key=lambda message: message["time"])[::-1]


def _citizen(world: World, user_id: object) -> Citizen:
    citizen = world.citizens.get(rules.a_text(user_id, "user_id"))
    if citizen is None:
        raise invalid("user_id")
    return citizen


def _profile(citizen: Citizen) -> Json:
    avatar = "https://s120.avatar.talk.zdn.vn/default"
    return {
        "user_id": citizen.id,
        "user_id_by_app": citizen.id_by_app,
        "display_name": citizen.name,
        "avatar": avatar,
        "avatars": {"120": avatar, "240": avatar},
    }


def _whole(data: Json, name: str, most: int | None = None) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or (most is not None and value > most):
        raise invalid(name)
    return value


def _page(people: list[Citizen], data: Json) -> list[dict[str, Any]]:
    start, count = _whole(data, "offset", LAST_OFFSET), _whole(data, "count", PAGE)
    return [{"user_id": citizen.id} for citizen in people[start : start + count]]


def _tagged(world: World, call: Call) -> tuple[Citizen, str]:
    body = rules.an_object(call.body, "body")
    citizen, tag = _citizen(world, body.get("user_id")), rules.a_text(body.get("tag_name"), "tag_name")
    if not citizen.follows:
        raise Refusal(-213)
    return citizen, tag


def _tell(world: World, name: str, citizen: Citizen, tag: str) -> None:
    if world.account.echo:
        world.outbox.append(hook(world, event(world, name, citizen, tag={"name": tag})))


def _date(moment: float) -> dt.date:
    return dt.datetime.fromtimestamp(moment, VIETNAM).date()


def _day(citizen: Citizen) -> str:
    return _date(citizen.last_interaction).strftime("%d/%m/%Y") if citizen.last_interaction else ""

"""The platform's side of the fake: every call is read, recorded, checked and answered; the three hosts share one port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.fakes import zalo_oa_content as content
from tests.fakes import zalo_oa_oauth as oauth
from tests.fakes import zalo_oa_people as people
from tests.fakes import zalo_oa_sending as sending
from tests.fakes import zalo_oa_zns as zns
from tests.fakes.serving import cut
from tests.fakes.zalo_oa_state import Account, Call, Fault, Json, Refusal, World
from tests.fakes.zalo_oa_webhooks import Webhooks

SECRET = {"access_token", "refresh_token", "code", "code_verifier", "secret_key", "appsecret_proof", "cookie", "authorization"}
PERMISSION = "/v4/oa/permission"
RATE_LIMIT, TOKEN_HEADER = -32, "access_token"


def _token(world: World, call: Call, error: int) -> None:
    """Check the token. The header is right, a query is not."""
    match call.token:
        case "current":
            return
        case "expired":
            raise Refusal(world.account.expired_error if error == -216 else error, "Access token has expired")
        case _:
            raise Refusal(error, "Access token is invalid")


def _check_oa(world: World, call: Call) -> None:
    call.rate = world.take_rate("article" if "/article/" in call.path else "oa")
    if call.rate[1] < 0:
        raise Refusal(RATE_LIMIT)
    _token(world, call, -216)
    if world.account.refuse:
        raise Refusal(world.account.refuse)


def _refused(refusal: Refusal) -> Json:
    return {"error": refusal.error, "message": refusal.message}


def _refused_oauth(refusal: Refusal) -> Json:
    return {"error_name": refusal.name, "error": refusal.error, "error_description": refusal.message}


def _wrapped(data: Any) -> Json:
    return {**({} if data is None else {"data": data}), "error": 0, "message": "Success"}


@dataclass(frozen=True)
class Host:
    """How one host checks a call and words its answers."""

    check: Callable[[World, Call], None]
    accepted: Callable[[Any], Json]
    refused: Callable[[Refusal], Json]


OA = Host(_check_oa, _wrapped, _refused)
ZNS = Host(lambda world, call: _token(world, call, -124), _wrapped, _refused)
OAUTH = Host(lambda _world, _call: None, lambda data: data, _refused_oauth)

Handler = Callable[[World, Call], Any]
SENDS: dict[str, tuple[Host, Handler]] = {
    "/v3.0/oa/message/cs": (OA, sending.send_v3),
    "/v2.0/oa/message": (OA, sending.send_v2),
    "/v3.0/oa/message/template": (OA, sending.send_template),
    "/message/template": (ZNS, zns.send),
}
UPLOADS: dict[str, tuple[Host, Handler]] = {
    "/v2.0/oa/upload/image": (OA, content.upload_image),
    "/v2.0/oa/upload/gif": (OA, content.upload_gif),
    "/v2.0/oa/upload/file": (OA, content.upload_file),
}
TOKENS: dict[str, tuple[Host, Handler]] = {"/v4/oa/access_token": (OAUTH, oauth.access_token)}
POSTS: dict[str, tuple[Host, Handler]] = {
    **SENDS,
    **UPLOADS,
    **TOKENS,
    "/v3.0/oa/quota/message": (OA, people.quota_message),
    "/v2.0/oa/quota/message": (OA, people.quota_message),
    "/v2.0/oa/tag/tagfollower": (OA, people.tag_follower),
    "/v2.0/oa/tag/rmfollowerfromtag": (OA, people.untag_follower),
    "/v2.0/oa/tag/rmtag": (OA, people.remove_tag),
    "/v2.0/article/create": (OA, content.create_article),
    "/v2.0/article/update": (OA, content.update_article),
    "/v2.0/article/verify": (OA, content.verify_article),
    "/v2.0/article/remove": (OA, content.remove_article),
}
GETS: dict[str, tuple[Host, Handler]] = {
    PERMISSION: (OAUTH, oauth.permission),
    "/v2.0/oa/getoa": (OA, people.get_oa),
    "/v2.0/oa/getprofile": (OA, people.get_profile),
    "/v2.0/oa/getfollowers": (OA, people.get_followers),
    "/v2.0/oa/conversation": (OA, people.conversation),
    "/v2.0/oa/listrecentchat": (OA, people.recent_chat),
    "/v2.0/oa/tag/gettagsofoa": (OA, people.get_tags),
    "/v3.0/oa/user/detail": (OA, people.user_detail),
    "/v3.0/oa/user/getlist": (OA, people.get_list),
    "/v2.0/article/getdetail": (OA, content.article_detail),
    "/v2.0/article/getslice": (OA, content.article_slice),
    "/message/status": (ZNS, zns.status),
    "/message/quota": (ZNS, zns.quota),
    "/template/info/v2": (ZNS, zns.template_info),
    "/template/all": (ZNS, zns.templates),
}
HANDLERS = {"GET": GETS, "POST": POSTS}
GROUPS = {"send": SENDS.keys(), "upload": UPLOADS.keys(), "token": TOKENS.keys()}


class Platform:
    """The world, its webhooks, and the answers to calls. `reset` makes a new world for the same account."""

    def __init__(self, account: Account) -> None:
        self.first = account
        self.begin(account)

    def begin(self, account: Account) -> None:
        """A new world."""
        self.world = World(account)
        self.hooks = Webhooks(self.world)

    async def answer(self, request: Request) -> Response:
        """Answer one call: always HTTP 200, `error` decides. Only paths that do not exist are 404."""
        world = self.world
        call = await _read(world, request)
        world.calls.append(call)
        known = HANDLERS.get(call.method, {}).get(call.path)
        if known is None:
            call.status, call.answer = HTTPStatus.NOT_FOUND, {"error": 404, "message": "Not found"}
            return _json(call)
        fault = _take_fault(world, call)
        if fault and fault.kind == "cut_before_delivery":
            return await cut(request)
        if fault and fault.kind == "http500":
            call.status, call.answer = HTTPStatus.INTERNAL_SERVER_ERROR, "<html>Internal Server Error</html>"
            return Response(call.answer, call.status, media_type="text/html")
        answer = self._perform(call, *known, fault)
        self.hooks.flush()
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "cut_after_delivery":
            return await cut(request)
        call.status, call.answer = HTTPStatus.OK, answer
        if call.path == PERMISSION and isinstance(answer, str):
            call.status = HTTPStatus.FOUND
            return RedirectResponse(answer, call.status)
        return _json(call)

    def _perform(self, call: Call, host: Host, handler: Handler, fault: Fault | None) -> Any:
        if fault and fault.kind == "error":
            return host.refused(Refusal(fault.code))
        try:
            host.check(self.world, call)
            data = handler(self.world, call)
        except Refusal as refusal:
            return host.refused(refusal)
        self.world.counters["accepted"] += call.path in SENDS
        if fault and fault.kind == "delivered_but_error":
            return host.refused(Refusal(fault.code))
        return host.accepted(data)


def _take_fault(world: World, call: Call) -> Fault | None:
    """The first fault that is meant for this call, one time less."""
    for fault in world.faults:
        if fault.on in {"any", call.path} or call.path in GROUPS.get(fault.on, ()):
            fault.times -= 1
            if fault.times == 0:
                world.faults.remove(fault)
            return fault
    return None


async def _read(world: World, request: Request) -> Call:
    query = dict(request.query_params)
    call = Call(len(world.calls) + 1, world.clock.now(), request.method, request.url.path, dict(request.headers), query)
    if TOKEN_HEADER in query:
        call.token = "query"
    elif TOKEN_HEADER in call.headers:
        call.token = oauth.token_state(world, call.headers[TOKEN_HEADER])
    kind = call.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        async with request.form() as form:
            call.body = {name: value for name, value in form.items() if isinstance(value, str)}
            if isinstance(file := form.get("file"), UploadFile):
                call.file = (file.filename or "", await file.read())
    elif kind.startswith(oauth.FORM):
        async with request.form() as form:
            call.body = {name: str(value) for name, value in form.items()}
    elif raw := await request.body():
        if not kind.startswith("application/json"):
            call.warnings.append("content-type is not application/json")
        try:
            call.body = json.loads(raw)
        except ValueError:
            call.body = raw.decode("utf-8", "replace")
    return call


def _json(call: Call) -> Response:
    headers = {} if call.rate is None else {"X-RateLimit-Limit": str(call.rate[0]), "X-RateLimit-Remain": str(max(call.rate[1], 0))}
    return Response(json.dumps(call.answer, ensure_ascii=False).encode(), call.status or 200, headers, "application/json")


def recorded(call: Call) -> Json:
    """A call as tests see it: without tokens, codes and secrets."""
    answer = call.answer.partition("?")[0] if call.path == PERMISSION and isinstance(call.answer, str) else call.answer
    return {
        "number": call.number,
        "at": call.at,
        "method": call.method,
        "path": call.path,
        "headers": _without_secrets(call.headers),
        "query": _without_secrets(call.query),
        "body": _without_secrets(call.body),
        "file": call.file and {"name": call.file[0], "size": len(call.file[1])},
        "token": call.token,
        "warnings": call.warnings,
        "status": call.status,
        "answer": _without_secrets(answer),
    }


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "***" if name in SECRET else _without_secrets(item) for name, item in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value

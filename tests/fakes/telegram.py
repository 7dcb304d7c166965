"""The fake of the Telegram Bot API: `python -m tests.fakes.telegram --port N`.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are Telegram's, `/_sim/<action>` is for tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.serving import Action, Answer, Fault, Json, control, cut, gone, main, read_parameters, recorded, strike
from tests.fakes.telegram_account import Account, Described
from tests.fakes.telegram_contract import CONTRACT, ApiError, Method
from tests.fakes.telegram_messages import Call, Handler, Messages
from tests.fakes.telegram_sim import Sim
from tests.fakes.telegram_state import TOKEN, State, too_many
from tests.fakes.telegram_updates import Updates

TOKEN_FORM = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,60}")
NOT_IN_A_REPLY = {"setWebhook", "deleteWebhook"}  # nor anything that only asks


class Telegram:
    """The API with one bot. Everything is forgotten by `reset`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._updates: Updates | None = None
        self._begin()

    def app(self) -> Starlette:
        api = Route("/bot{token}/{method}", self._api, methods=["GET", "POST"])
        file = Route("/file/bot{token}/{path:path}", self._file)
        return Starlette(routes=[api, file, control(lambda: self._actions)], exception_handlers={404: _not_found, ClientDisconnect: gone})

    def _begin(self) -> None:
        self._calls: list[Json] = []
        self._state = state = State(self._token)
        self._updates = updates = Updates(state, self._execute_reply)
        self._handlers: Mapping[str, Handler] = {**Messages(state).handlers, **Account(state, updates).handlers}
        self._actions: Mapping[str, Action] = {**Sim(state, updates).actions, "calls": self._seen, "reset": self._reset}

    async def _reset(self, _: Json) -> Json:
        assert self._updates
        self._updates.close()
        self._begin()
        return {}

    async def _seen(self, values: Json) -> list[Json]:
        """The calls after number `after`, oldest first."""
        return self._calls[int(values.get("after", 0)) :]

    async def _api(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
            method = CONTRACT.method(request.path_params["method"])
            given, form = await read_parameters(request)
        except ApiError as error:
            self._record(request.path_params["method"], "", {})["status"] = error.code
            return JSONResponse(error.answer()[1], error.code)
        except ValueError:
            return JSONResponse(ApiError("can't parse JSON object").answer()[1], HTTPStatus.BAD_REQUEST)
        answer = await self._execute(method, given, form)
        if answer is None:
            return await cut(request)
        status, body = answer
        return PlainTextResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)

    async def _file(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
            return Response(self._state.files[request.path_params["path"].removeprefix("files/")])
        except ApiError as error:
            return JSONResponse(error.answer()[1], error.code)
        except KeyError:
            return JSONResponse(ApiError(code=404).answer()[1], HTTPStatus.NOT_FOUND)

    def _check_token(self, token: str) -> None:
        if not TOKEN_FORM.fullmatch(token):
            raise ApiError("invalid token specified", 401)
        if token != self._token:
            raise ApiError(code=401)

    async def _execute(self, method: Method, given: Json, form: str) -> Answer | None:
        """Run a call, with the fault that strikes it. None: the connection is to be cut."""
        record = self._record(method.name, form, given)

        async def deliver() -> Answer:
            record["delivered"] = True
            return await self._run(method, given, record)

        fault = self._state.faults.take(method.name)
        record["fault"] = fault.kind if fault else None
        answer = await strike(fault, deliver, _refusal)
        record["status"], record["answer"] = answer or (None, None)
        return answer

    async def _run(self, method: Method, given: Json, record: Json) -> Answer:
        try:
            values, warnings = CONTRACT.read(method, given)
            call = Call(values, warnings)
            record |= {"values": recorded(values), "warnings": call.warnings}
            result: Any = await self._handlers[method.name](call)
        except ApiError as error:
            record["delivered"] = False
            return error.answer()
        if isinstance(result, Described):
            return 200, {"ok": True, "result": result.result, "description": result.description}
        return 200, {"ok": True, "result": result}

    async def _execute_reply(self, reply: Json) -> None:
        """A call in the answer to a webhook; what it gives is told to nobody."""
        values = {name: value for name, value in reply.items() if name != "method"}
        try:
            method = CONTRACT.method(reply["method"])
        except ApiError as error:
            self._record(reply["method"], "webhook", values)["status"] = error.code
            return
        if method.name.startswith("get") or method.name in NOT_IN_A_REPLY:
            self._record(method.name, "webhook", values)["warnings"] = ["refused in an answer to a webhook"]
            return
        await self._execute(method, values, "webhook")

    def _record(self, method: str, form: str, given: Json) -> Json:
        """Note a call. `status` None: cut, or not answered yet."""
        call: Json = {"number": len(self._calls) + 1, "at": self._state.clock.now(), "method": method, "form": form}
        call |= {"values": recorded(given), "warnings": [], "fault": None, "delivered": False, "status": None, "answer": None}
        self._calls.append(call)
        return call


def _refusal(fault: Fault) -> Answer:
    return (too_many(fault.retry_after or 1) if fault.kind == "too_many" else ApiError(fault.description, fault.code)).answer()


async def _not_found(_request: Request, _error: Exception) -> Response:
    return JSONResponse(ApiError(code=404).answer()[1], HTTPStatus.NOT_FOUND)


def build(token: str) -> Starlette:
    """The fake as an ASGI application."""
    return Telegram(token).app()


if __name__ == "__main__":
    main("telegram", TOKEN, build)

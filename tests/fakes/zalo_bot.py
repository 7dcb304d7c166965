"""The fake of the Zalo Bot API: `python -m tests.fakes.zalo_bot --port N`.

`/bot<token>/<method>` is Zalo's, `/_sim/<action>` is for tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.serving import Action, Answer, Fault, Json, control, cut, gone, main, read_parameters, recorded, strike
from tests.fakes.zalo_bot_methods import Methods
from tests.fakes.zalo_bot_sim import Sim
from tests.fakes.zalo_bot_state import TOKEN, ApiError, State
from tests.fakes.zalo_bot_updates import Updates


class ZaloBot:
    """The API with one bot. Everything is forgotten by `reset`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._begin()

    def app(self) -> Starlette:
        api = Route("/bot{token}/{method}", self._api, methods=["GET", "POST"])
        return Starlette(routes=[api, control(lambda: self._actions)], exception_handlers={ClientDisconnect: gone})

    def _begin(self) -> None:
        self._calls: list[Json] = []
        self._state = State()
        self._updates = Updates(self._state)
        self._methods = Methods(self._state, self._updates)
        sim = Sim(self._state, self._updates)
        self._actions: Mapping[str, Action] = {**sim.actions, "calls": self._seen, "reset": self._reset}

    async def _reset(self, _: Json) -> Json:
        self._updates.close()
        self._begin()
        return {}

    async def _seen(self, values: Json) -> list[Json]:
        """The calls after number `after`, oldest first."""
        return self._calls[int(values.get("after", 0)) :]

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"]
        record: Json = {"number": len(self._calls) + 1, "at": self._state.clock.now(), "method": method, "form": "", "values": {}}
        record |= {"warnings": [], "fault": None, "delivered": False, "status": None, "answer": None}
        self._calls.append(record)
        answer = await self._execute(request, record)
        if answer is None:
            return await cut(request)
        record["status"], record["answer"] = status, body = answer
        return PlainTextResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)

    async def _execute(self, request: Request, record: Json) -> Answer | None:
        """Run a call, with the fault that strikes it. None: the connection is to be cut."""
        method = record["method"]
        if request.path_params["token"] != self._token:
            return self._refusal(ApiError(401))
        if method not in self._methods.handlers:
            return self._refusal(ApiError(404))
        try:
            values, record["form"] = await read_parameters(request)
        except ValueError:
            return self._refusal(ApiError(400))
        record["values"] = recorded(values)
        record["warnings"] = warnings = [f"unknown parameter {name}" for name in values if name not in self._methods.fields[method]]

        async def deliver() -> Answer:
            try:
                work = self._methods.handlers[method](values, warnings)
                result = await (_while_connected(request, work) if method == "getUpdates" else work)
            except ApiError as error:
                return self._refusal(error)
            record["delivered"] = True
            return HTTPStatus.OK, {"ok": True} | ({} if result is None else {"result": result})

        fault = self._state.faults.take(method)
        record["fault"] = fault.kind if fault else None
        return await strike(fault, deliver, self._struck)

    def _struck(self, fault: Fault) -> Answer:
        if fault.kind != "too_many":
            return self._refusal(ApiError(fault.code, fault.description))
        status, body = self._refusal(ApiError(429))
        assert isinstance(body, dict)
        return status, body | ({"parameters": {"retry_after": fault.retry_after}} if fault.retry_after else {})

    def _refusal(self, error: ApiError) -> Answer:
        rules = self._state.switches
        status = rules.idle_status if error.code == HTTPStatus.REQUEST_TIMEOUT else error.code
        return 200 if rules.errors == "ok" else status, error.body()


async def _while_connected(request: Request, work: Coroutine[Any, Any, Any]) -> Any:
    """Give up when the caller is gone: an event handed to nobody would be lost."""
    task = asyncio.create_task(work)

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        return await task
    except asyncio.CancelledError:
        raise ApiError(HTTPStatus.REQUEST_TIMEOUT) from None
    finally:
        watcher.cancel()


def build(token: str) -> Starlette:
    """The fake as an ASGI application."""
    return ZaloBot(token).app()


if __name__ == "__main__":
    main("zalo_bot", TOKEN, build)

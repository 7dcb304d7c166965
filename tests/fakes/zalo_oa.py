"""A faithful fake of Zalo Official Account: OAuth, OA, article and ZNS hosts on one loopback port, with webhooks.

    python -m tests.fakes.zalo_oa --port 9001 [--oa-type 4] [--webhook-url http://127.0.0.1:8000/…]

Built from the reference of the platform alone. `zalo_oa_control` has the control API, `zalo_oa_state.Account` the
switches, `zalo_oa_platform` the calls it knows. It is quick enough to be the peer of a benchmark: raise
`--rate-per-minute`, which is 4,000 as on the platform.

What the reference does not know, and the fake decides: error numbers of a wrong secret, grant type or code (-14002,
-14003) and of broadcasts too close together (-211); the redirect after a refused consent (`error=access_denied`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.serving import LOOPBACK, serve
from tests.fakes.zalo_oa_control import Control, perform
from tests.fakes.zalo_oa_platform import Platform
from tests.fakes.zalo_oa_post import require_local
from tests.fakes.zalo_oa_state import Account


def create_app(account: Account) -> Starlette:
    """The fake of one app and its OA."""
    platform = Platform(account)
    control = Control(platform)

    async def sim(request: Request) -> Response:
        body = await request.body()
        values = {**request.query_params, **(json.loads(body) if body else {})}
        status, answer = await perform(control, request.path_params["action"], values)
        return Response(json.dumps(answer, ensure_ascii=False).encode(), status, media_type="application/json")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(tick(platform))
        yield
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await control.stop()

    async def platform_call(request: Request) -> Response:
        return await platform.answer(request)

    routes = [
        Route("/_sim/{action}", sim, methods=["GET", "POST"]),
        Route("/{path:path}", platform_call, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def tick(platform: Platform, seconds: float = 0.2) -> None:
    """Do what becomes due while real time passes, until cancelled."""
    while True:
        await asyncio.sleep(seconds)
        await platform.hooks.settle()


def main() -> None:
    """Serve until stopped. Every text or number of `Account` is an option."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default=LOOPBACK)
    for each in dataclasses.fields(Account):
        if isinstance(each.default, (str, int)) and not isinstance(each.default, bool):
            parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    chosen = vars(parser.parse_args())
    port, host = chosen.pop("port"), chosen.pop("host")
    if host != LOOPBACK:
        parser.error(f"this fake serves {LOOPBACK} only")
    if chosen["webhook_url"]:
        require_local(chosen["webhook_url"])
    serve(create_app(Account(**chosen)), port)


if __name__ == "__main__":
    main()

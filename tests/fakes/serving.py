"""Starts a fake as a process of its own and talks to its control API; and what the fakes of Telegram and of Zalo Bot share."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOPBACK = "127.0.0.1"

# Without the variables of the environment: pytest changes them between tests, while conversations of other threads go on.
# Without https: saves reading certificates.
PLAIN: dict[str, Any] = {"trust_env": False, "verify": False}


@dataclass
class Fake:
    """A running fake. `sim` calls its control API: `fake.sim("citizen", id="9000000000000000001")`."""

    url: str

    def sim(self, action: str, **values: Any) -> Any:
        """POST `/_sim/<action>` with these values; its JSON answer. Raises when the fake refuses."""
        answer = httpx.post(f"{self.url}/_sim/{action}", json=values, timeout=30, **PLAIN)
        answer.raise_for_status()
        return answer.json()

    def calls(self) -> list[dict[str, Any]]:
        """Every call the fake received, oldest first: method, values without tokens, answer."""
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/_sim/calls", timeout=30, **PLAIN).json()
        return found


@contextlib.contextmanager
def running_fake(name: str, *arguments: str) -> Iterator[Fake]:
    """`python -m tests.fakes.<name>` on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", f"tests.fakes.{name}", "--port", str(port), *arguments])
    try:
        url = f"http://{LOOPBACK}:{port}"
        _wait(url, process)
        yield Fake(url)
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the fake stopped with {process.returncode}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/_sim/calls", timeout=1, **PLAIN)
            return
        time.sleep(0.05)
    raise TimeoutError(f"the fake at {url} does not answer")


class Cuttable(HttpToolsProtocol):
    """HTTP whose connection an app can cut."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["cut"] = self.transport.abort


async def cut(request: Request) -> Response:
    """Cut the connection without a byte of an answer. Return what this returns; nobody reads it any more."""
    request.state.cut()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def serve(app: ASGIApp, port: int) -> None:
    """Serve a fake, on loopback only."""
    uvicorn.run(app, host=LOOPBACK, port=port, log_level="warning", access_log=False, http=Cuttable, timeout_graceful_shutdown=1)


# --- what the fakes of Telegram and of Zalo Bot share ------------------------------------------------------------------

Json = dict[str, Any]
Answer = tuple[int, Json | str]
"""HTTP status and body; a text is not of the platform's own making, as when a gateway answers."""

Action = Callable[[Json], Awaitable[Any]]
"""One control call: the posted values, and what to answer as JSON."""

ALWAYS = -1
TEXTS = ("Làm giấy khai sinh cho con cần gì?", "đăng ký kết hôn", "giay doc than", "mất sổ đỏ", "phí bao nhiêu")


class Refused(Exception):
    """A control call makes no sense; the answer is HTTP 400 with these words."""


class Signal:
    """Wakes everybody who waits for a change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def send(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until `holds()`, at most so many seconds. Whether it does."""
        end = time.monotonic() + seconds
        while not holds():
            if (left := end - time.monotonic()) <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._event.wait(), left)
        return True


class Clock:
    """Real time plus what tests added, in seconds since 1970."""

    def __init__(self) -> None:
        self._added = 0.0
        self._moved = Signal()

    def now(self) -> float:
        return time.time() + self._added

    def advance(self, seconds: float) -> None:
        self._added += seconds
        self._moved.send()

    async def until(self, moment: float) -> None:
        """Sleep until the clock shows `moment`."""
        while (left := moment - self.now()) > 0:
            await self._moved.until(lambda: self.now() >= moment, left)


@dataclass
class Fault:
    """What goes wrong with the next `times` calls (-1: with all). `on`: `send`, `any`, or the name of a method."""

    kind: Literal["delivered_but_error", "cut_after_delivery", "cut_before_delivery", "error", "http500", "slow", "too_many", "none"]
    times: int = 1
    on: str = "send"
    code: int = 500
    description: str = ""
    seconds: float = 1.0
    retry_after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(get_type_hints(Fault)["kind"]):
            raise Refused(f"no such fault: {self.kind}")

    def meets(self, method: str) -> bool:
        sends = method.startswith(("send", "edit")) and method != "sendChatAction"
        return self.on in {"any", method} or (self.on == "send" and sends)


class Faults:
    """The faults that are switched on; the oldest that meets a call strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on; `none` switches all off."""
        self._faults = [] if fault.kind == "none" else [*self._faults, fault]

    def take(self, method: str) -> Fault | None:
        """The fault that strikes this call."""
        fault = next((each for each in self._faults if each.meets(method)), None)
        if fault and fault.times != ALWAYS:
            fault.times -= 1
            self._faults = [each for each in self._faults if each.times]
        return fault


async def strike(fault: Fault | None, deliver: Callable[[], Awaitable[Answer]], refuse: Callable[[Fault], Answer]) -> Answer | None:
    """Answer a call as the fault has it; None: cut the connection. `refuse`: the fault in the platform's own words."""
    match fault.kind if fault else "none":
        case "cut_before_delivery":
            return None
        case "http500":
            return 500, "Internal Server Error"
        case "error" | "too_many":
            assert fault
            return refuse(fault)
    status, body = answer = await deliver()
    if fault is None or status != HTTPStatus.OK or (isinstance(body, dict) and not body["ok"]):
        return answer
    if fault.kind == "slow":  # the message arrives at once, the answer is late: a client's time-out proves nothing
        await asyncio.sleep(fault.seconds)
        return answer
    return None if fault.kind == "cut_after_delivery" else refuse(fault)


class Load:
    """Messages at a steady rate, whoever answers or not, and how long citizens wait for the first answer, flood or no flood."""

    def __init__(self) -> None:
        self._waiting: defaultdict[int | str, deque[float]] = defaultdict(deque)
        self._seconds: list[float] = []
        self._flood: asyncio.Task[None] | None = None
        self._planned = self._sent = 0
        self._late = 0.0

    def sent(self, chat: int | str) -> None:
        """A citizen's message leaves for the bot."""
        self._waiting[chat].append(time.perf_counter())

    def answered(self, chat: int | str) -> None:
        """A message for this chat was accepted: it answers the oldest one that waits."""
        if waiting := self._waiting.get(chat):
            self._seconds.append(time.perf_counter() - waiting.popleft())

    def begin(self, values: Json, say: Callable[[int, str], object]) -> Json:
        """Start a flood; earlier latencies are forgotten. `say`: number of the citizen from 0, text; must not wait."""
        self._waiting.clear()
        self._seconds, self._sent, self._late = [], 0, 0.0
        self._planned = int(float(values["per_second"]) * float(values["seconds"]))
        self._flood = asyncio.create_task(self._run(float(values["per_second"]), int(values["citizens"]), values.get("texts", TEXTS), say))
        return {"planned": self._planned}

    async def _run(self, per_second: float, citizens: int, texts: Sequence[str], say: Callable[[int, str], object]) -> None:
        started = time.perf_counter()
        for number in range(self._planned):
            ahead = started + number / per_second - time.perf_counter()
            self._late = max(self._late, -ahead)
            await asyncio.sleep(max(ahead, 0.0))
            say(number % citizens, texts[number % len(texts)])
            self._sent += 1

    def report(self) -> Json:
        """`p50`, `p99`, `list` in seconds, oldest first; how many messages still wait; how far the flood is, and how late at most."""
        ordered = sorted(self._seconds)
        p50, p99 = (ordered[int(len(ordered) * share)] if ordered else None for share in (0.5, 0.99))
        running = self._flood is not None and not self._flood.done()
        flood = {"running": running, "planned": self._planned, "sent": self._sent, "late": self._late}
        return {
            "p50": p50,
            "p99": p99,
            "list": self._seconds,
            "answered": len(ordered),
            "waiting": sum(map(len, self._waiting.values())),
            "flood": flood,
        }


def switch(switches: object, values: Json) -> Json:
    """Set fields of a dataclass by their names; all of them as they are then."""
    for name, value in values.items():
        if name not in vars(switches):
            raise Refused(f"no such switch: {name}")
        setattr(switches, name, value)
    return vars(switches)


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body."""

    name: str
    content: bytes


async def read_parameters(request: Request) -> tuple[Json, str]:
    """Query and body together, and the form of the body: query, json, form. Raises ValueError."""
    values: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" and (body := await request.body()):
        given = json.loads(body)
        if not isinstance(given, dict):
            raise ValueError("an object is expected")
        return values | given, "json"
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form() as form:
            for name, value in form.multi_items():
                values[name] = value if isinstance(value, str) else Upload(value.filename or "", await value.read())
        return values, "form"
    return values, "query"


def recorded(values: Json) -> Json:
    """Values as a record of calls may show them: without secrets, files by their size."""
    shown = {
        name: {"file": value.name, "bytes": len(value.content)} if isinstance(value, Upload) else value for name, value in values.items()
    }
    return shown | ({"secret_token": "***"} if "secret_token" in shown else {})


def control(actions: Callable[[], Mapping[str, Action]]) -> Route:
    """The control API: `/_sim/<action>`, values posted as JSON or given in the query."""

    async def act(request: Request) -> Response:
        name = request.path_params["action"]
        action = actions().get(name)
        if action is None:
            return JSONResponse({"error": f"no such action: {name}", "actions": sorted(actions())}, 404)
        try:
            values, _ = await read_parameters(request)
            return JSONResponse(await action(values))
        except (KeyError, TypeError, ValueError, Refused) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return Route("/_sim/{action}", act, methods=["GET", "POST"])


def on_loopback(url: str) -> bool:
    """Whether an address is of this machine: nothing else is ever called."""
    return urlsplit(url).hostname in {LOOPBACK, "localhost"}


async def gone(_request: Request, _error: Exception) -> Response:
    """Nobody is there any more to be answered; for ClientDisconnect."""
    return Response()


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG in pixels; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    at = 2
    while content.startswith(b"\xff\xd8") and at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in {0xC0, 0xC1, 0xC2}:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def main(name: str, token: str, build: Callable[[str], ASGIApp]) -> None:
    """`python -m tests.fakes.<name> --port N [--token T]`."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.fakes.{name}")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", choices=[LOOPBACK], default=LOOPBACK, help="no other address is ever bound")
    parser.add_argument("--token", default=token, help="the bot's token")
    options = parser.parse_args()
    serve(build(options.token), options.port)

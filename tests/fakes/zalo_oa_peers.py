"""Both ends that the tests of the Zalo OA fake need: a program that calls it, and one that receives its webhooks."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.fakes.serving import LOOPBACK, Fake

Json = dict[str, Any]
V2, V3 = "/v2.0/oa/message", "/v3.0/oa/message/cs"
CITIZEN = "9000000000000000001"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Program:
    """An OA's program with a good token and one citizen who wrote a moment ago."""

    def __init__(self, fake: Fake, http: httpx.Client) -> None:
        self.fake, self.http = fake, http
        fake.sim("reset")
        self.tokens: dict[str, str] = fake.sim("grant")
        fake.sim("citizen", id=CITIZEN)

    @property
    def auth(self) -> dict[str, str]:
        return {"access_token": self.tokens["access_token"]}

    def send(self, message: Any, user_id: Any = CITIZEN, path: str = V3) -> Json:
        return self.post(path, {"recipient": {"user_id": user_id}, "message": message})

    def post(self, path: str, body: Any) -> Json:
        answer: Json = self.http.post(path, json=body, headers=self.auth).raise_for_status().json()
        return answer

    def get(self, path: str, data: Any = None, **query: str) -> Json:
        """`data`: an object, or text as it is."""
        values = query if data is None else {"data": data if isinstance(data, str) else json.dumps(data)}
        answer: Json = self.http.get(path, params=values, headers=self.auth).raise_for_status().json()
        return answer

    def upload(self, kind: str = "image", content: bytes = PNG, name: str = "anh.png") -> Json:
        files = {"file": (name, content)}
        answer: Json = self.http.post(f"/v2.0/oa/upload/{kind}", files=files, headers=self.auth).raise_for_status().json()
        return answer

    def inbox(self, user_id: str = CITIZEN) -> list[Json]:
        found: list[Json] = self.fake.sim("inbox", id=user_id)
        return found


@dataclass
class Received:
    """One webhook as it came."""

    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """A webhook address. It answers `status` after `delay` seconds."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    received: list[Received] = field(default_factory=list)

    def events(self) -> list[str]:
        return [each.json["event_name"] for each in self.received]

    def until(self, count: int, seconds: float = 10.0) -> list[Received]:
        """What was received, once there are `count`."""
        end = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.01)
        return self.received


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A webhook address on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append(Received(body, {name.lower(): value for name, value in self.headers.items()}))
            time.sleep(receiver.delay)
            with contextlib.suppress(ConnectionError):
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        receiver.url = f"http://{LOOPBACK}:{server.server_port}/zalo"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()

"""A bot's web server for the tests of the fakes: a webhook that keeps what it is sent and answers as told, and pictures."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.serving import LOOPBACK


@dataclass
class Hook:
    """`answers`: (status, headers, body) of the next requests; when there are none left, 200. `pictures`: by path, for GET.

    `callers`: ports of the connections that came. `impolite`: each connection is closed after an answer that does not say so.
    """

    url: str
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    pictures: dict[str, bytes] = field(default_factory=dict)
    impolite: bool = False
    callers: set[int] = field(default_factory=set)
    came: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answers.append((status, headers, body))

    def bodies(self, count: int) -> list[dict[str, Any]]:
        """What came, as JSON, once there are `count` requests."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.requests) >= count, 20), f"only {len(self.requests)} of {count} requests came"
            return [json.loads(body) for _, body in self.requests]


@contextlib.contextmanager
def listening() -> Iterator[Hook]:
    """A webhook on a free port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with hook.came:
                answer = hook.answers.popleft() if hook.answers else (200, {}, b"")
                hook.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                hook.callers.add(self.client_address[1])
                hook.came.notify_all()
            self.reply(*answer)

        def do_GET(self) -> None:
            picture = hook.pictures.get(self.path)
            self.reply(404 if picture is None else 200, {}, picture or b"")

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            impolite = hook.impolite  # as it is now: whoever reads the answer may change it before this thread goes on
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection |= impolite

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True  # a fake keeps its connections open
    hook = Hook(f"http://{LOOPBACK}:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

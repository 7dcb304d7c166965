"""Prints the figures of `./dev bench`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from app.assistant.knowing import Knowledge
from app.assistant.knowledge import build_index, catalog_entries, intent_entries, read_national
from app.catalog.yaml_loader import read_document
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.language import Language
from app.understanding.learned import Learned
from app.understanding.reader import Reader
from app.understanding.terms import Entry, Kind
from tests.bench import channels, deliveries
from tests.bench.load import Load, request
from tests.support.server import free_port, running_server

FOLDER = Path("procedures")
SECONDS, CONNECTIONS = 5.0, 16


def main() -> None:
    """Answer latency, start, memory, throughput of the web page, and the channels."""
    knowledge = Knowledge.load(FOLDER, None)
    texts = [ask for p in knowledge.catalog.in_force() for ask in p.all_asks()][::7]
    print(f"Hiểu và quyết định, một lõi, {len(texts)} câu")
    entries = [*catalog_entries(knowledge.catalog, read_national(FOLDER)), *intent_entries(read_document(FOLDER / "intents.yaml").data)]
    _latency(f"  {len(knowledge.catalog.in_force())} thủ tục (trần p99: 5 ms)", knowledge.reader, texts)
    before, started = _memory_mb(), time.perf_counter()
    index = build_index(entries, FOLDER, Learned.load(), Language.load())
    built = time.perf_counter() - started
    print(f"  dựng chỉ mục {built:.2f} s (trần 1 s) · {_memory_mb() - before:.0f} MB · {sum(len(e.asks) for e in entries)} cách hỏi")
    names = [Entry(each.code, Kind.PROCEDURE, (each.name,), ()) for each in knowledge.reader.national.by_code.values()]
    large = Reader(
        build_index([*entries, *names], FOLDER, Learned.load(), Language.load()), knowledge.reader.rules, knowledge.reader.weights
    )
    _latency(f"  {len(knowledge.catalog.in_force()) + len(names)} thủ tục, cả tên toàn quốc (trần p99: 20 ms)", large, texts[::3])
    del index, large
    with tempfile.TemporaryDirectory() as folder:
        _throughput(Path(folder))
    channels.main()
    deliveries.main()


def _latency(name: str, reader: Reader, texts: list[str]) -> None:
    times = []
    for text in texts:
        started = time.perf_counter()
        decide(reader, text, State())
        times.append(1000 * (time.perf_counter() - started))
    times.sort()
    print(f"{name}: p50 {times[len(times) // 2]:.2f} ms · p99 {times[int(len(times) * 0.99)]:.2f} ms")


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _throughput(folder: Path) -> None:
    port = free_port()
    echo = subprocess.Popen([sys.executable, "-m", "tests.bench.echo", str(port)])
    try:
        environment = {"GANDAN_MESSAGES_PER_MINUTE": "10000000", "GANDAN_LOG_LEVEL": "error"}
        with running_server(folder / "data", **environment) as first:  # builds the knowledge; later ones read it back
            first_start = first.started_in
        with running_server(folder / "data", **environment) as server:
            fresh = server.memory_mb()
            ours = _drive(int(server.url.rsplit(":", 1)[1]), *_visitors(server.url))
            print(
                f"\nKhởi động {server.started_in:.2f} s, lần đầu {first_start:.2f} s (trần 3 s) · bộ nhớ {fresh:.0f} MB lúc đầu, {server.memory_mb():.0f} MB sau tải (trần 250 MB)"
            )
        form = "application/x-www-form-urlencoded"
        bare = _drive(port, [request("/chat", b"text=xin+chao", {"content-type": form})])
    finally:
        echo.terminate()
        echo.wait()
    print(f"\nGửi câu hỏi qua web, {CONNECTIONS} kết nối, {SECONDS:.0f} s, hiểu + trả lời + ghi cơ sở dữ liệu + vẽ trang")
    for name, seen in (("  Gần Dân", ours), ("  FastAPI trần chỉ nhắc lại", bare)):
        print(f"{name:28} {seen.per_second:7.0f} /s · p50 {seen.p50_ms:6.1f} ms · p99 {seen.p99_ms:6.1f} ms · lỗi {seen.errors}")


def _visitors(url: str) -> tuple[list[bytes]]:
    """Requests of several visitors, each with its own cookie and form token."""
    questions = ["làm giấy khai sinh cho con cần gì", "dang ky ket hon", "giay doc than", "mất sổ đỏ", "alo", "phí bao nhiêu"]
    requests = []
    for number in range(CONNECTIONS):
        with urllib.request.urlopen(url + "/") as page:
            cookie = page.headers["set-cookie"].split(";")[0]
            csrf = re.search(r'name="csrf" value="(\w+)"', page.read().decode())
        assert csrf is not None
        for position in range(400):
            form = {
                "csrf": csrf[1],
                "message_id": f"bench-{number:04}-{position:06}",
                "text": questions[(number + position) % len(questions)],
            }
            body = urllib.parse.urlencode(form).encode()
            headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookie, "hx-request": "true"}
            requests.append(request("/chat", body, headers))
    return (requests,)


def _drive(port: int, requests: list[bytes]) -> Load:
    """Load from a process of its own, so that it does not share our interpreter."""
    order = {"port": port, "connections": CONNECTIONS, "seconds": SECONDS, "requests": [text.hex() for text in requests]}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(order).encode(), capture_output=True, check=True, timeout=120
    )
    return Load(**json.loads(done.stdout))


if __name__ == "__main__":
    main()

"""From a webhook to the reply in the platform's hands: at 100 messages a second, and how many a second at most.

The platforms' own limits (30 messages a second on Telegram, 4,000 a minute on Zalo) are switched off in the fakes and in
our pacing: what is measured is this machine. The peer is a bare python-telegram-bot echo in the same run.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.loader import load_catalog
from tests.channels.connected import CHANNELS, VALUES, connected
from tests.fakes.serving import Fake, running_fake
from tests.support.server import free_port

RATE, SECONDS = 100.0, 10.0
CEILING_MS = 50.0
STEPS = (150.0, 200.0, 250.0, 300.0, 400.0)
STEP_SECONDS = 5.0
KEEPS_UP = 0.98
TEXTS = [ask for procedure in load_catalog(Path("procedures")).in_force() for ask in procedure.all_asks()][::3]  # no two alike


@dataclass(frozen=True)
class Seen:
    """Of one flood: seconds from webhook to reply, and how many were answered at all."""

    p50_ms: float
    p99_ms: float
    answered: float
    cpu_ms: float


def main() -> None:
    """All channels, and the peer."""
    print(
        f"\nKênh chat: từ webhook tới khi nền tảng nhận câu trả lời, {RATE:.0f} tin/giây trong {SECONDS:.0f} s (trần p99: {CEILING_MS:.0f} ms)"
    )
    for channel in CHANNELS:
        with tempfile.TemporaryDirectory() as folder, connected(channel, Path(folder), {"GANDAN_LOG_LEVEL": "error"}) as known:
            if channel == "zalo_oa":
                known.fake.sim("oa", rate_per_minute=100_000_000, echo=False, receipts=False)
            with known.serving() as server:
                _report(f"Gần Dân, {channel}", known.fake, server.process.pid)
    with _echo() as (fake, pid):
        _report("python-telegram-bot chỉ nhắc lại", fake, pid)


def _report(name: str, fake: Fake, pid: int) -> None:
    time.sleep(3)
    flood(fake, pid, 50.0, 3.0)  # warm
    seen = flood(fake, pid, RATE, SECONDS)
    most = RATE if seen.answered >= KEEPS_UP else 0.0
    for step in STEPS if most else ():
        if flood(fake, pid, step, STEP_SECONDS).answered < KEEPS_UP:
            break
        most = step
    print(
        f"  {name:34} p50 {seen.p50_ms:6.1f} ms · p99 {seen.p99_ms:6.1f} ms · {100 * seen.answered:.1f} % được trả lời"
        f" · {seen.cpu_ms:.1f} ms CPU mỗi tin · kịp tới {most:.0f} tin/giây",
        flush=True,
    )


def flood(fake: Fake, pid: int, rate: float, seconds: float) -> Seen:
    """Citizens writing at a steady rate; a second of grace after the last one."""
    before = _cpu(pid)
    fake.sim("flood", citizens=int(rate * seconds), per_second=rate, seconds=seconds, texts=TEXTS)
    time.sleep(seconds + 1.0)
    found: dict[str, Any] = fake.sim("latencies")
    times = sorted(found["list"])
    sent = int(rate * seconds)
    if len(times) < 2:
        return Seen(0.0, 0.0, 0.0, 0.0)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Seen(1000 * cuts[49], 1000 * cuts[98], len(times) / sent, 1000 * (_cpu(pid) - before) / sent)


def _cpu(pid: int) -> float:
    """Seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _echo() -> Iterator[tuple[Fake, int]]:
    port = free_port()
    with running_fake("telegram") as fake:
        fake.sim("switch", http_loopback=True, ports=False, rate=False)
        environment = os.environ | {"TOKEN": VALUES["telegram"]["token"], "PLATFORM": fake.url}
        process = subprocess.Popen([sys.executable, "-m", "tests.bench.telegram_echo", str(port)], env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/healthz")
            yield fake, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(url)


if __name__ == "__main__":
    main()

"""A real `gandan serve` process on a free loopback port with a fresh data folder."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]
    started_in: float
    """Seconds from the start of the process to the first healthy answer."""

    def memory_mb(self) -> float:
        """Resident memory of the process now, in MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS in /proc")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(data_dir: Path, **environment: str) -> Server:
    """Start `gandan serve` (on a free port, unless told one) and wait until it is healthy. Whoever starts it ends it."""
    port = int(environment.get("GANDAN_PORT", "0")) or free_port()
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {"GANDAN_DATA_DIR": str(data_dir), "GANDAN_PORT": str(port), "GANDAN_PUBLIC_URL": url} | environment
    started = time.perf_counter()
    log = data_dir.parent / f"server-{port}.log"
    with log.open("ab") as file:
        process = subprocess.Popen([sys.executable, "-m", "app", "serve"], env=env, stdout=file, stderr=file)
    try:
        _wait(url, process, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Server(url, process, time.perf_counter() - started)


def quickest(act: Callable[[], object], times: int = 3) -> float:
    """Seconds of the quickest of some runs: what else the machine does must not tell."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return min(took)


@contextlib.contextmanager
def running_server(data_dir: Path, **environment: str) -> Iterator[Server]:
    """A running `gandan serve`, stopped at the end."""
    server = start_server(data_dir, **environment)
    try:
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.wait(10)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped: {log.read_text('utf-8', 'replace')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])

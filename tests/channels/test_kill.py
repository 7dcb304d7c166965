"""kill -9 at any moment: every message the platform was told is accepted gets its answer, and none gets it twice
beyond those that were on their way at that moment: the platform had it, and it was not yet marked.

Two kills in the suite, on PostgreSQL for one channel only; `GANDAN_KILLS=20` for the long run (docs/measurements.md).
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from app.channels.courier import AT_ONCE
from app.channels.models import OPEN, ChannelMessage
from tests.channels.balancer import balanced
from tests.channels.connected import CHANNELS, Connected, connected
from tests.fakes.serving import Fake
from tests.support.databases import postgres_database
from tests.support.postgres import TempPostgres
from tests.support.server import Server, free_port, start_server

ASKED = os.environ.get("GANDAN_KILLS")
KILLS = int(ASKED or "2")
LEASE = 2
WRITERS = 6
PAUSE = 0.05  # seconds between two messages of a writer
REFUSED_PAUSE = 0.5  # while the server is down
ARRIVING = 0.5  # seconds until the platform has read what a killed process wrote
MOMENTS = (0.3, 1.2)  # seconds of work before a kill
TEXTS = ("đăng ký kết hôn cần gì", "làm giấy khai sinh cho con", "giay doc than", "phí chứng thực bao nhiêu")
_ids = itertools.count(6_000_000_001)


@dataclass
class Load:
    """Citizens who each write once, from several threads, until told to stop; who heard «200» for their platform.

    `on_its_way`: for how many kills each person's answer was at the platform and not yet marked.
    """

    fake: Fake
    accepted: set[str] = field(default_factory=set)
    on_its_way: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        """One writer."""
        while not self.stopped.is_set():
            number = next(_ids)
            with contextlib.suppress(httpx.HTTPError):
                self.fake.sim("citizen", id=str(number))
                sent = self.fake.sim("say", id=str(number), text=TEXTS[number % len(TEXTS)])
                if sent["delivered"] == 200:
                    self.accepted.add(str(number))
                else:
                    self.refused += 1
                    time.sleep(REFUSED_PAUSE)
            time.sleep(PAUSE)

    def killed(self, database_url: str) -> None:
        """Note what this kill met on its way: to be called before anything is sent again."""
        engine = sa.create_engine(database_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            unmarked = set(connection.scalars(sa.select(ChannelMessage.person).where(ChannelMessage.status.in_(OPEN))))
        time.sleep(ARRIVING)
        self.on_its_way.update(person for person in unmarked if self.fake.sim("inbox", id=person))


@contextlib.contextmanager
def load(fake: Fake) -> Iterator[Load]:
    """Citizens writing while the block runs."""
    writing = Load(fake)
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(writing.write) for _ in range(WRITERS)]
        try:
            yield writing
        finally:
            writing.stopped.set()
    for writer in writers:
        writer.result()


def answers(fake: Fake, people: set[str], patience: float) -> dict[str, int]:
    """How many messages each of these people has, once everyone has one or patience is over."""

    def count(some: set[str]) -> dict[str, int]:
        return {person: len(fake.sim("inbox", id=person)) for person in some}

    end, waiting = time.monotonic() + patience, people
    while waiting and time.monotonic() < end:
        waiting = {person for person, number in count(waiting).items() if not number}
        time.sleep(0.5)
    return count(people)


def judge(fake: Fake, writing: Load, kills: int) -> None:
    """Nobody waits in vain; twice only what was on its way, once more for each kill that met it."""
    counts = answers(fake, writing.accepted, patience=30)
    unanswered = [person for person, count in counts.items() if count == 0]
    more = {person: count for person, count in counts.items() if count > 1}
    print(
        f"{kills} lần giết: {len(counts)} tin được nhận, {len(unanswered)} không có trả lời, {len(more)} có hơn một"
        f" ({writing.on_its_way.total()} đang trên đường), {writing.refused} bị từ chối"
    )
    assert len(counts) > 5 * kills, "the load was too small to prove anything"
    assert not unanswered
    assert not {person: count for person, count in more.items() if count > 1 + writing.on_its_way[person]}
    assert sum(count - 1 for count in more.values()) <= AT_ONCE * kills


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_process_on_sqlite(channel: str, tmp_path: Path) -> None:
    rng = random.Random(channel)
    with connected(channel, tmp_path, {"GANDAN_CHANNEL_LEASE": str(LEASE)}) as known:
        server = _start(known)
        try:
            with load(known.fake) as writing:
                for _ in range(KILLS):
                    time.sleep(rng.uniform(*MOMENTS))
                    server.process.kill()
                    server.process.wait()
                    writing.killed(f"sqlite:///{known.data_dir / 'gandan.sqlite3'}")
                    server = _start(known)
                time.sleep(1)
            judge(known.fake, writing, KILLS)
        finally:
            server.process.kill()
            server.process.wait()


@pytest.mark.parametrize("channel", CHANNELS if ASKED else ["telegram"])
def test_two_processes_on_postgresql(channel: str, tmp_path: Path) -> None:
    rng = random.Random(channel)
    with TempPostgres() as postgres, postgres_database(postgres) as database_url:
        settings = {
            "GANDAN_DATABASE_URL": database_url,
            "GANDAN_SECRET_KEY": "a secret of the tests, long enough to be one",
            "GANDAN_CHANNEL_LEASE": str(LEASE),
        }
        with connected(channel, tmp_path, settings) as known:
            ports = [free_port(), free_port()]
            servers = [_start(known, port) for port in ports]
            try:
                with balanced(known.port, ports), load(known.fake) as writing:
                    for number in range(KILLS):
                        time.sleep(rng.uniform(*MOMENTS))
                        victim = number % 2
                        servers[victim].process.kill()
                        servers[victim].process.wait()
                        writing.killed(database_url)
                        servers[victim] = _start(known, ports[victim])
                    time.sleep(1)
                judge(known.fake, writing, KILLS)
            finally:
                for server in servers:
                    server.process.kill()
                    server.process.wait()


def _start(known: Connected, port: int = 0) -> Server:
    return start_server(known.data_dir, **(dict(known.environment) | {"GANDAN_PORT": str(port or known.port)}))

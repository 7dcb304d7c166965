"""Announcements to many: pace, throughput beside the bare engine, and (`--kill [sqlite|postgresql] [seed]`) twenty thousand people with ten kills.

The platforms' own limits are switched off where throughput is measured; the pace is measured with them on. The peer is the
engine's own way of doing the same without any platform: a workflow per chunk of 200, a row per recipient, a commit per ten.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.database import migrate
from app.deliveries.engine import DurableEngine
from tests.deliveries.post_office import post_office
from tests.deliveries.test_kill import fleet_and_kill, judge, work_and_kill
from tests.deliveries.town import Town, town, verdict
from tests.support.databases import postgres_database
from tests.support.postgres import TempPostgres
from tests.support.server import free_port

KILL_PEOPLE, KILLS = 20_000, 10
PEOPLE = 3_000
RATE, PACE_PEOPLE = 25, 900
BARE, BARE_CHUNK, BARE_COMMIT = 10_000, 200, 10


def main() -> None:
    """Pace and throughput; part of `./dev bench`."""
    print("\nGửi thông báo cho nhiều người")
    print(f"  vòng lặp trần của bộ máy (DBOS, SQLite, không có nền tảng): {_bare():6.0f} người/giây", flush=True)
    print(f"  Gần Dân, kênh không làm gì, SQLite:                        {asyncio.run(_near()):6.0f} người/giây", flush=True)
    with _folder() as folder, town(folder / "town") as known:
        print(f"  Gần Dân, 3 nền tảng giả qua HTTP, SQLite, một tiến trình:  {_throughput(known, 'serve'):6.0f} người/giây", flush=True)
    with _fleet() as known:
        print(
            f"  Gần Dân, 3 nền tảng giả qua HTTP, PostgreSQL, hai worker:  {_throughput(known, 'worker', 'worker'):6.0f} người/giây",
            flush=True,
        )
    with _fleet(limited=True) as known:
        _pace(known)


def kill(databases: Sequence[str], seed: int) -> None:
    """Shows 2 of issue 5, whole: everyone gets exactly one, at most one repeat per kill for each row in flight."""
    if "sqlite" in databases:
        with _folder() as folder, town(folder / "town") as known:
            _kill("SQLite, một tiến trình", known, work_and_kill, seed)
    if "postgresql" in databases:
        with _fleet() as known:
            _kill("PostgreSQL, hai web, hai worker, một không trở lại", known, fleet_and_kill, seed)


def _kill(name: str, known: Town, work: Callable[[Town, int, int, random.Random], int], seed: int) -> None:
    known.fill(KILL_PEOPLE)
    known.announce()
    seconds = work(known, KILL_PEOPLE, KILLS, random.Random(seed))
    print(f"{name}, {seconds} s:", end=" ", flush=True)
    judge(known, KILL_PEOPLE, KILLS)


def most_in_a_second(times: Sequence[float]) -> int:
    """The most moments in any second that slides over them."""
    ordered = sorted(times)
    return max((number + 1 - bisect_left(ordered, moment - 1.0) for number, moment in enumerate(ordered)), default=0)


def _throughput(known: Town, *roles: str) -> float:
    known.fill(PEOPLE)
    known.announce()
    for number, role in enumerate(roles, 1):
        environment = {"GANDAN_PORT": str(free_port())} if role == "serve" else {"GANDAN_EXECUTOR_ID": f"worker-{number}"}
        known.start(role, **environment)
    known.until_settled()
    found = verdict(known, PEOPLE)
    assert found["once"] == PEOPLE, f"{found} {known.states()}\n{known.logs()}"
    moments = sorted(moment for each in known.times.values() for moment in each)
    return len(moments) / (moments[-1] - moments[0])


def _pace(known: Town) -> None:
    """Two workers, one of which is killed in the middle; the accounts may send RATE a second, of which deliveries take their share."""
    known.fill(PACE_PEOPLE, per_second=str(RATE))
    known.announce()
    workers = [known.start("worker", GANDAN_EXECUTOR_ID=f"worker-{number}") for number in (1, 2)]
    known.until(PACE_PEOPLE // 2)
    known.kill(workers[0])
    known.start("worker", GANDAN_EXECUTOR_ID="worker-1")
    known.until_settled(300)
    print(f"  nhịp gửi, giới hạn {RATE} tin/giây mỗi tài khoản, hai worker, một bị giết giữa chừng: {verdict(known, PACE_PEOPLE)}")
    for channel, times in known.times.items():
        ordered = sorted(times)
        mean = (len(ordered) - 1) / (ordered[-1] - ordered[0])
        print(f"    {channel:10} nhiều nhất {most_in_a_second(times)} tin trong một giây bất kỳ, trung bình {mean:.1f}/giây")
        assert most_in_a_second(times) <= RATE


async def _near() -> float:
    """Our own sending without a platform and without the engine: what the rows and their states cost."""
    with _folder() as folder:
        url = f"sqlite+aiosqlite:///{folder / 'gandan.sqlite3'}"
        await asyncio.to_thread(migrate, url)
        async with post_office(url, channels=("telegram",)) as post:
            await post.crowd(PEOPLE)
            await post.announce()
            started = time.perf_counter()
            while len(post.platforms["telegram"].got) < PEOPLE:
                await post.beat()
            return PEOPLE / (time.perf_counter() - started)


def _bare() -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.deliveries", "--bare"], capture_output=True, text=True, check=True, timeout=120
    )
    return float(done.stdout.split()[-1])


async def _bare_loop() -> float:
    """The engine alone, as in design/engine.md: chunks of rows marked sent, nothing sent."""
    with _folder() as folder:
        file = folder / "rows.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("pragma journal_mode=WAL")
            connection.execute("create table delivery (id integer primary key, state text not null)")
            connection.executemany("insert into delivery values (?, 'pending')", [(number,) for number in range(BARE)])
            connection.commit()
        left = BARE
        finished = asyncio.Event()

        async def run(first: int) -> None:
            nonlocal left
            with contextlib.closing(sqlite3.connect(file)) as connection:
                connection.execute("pragma synchronous=NORMAL")
                for number in range(first, first + BARE_CHUNK):
                    connection.execute("update delivery set state = 'sent' where id = ?", (number,))
                    if number % BARE_COMMIT == BARE_COMMIT - 1:
                        connection.commit()
                        await asyncio.sleep(0)
                connection.commit()
            left -= BARE_CHUNK
            if left <= 0:
                finished.set()

        engine = DurableEngine(f"sqlite+aiosqlite:///{folder / 'gandan.sqlite3'}", "bench", 0.02)
        await engine.start(run)
        started = time.perf_counter()
        for first in range(0, BARE, BARE_CHUNK):
            await engine.enqueue(f"bare-{first}", first, f"partition-{first % 3}")
        await finished.wait()
        rate = BARE / (time.perf_counter() - started)
        await engine.stop()
        return rate


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def _fleet(*, limited: bool = False) -> Iterator[Town]:
    """A town on PostgreSQL; `limited`: Telegram enforces its own limit."""
    with TempPostgres() as postgres, postgres_database(postgres) as url, _folder() as folder, town(folder / "town", url) as known:
        if limited:
            known.fakes["telegram"].sim("switch", rate=True)
        yield known


def _arguments(given: Sequence[str]) -> Any:
    if "--bare" in given:
        print(asyncio.run(_bare_loop()))
    elif "--kill" in given:
        chosen = [name for name in ("sqlite", "postgresql") if name in given]
        kill(chosen or ["sqlite", "postgresql"], seed=int(given[-1]) if given[-1].isdigit() else 1)
    else:
        main()


if __name__ == "__main__":
    _arguments(sys.argv[1:])

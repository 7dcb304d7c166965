"""kill -9 at any moment while an announcement is sent: everyone gets it, nobody twice but who was just being sent to.

Each channel account has one message on its way at a time, so one kill can repeat at most one message per channel that the
killed process was sending on. The full size (20,000 people, ten kills): `python -m tests.bench.deliveries --kill`.
"""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.deliveries.town import Town, town, verdict
from tests.support.databases import postgres_database
from tests.support.postgres import TempPostgres
from tests.support.server import free_port

PEOPLE, KILLS = 600, 2
LONGEST_PAUSE = 0.3


def work_and_kill(known: Town, people: int, kills: int, rng: random.Random) -> int:
    """One process on SQLite, killed and started again; how many seconds it took."""
    started = time.monotonic()
    process = known.start("serve", GANDAN_PORT=str(free_port()))
    for number in range(kills):
        known.until(people * (number + 1) // (kills + 2))
        time.sleep(rng.uniform(0, LONGEST_PAUSE))
        known.kill(process)
        process = known.start("serve", GANDAN_PORT=str(free_port()))
    known.until_settled()
    return round(time.monotonic() - started)


def fleet_and_kill(known: Town, people: int, kills: int, rng: random.Random) -> int:
    """Two web and two worker processes on PostgreSQL. The first victim, a worker that sends, never comes back."""
    started = time.monotonic()
    webs = [known.start("serve", GANDAN_PORT=str(free_port())) for _ in range(2)]
    workers: dict[str, subprocess.Popen[bytes]] = {}
    for name in ("worker-1", "worker-2"):
        workers[name] = known.start("worker", GANDAN_EXECUTOR_ID=name)
    for number in range(kills):
        known.until(people * (number + 1) // (kills + 2))
        time.sleep(rng.uniform(0, LONGEST_PAUSE))
        if number == 0:
            known.kill(workers.pop(rng.choice(list(workers))))
        elif number % 3 == 2:
            known.kill(webs[0])
            webs[0] = known.start("serve", GANDAN_PORT=str(free_port()))
        else:
            [(name, process)] = workers.items()
            known.kill(process)
            workers[name] = known.start("worker", GANDAN_EXECUTOR_ID=name)
    known.until_settled()
    return round(time.monotonic() - started)


def judge(known: Town, people: int, kills: int) -> None:
    """Print and check what everyone got."""
    found = verdict(known, people)
    print(f"{kills} lần giết, {people} người: {found}")
    assert found["nothing"] == found["unknown"], known.logs()
    assert found["more"] == 0
    assert found["twice"] + found["unknown"] <= kills * len(known.fakes)
    assert found["once"] >= people - kills * len(known.fakes)
    assert known.states().keys() <= {"sent", "unknown"}


def test_one_process_on_sqlite(tmp_path: Path) -> None:
    with town(tmp_path / "town") as known:
        known.fill(PEOPLE)
        known.announce()
        work_and_kill(known, PEOPLE, KILLS, random.Random(5))
        judge(known, PEOPLE, KILLS)


@pytest.mark.parametrize("seed", [7])
def test_a_fleet_on_postgresql_of_which_one_never_comes_back(tmp_path: Path, seed: int) -> None:
    with TempPostgres() as postgres, postgres_database(postgres) as database_url, town(tmp_path / "town", database_url) as known:
        known.fill(PEOPLE)
        known.announce()
        fleet_and_kill(known, PEOPLE, KILLS, random.Random(seed))
        judge(known, PEOPLE, KILLS)

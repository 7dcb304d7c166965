"""A town on three platforms: real fakes, a real database full of followers, real processes of ours that can be killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from app.announcements.content import Content
from app.channels.sealing import Sealer
from app.database import migrate
from app.settings import Settings
from app.tables import Base
from app.visitor import load_secret
from tests.channels.connected import CHANNELS, ROOT, UNLIMITED, URLS, VALUES
from tests.fakes.serving import Fake, running_fake
from tests.fakes.telegram_sim import FIRST_OF_FLOOD
from tests.fakes.zalo_bot_sim import flood_id
from tests.fakes.zalo_oa_flood import FIRST_CITIZEN

TOPIC = "tin-chung"
LEASE = "4"
PEOPLE: dict[str, Callable[[int], str]] = {
    "zalo_oa": lambda number: str(FIRST_CITIZEN + number),
    "zalo_bot": flood_id,
    "telegram": lambda number: str(FIRST_OF_FLOOD + number),
}
FLOOD_SECONDS = 0.2
ANSWERED = 3.0  # seconds after which a call without an answer was cut


@dataclass
class Town:
    """`heard`: per channel, how many messages each person got, as the platform tells. `times`: when each came."""

    url: str
    fakes: Mapping[str, Fake]
    environment: Mapping[str, str]
    folder: Path
    heard: dict[str, Counter[str]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    # --- filling ----------------------------------------------------------------------------------------------------

    def engine(self) -> sa.Engine:
        return sa.create_engine(self.url.replace("sqlite+aiosqlite:", "sqlite:"))

    def fill(self, people: int, *, per_second: str = "100000") -> None:
        """The ward in real mode, an account per channel, and so many followers, spread over the channels."""
        now = dt.datetime.now(dt.UTC)
        sealer = Sealer(load_secret(Settings(_env_file=None, **_named(self.environment))))  # type: ignore[arg-type]
        tables = Base.metadata.tables
        engine = self.engine()
        with engine.begin() as connection:
            mode = {"commune_id": 1, "key": "mode", "value": "real", "reason": "", "changed_by": None, "changed_at": now}
            connection.execute(
                sa.insert(tables["ward_settings"]).values(**{key: mode[key] for key in mode if key in tables["ward_settings"].c})
            )
            for position, channel in enumerate(self.fakes):
                account = {"commune_id": 1, "channel": channel, "hook": f"hook-{channel}", "mode": "webhook", "status": "on", "reason": ""}
                values = VALUES[channel] | {"secret": "a secret of the tests", "per_second": per_second} | self._consent(channel)
                account |= {"sealed": sealer.seal(values), "updated_at": now}
                connection.execute(sa.insert(tables["channel_accounts"]).values(**account))
                here = range(people // len(self.fakes) + (position < people % len(self.fakes)))
                self._people(connection, channel, [PEOPLE[channel](number) for number in here], now)
        engine.dispose()

    def _consent(self, channel: str) -> dict[str, str]:
        if channel != "zalo_oa":
            return {}
        pair = self.fakes[channel].sim("grant")
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(hours=20)
        return {"access_token": pair["access_token"], "refresh_token": pair["refresh_token"], "expires_at": ends.isoformat(), "api": "v3"}

    def _people(self, connection: sa.Connection, channel: str, people: Sequence[str], now: dt.datetime) -> None:
        tables = Base.metadata.tables
        if not people:
            return
        who: list[dict[str, Any]] = [
            {
                "commune_id": 1,
                "channel": channel,
                "person": person,
                "consent_at": now,
                "consent_words": "nhận tin",
                "guest": False,
                "staff": False,
            }
            | {"person_key": f"{channel}-{number}"}
            for number, person in enumerate(people)
        ]
        connection.execute(sa.insert(tables["subscribers"]), who)
        subscribers = tables["subscribers"]
        own = sa.select(subscribers.c.id, sa.literal(1), sa.literal(TOPIC), sa.literal(now, subscribers.c.consent_at.type), sa.literal(""))
        own = own.where(subscribers.c.channel == channel)
        names = ["subscriber_id", "commune_id", "topic", "created_at", "words"]
        connection.execute(sa.insert(tables["subscriptions"]).from_select(names, own))
        talks = [
            {"commune_id": 1, "channel": channel, "person": person, "state": {}, "updated_at": now, "reachable": True} for person in people
        ]
        connection.execute(sa.insert(tables["conversations"]), talks)
        # The platform must know them, too: each writes once, to nobody.
        self.fakes[channel].sim("flood", citizens=len(people), per_second=len(people) / FLOOD_SECONDS, seconds=FLOOD_SECONDS, texts=["alo"])

    def announce(self, title: str = "Lịch tiêm chủng", **more: Any) -> None:
        """An announcement that is due."""
        now = dt.datetime.now(dt.UTC)
        values: dict[str, Any] = {
            "commune_id": 1,
            "slug": f"tin-{now.timestamp()}",
            "status": "scheduled",
            "urgency": "normal",
            "topic": TOPIC,
            "group_ids": [],
            "channels": [],
            "scheduled_at": now,
            "quiet_exempt": False,
            "quiet_reason": "",
            "version": 1,
            "created_by_name": "",
            "approved_by_name": "",
            "returned_note": "",
            "kind": "original",
            "content": Content(title=title, what="Tiêm tại trạm y tế lúc 8 giờ.").model_dump(mode="json"),
            "created_at": now,
            "updated_at": now,
        }
        engine = self.engine()
        with engine.begin() as connection:
            connection.execute(sa.insert(Base.metadata.tables["announcements"]).values(**(values | more)))
        engine.dispose()

    # --- our processes -----------------------------------------------------------------------------------------------

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """`gandan …`, in the background."""
        env = os.environ | dict(self.environment) | environment
        with (self.folder / f"{arguments[0]}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "app", *arguments], cwd=ROOT, env=env, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Like a power cut."""
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    # --- what came of it ---------------------------------------------------------------------------------------------

    def look(self) -> int:
        """Read what the platforms got since the last look; how many messages in all."""
        for channel, fake in self.fakes.items():
            calls = httpx.get(f"{fake.url}/_sim/calls", params={"after": self.read[channel]}, timeout=60, verify=False).json()
            for call in calls:
                if call["answer"] is None and call["at"] > time.time() - ANSWERED:
                    break  # still being answered: the next look reads it
                self.read[channel] += 1
                person = _recipient(channel, call)
                if person:
                    self.heard.setdefault(channel, Counter())[person] += 1
                    self.times.setdefault(channel, []).append(call["at"])
        return sum(heard.total() for heard in self.heard.values())

    def until(self, count: int, patience: float = 900.0) -> int:
        """Wait until the platforms got so many messages; how many there are."""
        end = time.monotonic() + patience
        while (seen := self.look()) < count and time.monotonic() < end:
            time.sleep(0.1)
        return seen

    def states(self) -> Counter[str]:
        """How many deliveries are in which state."""
        engine = self.engine()
        with engine.connect() as connection:
            found = connection.execute(sa.text("select status, count(*) from deliveries group by status")).all()
        engine.dispose()
        return Counter({row[0]: row[1] for row in found})

    def until_settled(self, patience: float = 900.0) -> Counter[str]:
        """Wait until nothing is queued or on its way."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            states = self.states()
            if states.total() and not states["queued"] and not states["sending"]:
                break
            time.sleep(0.2)
        self.look()
        return self.states()

    def logs(self) -> str:
        """What our processes wrote, warnings and worse."""
        lines = [line for path in sorted(self.folder.glob("*.log")) for line in path.read_text("utf-8", "replace").splitlines()]
        return "\n".join(line for line in lines if "error" in line or "Traceback" in line or "warning" in line)[-6000:]


def _recipient(channel: str, call: Mapping[str, Any]) -> str:
    """Who got something by this call to a platform; empty when nobody did."""
    answer = call["answer"] if isinstance(call["answer"], dict) else {}
    if channel == "zalo_oa":
        sent = "/message" in call["path"] and answer.get("error") == 0 and isinstance(call["body"], dict)
        return str(call["body"]["recipient"]["user_id"]) if sent else ""
    sent = call["method"] in {"sendMessage", "sendPhoto"} and answer.get("ok")
    return str(call["values"]["chat_id"]) if sent else ""


def _named(environment: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("GANDAN_").lower(): value for name, value in environment.items()}


@contextlib.contextmanager
def town(folder: Path, database_url: str = "", channels: Sequence[str] = CHANNELS, **environment: str) -> Iterator[Town]:
    """Fakes and an empty, migrated database; whatever is started is killed at the end."""
    (folder / "data").mkdir(parents=True)
    url = database_url or f"sqlite+aiosqlite:///{folder / 'data' / 'gandan.sqlite3'}"
    known = {
        "GANDAN_DATA_DIR": str(folder / "data"),
        "GANDAN_SECRET_KEY": "a secret of the tests, long enough to be one",
        "GANDAN_QUIET_HOURS": "00:00-00:00",
        "GANDAN_CHANNEL_LEASE": LEASE,
        "GANDAN_LOG_FORMAT": "json",
    } | environment
    if database_url:
        known["GANDAN_DATABASE_URL"] = database_url
    migrate(url)
    with contextlib.ExitStack() as stack:
        fakes = {channel: stack.enter_context(running_fake(channel)) for channel in channels}
        for channel, fake in fakes.items():
            known |= dict.fromkeys(URLS[channel], fake.url)
            if channel in UNLIMITED:
                fake.sim("switch", http_loopback=True, **UNLIMITED[channel])
            else:
                fake.sim("oa", rate_per_minute=100_000_000, echo=False, receipts=False)
        made = Town(url, fakes, known, folder)
        try:
            yield made
        finally:
            made.stop()


def verdict(town: Town, people: int) -> dict[str, int]:
    """What everyone got: once, twice, more, nothing; and how many deliveries nobody knows about."""
    got = [count for heard in town.heard.values() for count in heard.values()]
    times = Counter(got)
    more = sum(count for number, count in times.items() if number > 2)
    return {"once": times[1], "twice": times[2], "more": more, "nothing": people - len(got), "unknown": town.states()["unknown"]}

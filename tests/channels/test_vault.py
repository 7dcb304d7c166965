"""The vault: unreadable at rest, one renewal at a time however many ask, and what happens when a renewal fails.

On both databases in this process; then with the real server and the fake of Zalo OA.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
import sqlalchemy as sa

from app.channels import repository
from app.channels.accounts import put_account, set_status
from app.channels.models import AccountStatus, ChannelAccount, Mode
from app.channels.sealing import Sealer
from app.channels.vault import AccountVault
from app.database import Database
from app.errors import Unavailable
from app.messages import SendAction, SendError
from tests.channels.connected import Connected, command, connected

SEALER = Sealer(b"a secret of the tests")
VALUES = {"app_secret": "khoa-cua-ung-dung", "access_token": "old", "refresh_token": "once"}
RENEWED = {"access_token": "new", "refresh_token": "next"}
TOKEN_PATH = "/v4/oa/access_token"
DAY_AND_TWO_HOURS = 26 * 3600  # an access token lives for 25 hours
PATIENCE = 20.0


@dataclass
class Platform:
    """Exchanges tokens, each refresh token once. `refuse`: an error for the next exchanges, in order."""

    seconds: float = 0.0
    refuse: list[SendError] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def exchange(self, values: Mapping[str, str]) -> Mapping[str, str]:
        self.spent.append(values["refresh_token"])
        self.begun.set()
        await asyncio.sleep(self.seconds)
        if self.refuse:
            raise self.refuse.pop(0)
        return RENEWED


@contextlib.asynccontextmanager
async def vaults(url: str, count: int = 1) -> AsyncIterator[list[AccountVault]]:
    """One account, seen by so many processes: each has a Database of its own."""
    databases = [Database(url) for _ in range(count)]
    account = await put_account(databases[0], SEALER, "zalo_oa", Mode.WEBHOOK, VALUES)
    await set_status(databases[0], account, AccountStatus.ON)
    try:
        yield [AccountVault(database, SEALER, account) for database in databases]
    finally:
        for database in databases:
            await database.close()


async def account_at(url: str) -> ChannelAccount:
    """The one account as another process sees it."""
    database = Database(url)
    try:
        async with database.read() as session:
            [row] = await repository.accounts(session)
            return row
    finally:
        await database.close()


async def lease(url: str, until: dt.datetime) -> None:
    """Another process holds the right to renew."""
    database = Database(url)
    try:
        async with database.write() as session:
            await session.execute(sa.update(ChannelAccount).values(renewing_until=until))
    finally:
        await database.close()


async def test_values_are_unreadable_in_the_table_and_come_back(database_url: str) -> None:
    async with vaults(database_url, 2) as (vault, other):
        await vault.remember({"oa_id": "3333", "access_token": "newer"})
        assert await other.read() == VALUES | {"oa_id": "3333", "access_token": "newer"}
    sealed = (await account_at(database_url)).sealed
    assert not [value for value in [*VALUES, *VALUES.values(), "3333", "newer"] if value in sealed]


async def test_another_secret_opens_nothing(database_url: str) -> None:
    async with vaults(database_url):
        account = await account_at(database_url)
        with pytest.raises(Unavailable, match="GANDAN_SECRET_KEY đã đổi"):
            Sealer(b"another secret").open(account.sealed)


async def test_who_remembers_at_the_same_time_loses_nothing(database_url: str) -> None:
    async with vaults(database_url, 2) as both:
        await asyncio.gather(*(both[n % 2].remember({f"fact{n}": str(n)}) for n in range(20)))
        assert await both[0].read() == VALUES | {f"fact{n}": str(n) for n in range(20)}


async def test_fifty_renewals_in_two_processes_are_one_exchange(database_url: str) -> None:
    platform = Platform(seconds=0.2)
    async with vaults(database_url, 2) as both:
        got = await asyncio.gather(*(both[n % 2].renew("old", platform.exchange) for n in range(50)))
        assert platform.spent == ["once"]
        assert got == [VALUES | RENEWED] * 50
        assert await both[1].renew("old", platform.exchange) == VALUES | RENEWED, "who is late gets it too"
        assert len(platform.spent) == 1
    assert (await account_at(database_url)).renewing_until is None


async def test_after_a_failure_that_may_pass_the_next_one_tries(database_url: str) -> None:
    platform = Platform(refuse=[SendError(SendAction.RETRY, "network")])
    async with vaults(database_url, 2) as both:
        with pytest.raises(SendError, match="network"):
            await both[0].renew("old", platform.exchange)
        assert (await both[1].renew("old", platform.exchange))["access_token"] == "new"
    assert platform.spent == ["once", "once"]
    assert (await account_at(database_url)).status == AccountStatus.ON


async def test_a_cancelled_renewal_gives_its_right_back(database_url: str) -> None:
    platform = Platform(seconds=60)
    async with vaults(database_url, 2) as both:
        first = asyncio.create_task(both[0].renew("old", platform.exchange))
        await platform.begun.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        platform.seconds = 0
        async with asyncio.timeout(PATIENCE):
            await both[1].renew("old", platform.exchange)


async def test_without_consent_nobody_asks_the_platform_again(database_url: str) -> None:
    platform = Platform(seconds=0.1, refuse=[SendError(SendAction.ACCOUNT, "-14014")])
    async with vaults(database_url, 2) as both:
        renewals = [both[n % 2].renew("old", platform.exchange) for n in range(10)]
        failed = await asyncio.gather(*renewals, return_exceptions=True)
        assert [error.action for error in failed if isinstance(error, SendError)] == [SendAction.ACCOUNT] * 10
        with pytest.raises(SendError, match="consent cần cấp quyền lại"):
            await both[1].renew("old", platform.exchange)
    assert platform.spent == ["once"]
    account = await account_at(database_url)
    assert (account.status, account.reason) == (AccountStatus.CONSENT, "nền tảng từ chối gia hạn: -14014")


async def test_a_dead_renewers_right_is_taken_over_but_not_a_living_ones(database_url: str) -> None:
    platform = Platform()
    async with vaults(database_url) as [vault]:
        await lease(database_url, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(vault.renew("old", platform.exchange), 0.5)
        assert platform.spent == []
        await lease(database_url, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))
        async with asyncio.timeout(PATIENCE):
            assert await vault.renew("old", platform.exchange) == VALUES | RENEWED


async def test_while_one_renews_others_write(database_url: str) -> None:
    platform = Platform(seconds=30)
    async with vaults(database_url, 2) as both:
        renewing = asyncio.create_task(both[0].renew("old", platform.exchange))
        await platform.begun.wait()
        async with asyncio.timeout(5):
            await both[1].remember({"name": "Phường An Khê"})
            await both[0].remember({"oa_type": "4"})
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        assert await both[0].read() == VALUES | {"name": "Phường An Khê", "oa_type": "4"}


# --- the whole way ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    with connected("zalo_oa", tmp_path_factory.mktemp("ward")) as known, known.serving():
        yield known


def write(known: Connected, people: list[str]) -> None:
    """All of them write at once."""
    with ThreadPoolExecutor(25) as pool:
        sent = list(pool.map(lambda person: known.fake.sim("say", id=person, text="đăng ký kết hôn cần gì"), people))
    assert Counter(each["delivered"] for each in sent) == {200: len(people)}


def received(known: Connected, people: list[str]) -> list[int]:
    """How many messages each has, once everyone has one or patience is over."""
    for person in people:
        known.fake.sim("wait", id=person, count=1, timeout=PATIENCE)
    return [len(known.fake.sim("inbox", id=person)) for person in people]


def token_calls(known: Connected) -> int:
    return sum(call["path"] == TOKEN_PATH for call in known.fake.calls())


def status(known: Connected) -> str:
    with contextlib.closing(sqlite3.connect(f"file:{known.data_dir / 'gandan.sqlite3'}?mode=ro", uri=True)) as database:
        [row] = database.execute("select status from channel_accounts").fetchall()
    return str(row[0])


def test_an_ended_token_is_renewed_once_and_all_are_answered_once(ward: Connected) -> None:
    before = token_calls(ward)
    ward.fake.sim("clock", advance_seconds=DAY_AND_TWO_HOURS)
    people = [str(9_100_000_000_000_000_001 + n) for n in range(50)]
    write(ward, people)
    assert received(ward, people) == [1] * 50
    assert token_calls(ward) - before == 1
    assert status(ward) == AccountStatus.ON


def test_a_lost_renewal_asks_for_consent_and_then_those_who_wait_are_answered(ward: Connected) -> None:
    before = token_calls(ward)
    ward.fake.sim("clock", advance_seconds=DAY_AND_TWO_HOURS)
    ward.fake.sim("fault", kind="cut_after_delivery", on="token")
    people = [str(9_200_000_000_000_000_001 + n) for n in range(12)]
    write(ward, people[:4])
    end = time.monotonic() + PATIENCE
    while status(ward) != AccountStatus.CONSENT:
        assert time.monotonic() < end, status(ward)
        time.sleep(0.1)
    write(ward, people[4:8])
    time.sleep(4)
    write(ward, people[8:])
    time.sleep(1)
    assert 1 <= token_calls(ward) - before <= 2, "once, and once more because no answer came"
    assert "cần cấp quyền lại" in command(ward.environment, "channel", "list").stdout

    printed = command(ward.environment, "channel", "check")
    assert printed.returncode == 1
    link = re.search(r"http\S+/cap-quyen\S+", printed.stdout)
    assert link is not None, printed.stdout + printed.stderr
    assert [len(ward.fake.sim("inbox", id=person)) for person in people] == [0] * 12
    page = httpx.get(link[0], follow_redirects=True, timeout=30, verify=False)
    assert "Đã nối Zalo Official Account" in page.text
    consented = time.monotonic()
    assert received(ward, people) == [1] * 12
    assert time.monotonic() - consented < 10
    assert status(ward) == AccountStatus.ON
    log = (ward.data_dir.parent / f"server-{ward.port}.log").read_text("utf-8")
    assert log.count("channel_needs_consent") == 1

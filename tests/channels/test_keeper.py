"""The keeper's commands against the fakes: what they say, what they keep, and that no secret ever appears.

The commands run as a keeper runs them, beside a real server; what an account holds afterwards is looked at in this process.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app.channels.accounts import set_status
from app.channels.keeper import Keeper
from app.channels.models import AccountStatus, ChannelAccount, Mode
from app.channels.vault import AccountVault
from app.cli import app
from app.wiring import channel_builders
from tests.assistant.ward import settings
from tests.channels.connected import CHANNELS, UNLIMITED, VALUES, Connected, command, connected
from tests.fakes.serving import Fake, running_fake

PATIENCE = 20.0
TELEGRAM = VALUES["telegram"]["token"]
OTHER = {"telegram": "987654321:AAAnotherTokenOfTheTelegramFake", "zalo_bot": "999223224145476528:anotherSecretOfTheZaloBotFake"}
ADDRESSES = {"telegram": "telegram_url", "zalo_bot": "zalo_bot_url", "zalo_oa": "zalo_oa_url"}
WHERE_THE_TOKEN_IS = {"telegram": "@BotFather", "zalo_bot": "Zalo Bot Creator"}
PRIVATE = {name: {key: text for key, text in values.items() if key not in {"per_second", "app_id"}} for name, values in VALUES.items()}
TELLTALES = [text for values in PRIVATE.values() for text in values.values()] + list(OTHER.values())


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """Telegram, connected and served."""
    with connected("telegram", tmp_path_factory.mktemp("ward")) as known, known.serving():
        yield known


def run(known: Connected, *arguments: str, typed: object = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """`gandan channel …`; what it says holds no secret and no traceback."""
    given = typed if isinstance(typed, str) else json.dumps(typed)
    done = command({**known.environment, "TERMINAL_WIDTH": "300", **environment}, "channel", *arguments, typed=given)
    said = done.stdout + done.stderr
    assert not [secret for secret in TELLTALES if secret in said]
    assert "Traceback" not in said
    return done


def account(known: Connected) -> tuple[str, str]:
    """Hook and status of the account of Telegram."""
    with contextlib.closing(sqlite3.connect(f"file:{known.data_dir / 'gandan.sqlite3'}?mode=ro", uri=True)) as database:
        [(hook, status)] = database.execute("select hook, status from channel_accounts").fetchall()
    return hook, status


def log(known: Connected) -> str:
    """What the server has written so far."""
    return (known.data_dir.parent / f"server-{known.port}.log").read_text("utf-8")


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def hook_answers(known: Connected) -> int:
    """HTTP status of the webhook's address."""
    return httpx.get(known.webhook, timeout=30, verify=False).status_code


def sends(known: Connected) -> int:
    """How many messages the server has tried to send."""
    return sum(call["method"].startswith("send") for call in known.fake.calls())


def answers(known: Connected, person: str, timeout: float = PATIENCE) -> int:
    """How many messages a citizen has, once there is one or time is up."""
    known.fake.sim("wait", id=person, count=1, timeout=timeout)
    return len(known.fake.sim("inbox", id=person))


# --- the commands ----------------------------------------------------------------------------------------------------


def test_list_and_check_tell_how_it_stands(ward: Connected) -> None:
    assert run(ward, "list").stdout == "1  Telegram  webhook  đang dùng\n"
    done = run(ward, "check")
    assert done.returncode == 1, "the address of the tests is no https"
    assert "Telegram (số 1)\n" in done.stdout
    assert "✗ Nền tảng không gọi được địa chỉ này → đặt GANDAN_PUBLIC_URL là địa chỉ https của trang" in done.stdout
    assert "✓ Token đúng, bot là @xa_a_bot" in done.stdout
    assert "✓ 0 tin đang chờ trả lời" in done.stdout


def test_a_wrong_token_harms_nothing(ward: Connected) -> None:
    before = account(ward)
    done = run(ward, "connect", "telegram", "--stdin", typed={"token": OTHER["telegram"]})
    assert done.returncode == 1
    assert "Chưa nối được Telegram. Tài khoản đang dùng trước đó (nếu có) vẫn giữ nguyên." in done.stdout
    assert "✗ Telegram không nhận token của bot. → Bạn mở @BotFather" in done.stdout
    assert account(ward) == before == (ward.hook, "on")
    ward.fake.sim("citizen", id="6100000001")
    assert ward.fake.sim("say", id="6100000001", text="đăng ký kết hôn cần gì")["delivered"] == 200
    assert answers(ward, "6100000001") == 1


def test_what_waits_while_switched_off_is_answered_afterwards(ward: Connected) -> None:
    people = ("6200000001", "6200000002")  # the second's answer would be due while the account is off, the first's not for long after
    ward.fake.sim("fault", kind="too_many", times=1, on="send", retry_after=600)
    ward.fake.sim("fault", kind="too_many", times=-1, on="send", retry_after=1)
    before = sends(ward)
    for tried, person in enumerate(people, before + 1):
        ward.fake.sim("citizen", id=person)
        assert ward.fake.sim("say", id=person, text="đăng ký kết hôn cần gì")["delivered"] == 200
        until(lambda tried=tried: sends(ward) >= tried)  # type: ignore[misc]
    assert run(ward, "disable", "1").stdout == "Đã tắt. Máy chủ ngừng dùng tài khoản này sau vài giây.\n"
    until(lambda: hook_answers(ward) == 404)
    ward.fake.sim("fault", kind="none")
    assert run(ward, "list").stdout == "1  Telegram  webhook  đã tắt (đã tắt bằng tay)\n"
    assert answers(ward, people[1], timeout=2.5) == 0
    assert run(ward, "enable", "1").stdout == "Đã bật. Máy chủ dùng tài khoản này sau vài giây.\n"
    assert [answers(ward, person) for person in people] == [1, 1]
    assert account(ward) == (ward.hook, "on")


def test_what_makes_no_sense_is_told_without_a_traceback(ward: Connected) -> None:
    for arguments, typed, said in (
        (("connect", "telegram", "--stdin"), f'{{"token": "{TELEGRAM}', "stdin phải là một đối tượng JSON"),
        (("disable", "99"), "", "Không có tài khoản số 99. Xem bằng: gandan channel list"),
    ):
        done = run(ward, *arguments, typed=typed)
        assert done.returncode in {1, 2}
        assert said in done.stderr
    assert account(ward) == (ward.hook, "on")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        pytest.param(("zalo_oa", "--polling"), VALUES["zalo_oa"], "Zalo Official Account chỉ có webhook", id="polling"),
        pytest.param(("zalo",), {}, "chọn một trong: zalo_oa, zalo_bot, telegram", id="unknown channel"),
        pytest.param(("zalo_oa",), {"app_id": "4"}, "còn thiếu: Khóa bí mật của ứng dụng", id="missing"),
        pytest.param(("telegram",), {"token": " "}, "còn thiếu: Token", id="blank"),
        pytest.param(("telegram",), {"token": None}, "còn thiếu: Token", id="null"),
        pytest.param(("telegram",), [TELEGRAM], "stdin phải là một đối tượng JSON", id="no object"),
    ],
)
def test_values_that_cannot_be_right_are_refused_before_anything_is_stored(arguments: tuple[str, ...], typed: object, said: str) -> None:
    done = CliRunner().invoke(app, ["channel", "connect", *arguments, "--stdin"], input=json.dumps(typed))
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    assert said in " ".join(done.output.replace("│", " ").split())
    assert not [secret for secret in TELLTALES if secret in done.output]


def test_another_secret_key_is_told_in_one_sentence(ward: Connected) -> None:
    done = run(ward, "check", GANDAN_SECRET_KEY="another secret, long enough to be one")
    assert done.returncode == 1
    [sentence] = (done.stdout + done.stderr).splitlines()
    assert sentence.endswith("GANDAN_SECRET_KEY đã đổi. Bạn nối lại kênh bằng gandan channel connect.")


# --- what an account holds -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fakes() -> Iterator[Mapping[str, Fake]]:
    with contextlib.ExitStack() as stack:
        started = {name: stack.enter_context(running_fake(name)) for name in CHANNELS}
        for name, switches in UNLIMITED.items():
            started[name].sim("switch", http_loopback=True, **switches)
        yield started


@contextlib.asynccontextmanager
async def keeping(database_url: str, folder: Path, fakes: Mapping[str, Fake]) -> AsyncIterator[Keeper]:
    """A keeper at work on an empty installation."""
    urls = {ADDRESSES[name]: fake.url for name, fake in fakes.items()}
    known = settings(database_url=database_url, data_dir=folder, zalo_oauth_url=fakes["zalo_oa"].url, secret_key="s" * 40, **urls)
    keeper = Keeper(known, channel_builders())
    try:
        yield keeper
    finally:
        await keeper.database.close()


async def held(keeper: Keeper) -> tuple[ChannelAccount, dict[str, str]]:
    """The one account, and its values."""
    [row] = await keeper.rows()
    return row, dict(await AccountVault(keeper.database, keeper.sealer, row.id).read())


@pytest.mark.parametrize("channel", OTHER)
async def test_a_bot_keeps_its_address_and_forgets_what_another_bot_learned(
    channel: str, sqlite_database_url: str, tmp_path: Path, fakes: Mapping[str, Fake]
) -> None:
    async with keeping(sqlite_database_url, tmp_path, fakes) as keeper:
        in_use, findings = await keeper.connect(channel, Mode.WEBHOOK, VALUES[channel])
        assert in_use, findings
        first, values = await held(keeper)
        assert first.status == AccountStatus.ON
        assert values["bot_id"]
        await AccountVault(keeper.database, keeper.sealer, first.id).remember({"learned": "của bot này"})
        values["learned"] = "của bot này"

        in_use, _ = await keeper.connect(channel, Mode.POLLING, VALUES[channel])
        again, same = await held(keeper)
        assert in_use
        assert same == values, "the same bot: nothing is forgotten"
        assert (again.id, again.hook, again.mode) == (first.id, first.hook, Mode.POLLING)

        in_use, findings = await keeper.connect(channel, Mode.WEBHOOK, {"token": OTHER[channel]})
        assert not in_use
        assert WHERE_THE_TOKEN_IS[channel] in " ".join(finding.advice for finding in findings)
        row, same = await held(keeper)
        assert same == values
        assert (row.hook, row.mode, row.status) == (first.hook, Mode.POLLING, AccountStatus.ON)

        with running_fake(channel, "--token", OTHER[channel]) as other:
            other.sim("switch", http_loopback=True, **UNLIMITED[channel])
            setattr(keeper.settings, ADDRESSES[channel], other.url)
            in_use, findings = await keeper.connect(channel, Mode.WEBHOOK, {"token": OTHER[channel]})
            assert in_use, findings
        row, changed = await held(keeper)
        assert row.hook == first.hook
        assert changed["token"] == OTHER[channel]
        assert changed["bot_id"]
        assert not {"learned", "per_second"} & changed.keys()


async def test_an_official_account_takes_its_last_secret_later(sqlite_database_url: str, tmp_path: Path, fakes: Mapping[str, Fake]) -> None:
    given = VALUES["zalo_oa"]
    early = {name: value for name, value in given.items() if name != "oa_secret"}
    async with keeping(sqlite_database_url, tmp_path, fakes) as keeper:
        in_use, findings = await keeper.connect("zalo_oa", Mode.WEBHOOK, early)
        first, values = await held(keeper)
        assert in_use
        assert first.status == AccountStatus.CONSENT
        assert "Chưa nhập OA Secret Key." in [finding.what for finding in findings]
        assert f"/kenh/{first.hook}/cap-quyen?ve=" in findings[-1].advice

        tokens = {name: text for name, text in fakes["zalo_oa"].sim("grant").items() if name.endswith("_token")}
        await AccountVault(keeper.database, keeper.sealer, first.id).remember(tokens)
        await set_status(keeper.database, first.id, AccountStatus.ON)
        _, findings = await keeper.connect("zalo_oa", Mode.WEBHOOK, given)
        row, now = await held(keeper)
        assert "Chưa nhập OA Secret Key." not in [finding.what for finding in findings]
        assert now.items() >= (values | tokens | given).items()
        assert (row.hook, row.status) == (first.hook, AccountStatus.ON)

        await keeper.connect("zalo_oa", Mode.WEBHOOK, {**given, "app_id": "5555"})
        row, now = await held(keeper)
        assert not tokens.keys() & now.keys(), "another app: its owner must consent anew"
        assert (row.hook, row.status) == (first.hook, AccountStatus.CONSENT)


async def test_an_account_that_was_never_consented_to_still_says_so_after_being_off(
    sqlite_database_url: str, tmp_path: Path, fakes: Mapping[str, Fake]
) -> None:
    async with keeping(sqlite_database_url, tmp_path, fakes) as keeper:
        await keeper.connect("zalo_oa", Mode.WEBHOOK, VALUES["zalo_oa"])
        row, _ = await held(keeper)
        assert await keeper.switch(row.id, on=False)
        assert await keeper.switch(row.id, on=True)
        [(_, findings)] = await keeper.check_all()
        assert [finding for finding in findings if "/cap-quyen?ve=" in finding.advice]
        assert (await keeper.lines())[0].startswith("1  Zalo Official Account  webhook  cần cấp quyền")


async def test_a_dead_grant_is_found_when_the_account_is_connected_anew(
    sqlite_database_url: str, tmp_path: Path, fakes: Mapping[str, Fake]
) -> None:
    async with keeping(sqlite_database_url, tmp_path, fakes) as keeper:
        await keeper.connect("zalo_oa", Mode.WEBHOOK, VALUES["zalo_oa"])
        row, _ = await held(keeper)
        tokens = {name: token for name, token in fakes["zalo_oa"].sim("grant").items() if name.endswith("_token")}
        await AccountVault(keeper.database, keeper.sealer, row.id).remember(tokens)
        await set_status(keeper.database, row.id, AccountStatus.ON)
        fakes["zalo_oa"].sim("revoke")
        _, findings = await keeper.connect("zalo_oa", Mode.WEBHOOK, VALUES["zalo_oa"])
        row, _ = await held(keeper)
        assert row.status == AccountStatus.CONSENT
        assert "/cap-quyen?ve=" in findings[-1].advice

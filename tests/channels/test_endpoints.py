"""The channels' addresses on a real server: what is let in, what is refused, and what nobody ever reads in the log."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.channels.accounts import put_account, set_status
from app.channels.models import AccountStatus, Mode
from app.channels.sealing import Sealer
from app.database import Database
from app.visitor import Signer
from tests.channels.connected import VALUES, Connected, connected

SECRET = "a secret of the tests, long enough to be one"
HOOK_SECRET = "bi-mat-cua-webhook-0123456789"
HEADERS = {"telegram": "X-Telegram-Bot-Api-Secret-Token", "zalo_bot": "X-Bot-Api-Secret-Token"}
SILENT = "zalo_oa without its secret"
SIGNATURE = "X-ZEvent-Signature"

# The vector of zalo-oa.md §9.2, checked there with the official Java MacUtils.
VECTOR = (
    '{"app_id":"4444444444444444444","sender":{"id":"9000000000000000001"},"user_id_by_app":"552177279717587730",'
    '"recipient":{"id":"3333333333333333333"},"event_name":"user_send_text","message":{"text":"Thủ tục khai sinh",'
    '"msg_id":"a1b2c3d4e5f60718"},"timestamp":"1786300000123"}'
).encode()
GOOD = {SIGNATURE: "mac=fff982b6a13b651b79697702cbce701302ec4c5986cd2f1823abe5c468b6f1cd"}
OTHER_MAC = hashlib.sha256(b"4444444444444444444" + VECTOR + b"1786300000123" + b"another secret").hexdigest()
CITIZEN = "9000000000000000001"

# What the keeper's commands store: accounts whose platforms are never called here.
OTHERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "telegram": ("telegram", {**VALUES["telegram"], "secret": HOOK_SECRET}),
    "zalo_bot": ("zalo_bot", {**VALUES["zalo_bot"], "secret": HOOK_SECRET}),
    SILENT: ("zalo_oa", {name: value for name, value in VALUES["zalo_oa"].items() if name != "oa_secret"}),
}
BODIES = {
    "telegram": {"update_id": 1, "my_chat_member": None},
    "zalo_bot": {"ok": True, "result": {"event_name": "message.unsupported.received", "message": {}}},
}


@dataclass
class House:
    """A server with one Official Account in use, and others by name: their ids and webhooks."""

    known: Connected
    ids: Mapping[str, int]
    webhooks: Mapping[str, str]

    @property
    def log(self) -> str:
        return (self.known.data_dir.parent / f"server-{self.known.port}.log").read_text("utf-8")

    def post(self, body: bytes | Iterator[bytes], headers: Mapping[str, str], url: str = "") -> int:
        """HTTP status of a webhook's delivery, to the Official Account unless told."""
        return httpx.post(url or self.known.webhook, content=body, headers=dict(headers), timeout=30, verify=False).status_code

    def get(self, url: str, **query: str) -> httpx.Response:
        """A page as a browser gets it, without following."""
        return httpx.get(url, params=query, headers={"accept": "text/html", "x-forwarded-proto": "https"}, timeout=30, verify=False)

    def stored(self) -> int:
        """How many messages the inbox has."""
        return int(_query(self.known.data_dir, "select count(*) from channel_messages")[0][0])


def _query(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'gandan.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(statement).fetchall()


async def _add_others(folder: Path) -> dict[str, int]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'gandan.sqlite3'}")
    ids = {}
    for name, (channel, values) in OTHERS.items():
        ids[name] = await put_account(database, Sealer(SECRET.encode()), channel, Mode.WEBHOOK, values)
        await set_status(database, ids[name], AccountStatus.ON)
    await database.close()
    return ids


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with connected("zalo_oa", tmp_path_factory.mktemp("ward"), {"GANDAN_SECRET_KEY": SECRET}) as known:
        ids = asyncio.run(_add_others(known.data_dir))
        hooks: dict[int, str] = dict(_query(known.data_dir, "select id, hook from channel_accounts"))
        nowhere = dict.fromkeys(("GANDAN_TELEGRAM_URL", "GANDAN_ZALO_BOT_URL"), known.fake.url)
        with known.serving(**nowhere):
            yield House(known, ids, {name: f"{known.url}/kenh/{hooks[number]}" for name, number in ids.items()})


# --- what is let in --------------------------------------------------------------------------------------------------


def test_the_published_vector_is_answered_and_its_repeat_is_not(house: House) -> None:
    house.known.fake.sim("citizen", id=CITIZEN)
    before = house.stored()
    proxied = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "elsewhere.example"}
    assert house.post(VECTOR, GOOD | proxied) == 200
    assert house.known.fake.sim("wait", id=CITIZEN, count=1, timeout=20)["done"]
    assert [house.post(VECTOR, GOOD | {"num_retry": str(n)}) for n in range(1, 4)] == [200] * 3
    assert not house.known.fake.sim("wait", id=CITIZEN, count=2, timeout=1.5)["done"]
    assert "khai sinh" in house.known.fake.sim("inbox", id=CITIZEN)[0]["text"].lower()
    assert house.stored() == before + 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(VECTOR.replace("Thủ".encode(), "Thú".encode()), GOOD, id="one changed letter"),
        pytest.param(VECTOR + b" ", GOOD, id="one byte more"),
        pytest.param(VECTOR, {}, id="no signature"),
        pytest.param(VECTOR, {SIGNATURE: "mac="}, id="an empty signature"),
        pytest.param(VECTOR, {SIGNATURE: f"mac={OTHER_MAC}"}, id="made with another secret"),
        pytest.param(VECTOR, {SIGNATURE: "mac=ưở"}, id="not even ASCII"),
    ],
)
def test_a_forged_webhook_leaves_nothing_behind(house: House, body: bytes, headers: dict[str, str]) -> None:
    before = house.stored()
    encoded = {name: value.encode() for name, value in headers.items()}
    assert httpx.post(house.known.webhook, content=body, headers=encoded, timeout=30, verify=False).status_code == 403  # type: ignore[arg-type]
    assert house.stored() == before


@pytest.mark.parametrize("channel", HEADERS)
def test_a_bots_webhook_wants_its_secret(house: House, channel: str) -> None:
    body, url, before = json.dumps(BODIES[channel]).encode(), house.webhooks[channel], house.stored()
    refused = [{}, {HEADERS[channel]: ""}, {HEADERS[channel]: HOOK_SECRET[:-1]}, {HEADERS[channel]: HOOK_SECRET + "x"}]
    assert [house.post(body, headers, url) for headers in refused] == [403] * 4
    assert house.post(body, {HEADERS[channel]: HOOK_SECRET}, url) == 200
    assert house.post(b"{no json", {HEADERS[channel]: HOOK_SECRET}, url) == 400
    assert house.post(b"[]", {HEADERS[channel]: HOOK_SECRET}, url) == 400
    assert house.stored() == before


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_two_megabytes_is_refused_unread(house: House, declared: bool) -> None:
    before, piece = house.stored(), b'{"text":"' + b"a" * 20_000
    body = piece * 100 if declared else iter([piece] * 100)
    assert house.post(body, GOOD) == 413
    assert house.stored() == before
    assert house.get(house.known.webhook).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", '"xin chào"'.encode("utf-16")])
def test_what_is_no_event_is_refused(house: House, body: bytes) -> None:
    before = house.stored()
    assert house.post(body, GOOD) == 400
    assert house.stored() == before


def test_who_does_not_know_the_hook_finds_nothing(house: House) -> None:
    wrong = house.known.webhook[:-1] + ("a" if house.known.webhook[-1] != "a" else "b")
    assert house.post(VECTOR, GOOD, wrong) == 404
    assert [house.get(url).status_code for url in (wrong, f"{wrong}/xong", house.known.webhook)] == [404, 404, 200]


def test_without_the_secret_of_the_account_zalo_hears_yes_and_nothing_is_believed(house: House) -> None:
    before = house.stored()
    assert house.post(VECTOR, GOOD, house.webhooks[SILENT]) == 200
    assert house.post(b"{", {}, house.webhooks[SILENT]) == 200
    assert house.stored() == before


# --- consent ---------------------------------------------------------------------------------------------------------


def ticket(purpose: str, account: int, lasts: float = 60.0, secret: str = SECRET) -> str:
    return Signer(secret.encode()).ticket(purpose, str(account), lasts)


def test_a_ticket_leads_to_zalo_with_our_own_address(house: House) -> None:
    page = house.get(f"{house.known.webhook}/cap-quyen", ve=ticket("connect", 1))
    assert page.status_code == 303
    to = parse_qs(urlsplit(page.headers["location"]).query)
    assert to["redirect_uri"] == [f"{house.known.webhook}/xong"]
    assert to["app_id"] == ["4444444444444444444"]
    assert len(to["code_challenge"][0]) == 43


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="none"),
        pytest.param("1.9999999999.0123456789abcdef0123456789abcdef", id="forged"),
        pytest.param("ư.ở.ỡ", id="no ticket at all"),
        pytest.param(ticket("connect", 1, lasts=-1), id="over"),
        pytest.param(ticket("consent", 1), id="for another purpose"),
        pytest.param(ticket("connect", 1, secret="another"), id="of another installation"),
    ],
)
def test_a_ticket_that_is_wrong_or_over_says_what_to_do(house: House, text: str) -> None:
    page = house.get(f"{house.known.webhook}/cap-quyen", ve=text)
    assert page.status_code == 422
    assert "đã hết hạn. Bạn chạy gandan channel check" in page.text
    assert "<html" in page.text


def test_a_bot_has_nothing_to_consent_to(house: House) -> None:
    for channel in HEADERS:
        assert house.get(f"{house.webhooks[channel]}/cap-quyen", ve=ticket("connect", house.ids[channel])).status_code == 404


def test_consent_comes_back_with_its_own_state_only(house: House) -> None:
    before = len(house.known.fake.calls())
    for query in (
        {"code": "c", "state": ticket("consent", house.ids[SILENT])},
        {"code": "c", "state": ticket("consent", 1, lasts=-1)},
        {"code": "c", "state": ticket("connect", 1)},
        {"code": "c"},
        {"error": "access_denied", "state": ticket("consent", 1)},
    ):
        page = house.get(f"{house.known.webhook}/xong", **query)
        assert page.status_code == 422
        assert "hết hạn hoặc bị từ chối. Bạn chạy gandan channel check" in page.text
    assert len(house.known.fake.calls()) == before, "Zalo was asked"
    page = house.get(f"{house.known.webhook}/xong", code="spent", state=ticket("consent", 1))
    assert page.status_code == 503
    assert "Zalo chưa nhận cấp quyền (mã -14003)" in page.text


# --- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_tells_nothing_about_anybody(house: House) -> None:
    fake, person = house.known.fake, "9000000000000077777"
    words = "tôi tên Nguyễn Thị Bưởi muốn làm khai tử, số 0905 123 456"
    assert fake.sim("say", id=person, text=words)["delivered"] == 200
    assert fake.sim("wait", id=person, count=1, timeout=20)["done"]
    assert fake.sim("say", id=person, text=words, signature="wrong")["delivered"] == 403
    house.post(VECTOR, {})
    answer = fake.sim("inbox", id=person)[0]["text"]
    log = house.log
    assert "webhook_forged" in log, "this is the log"
    hooks = [url.rpartition("/")[2] for url in (house.known.webhook, *house.webhooks.values())]
    values = [value for each in VALUES.values() for name, value in each.items() if name != "per_second"]
    said = [words, "Bưởi", "0905 123", "0905123", "khai tử", answer.splitlines()[0]]
    assert not [secret for secret in [*hooks, *values, *said, person, CITIZEN, HOOK_SECRET, SECRET] if secret in log]
    assert "Traceback" not in log

"""What a keeper does with accounts: connect, check. What they read is Vietnamese and says what to do next."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.channels import repository
from app.channels.accounts import Accounts, Build, new_hook, put_account, set_status
from app.channels.models import AccountStatus, ChannelAccount, Mode
from app.channels.sealing import Sealer
from app.database import Database
from app.errors import Unavailable
from app.messages import Channel, Finding
from app.settings import Settings
from app.visitor import Signer, load_secret

TICKET_SECONDS = 1800.0
MANY_WAITING = 100
NO_CONSENT = "chưa cấp quyền"
OURS = ("secret",)  # values we made ourselves: kept when the account becomes another
STATUS_WORDS = {
    AccountStatus.ON: "đang dùng",
    AccountStatus.OFF: "đã tắt",
    AccountStatus.CONSENT: "cần cấp quyền lại",
    AccountStatus.FAILING: "đang lỗi",
}


@dataclass(frozen=True)
class Field:
    """Something the keeper types in. Secrets are not shown on the screen."""

    name: str
    question: str
    secret: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Kind:
    """What one channel needs to be connected."""

    title: str
    fields: tuple[Field, ...]
    polling: bool
    identity: tuple[str, ...]
    """Values that make it another account when they change: then nothing learned before is kept."""
    consent: bool = False


KINDS = {
    "zalo_oa": Kind(
        "Zalo Official Account",
        (
            Field("app_id", "ID ứng dụng (developers.zalo.me → ứng dụng → Cài đặt)", secret=False),
            Field("app_secret", "Khóa bí mật của ứng dụng"),
            Field(
                "oa_secret",
                "OA Secret Key (developers.zalo.me → ứng dụng → Official Account → Webhook; chưa thấy thì bỏ trống, chạy lại lệnh này sau)",
                optional=True,
            ),
        ),
        polling=False,
        identity=("app_id",),
        consent=True,
    ),
    "zalo_bot": Kind("Zalo Bot", (Field("token", "Bot Token (Zalo Bot Creator đưa khi tạo bot)"),), polling=True, identity=("token",)),
    "telegram": Kind("Telegram", (Field("token", "Token (BotFather đưa khi tạo bot)"),), polling=True, identity=("token",)),
}


class Keeper:
    """The commands' work, on the installation's database."""

    def __init__(self, settings: Settings, builders: Mapping[str, Build], database: Database | None = None) -> None:
        """`database`: the one of a running server; else the keeper opens it."""
        self.settings = settings
        self.database = database or Database(settings.resolved_database_url)
        secret = load_secret(settings)
        self.sealer, self.signer = Sealer(secret), Signer(secret)
        self.accounts = Accounts(self.database, self.sealer, settings, builders)

    async def rows(self) -> list[ChannelAccount]:
        """Every account."""
        async with self.database.read() as session:
            return list(await repository.accounts(session))

    async def connect(self, name: str, mode: Mode, values: Mapping[str, str], *, fresh: bool = False) -> tuple[bool, list[Finding]]:
        """Connect an account, or give the connected one new values; whether it is in use now, and what was found.

        What worked before is kept when the platform does not take the new values. `fresh`: consent is given anew, perhaps
        for another account of the owner.
        """
        before = next((row for row in reversed(await self.rows()) if row.channel == name), None)
        known = self._values_of(before)
        same = not fresh and all(known.get(key) == values[key] for key in KINDS[name].identity)
        kept = known if same else {key: known[key] for key in OURS if key in known}
        new = {"secret": secrets.token_urlsafe(32), **kept, **{key: value for key, value in values.items() if value}}
        hook = before.hook if before else new_hook()
        if KINDS[name].consent:
            return True, await self._connect_by_consent(name, mode, new, hook, before if same else None)
        draft = Draft(new)
        findings = await _asked(self.accounts.builders[name](new, draft, self.settings), self._webhook(hook, mode), connect=True)
        in_use = all(finding.good for finding in findings)
        if in_use:  # only now: until the platform has taken the new values, the old ones are in use
            await put_account(self.database, self.sealer, name, mode, draft.values, status=AccountStatus.ON, hook=hook)
        return in_use, findings

    async def _connect_by_consent(
        self, name: str, mode: Mode, values: Mapping[str, str], hook: str, before: ChannelAccount | None
    ) -> list[Finding]:
        """Store the values of an account whose owner consents on the platform's page; `before`: it had consented already."""
        consented = before is not None and "access_token" in values and before.status != AccountStatus.CONSENT
        status, reason = (AccountStatus.ON, "") if consented else (AccountStatus.CONSENT, NO_CONSENT)
        account_id = await put_account(self.database, self.sealer, name, mode, values, status=status, reason=reason, hook=hook)
        findings = await self._ask(await self._row(account_id), connect=not consented)
        row = await self._row(account_id)  # asking may have found that consent is over
        return [*findings, self._consent(row)] if row.status == AccountStatus.CONSENT else findings

    async def check(self, row: ChannelAccount) -> list[Finding]:
        """What is well and what is not with one account."""
        findings: list[Finding] = []
        if row.mode == Mode.WEBHOOK and not self.settings.public_url.startswith("https://"):
            advice = "đặt GANDAN_PUBLIC_URL là địa chỉ https của trang"
            findings.append(Finding(good=False, what="Nền tảng không gọi được địa chỉ này", advice=advice))
        async with self.database.read() as session:
            waiting = (await repository.count_open(session)).get(row.id, 0)
        advice = "" if waiting < MANY_WAITING else "xem nhật ký của máy chủ"
        findings.append(Finding(good=waiting < MANY_WAITING, what=f"{waiting} tin đang chờ trả lời", advice=advice))
        findings += await self._ask(row, connect=False)
        row = await self._row(row.id)  # asking may have found that consent is over
        if row.status == AccountStatus.FAILING:
            findings.append(Finding(good=False, what=f"Nền tảng đang từ chối gửi: {row.reason}", advice="xem các dòng trên"))
        if row.status == AccountStatus.CONSENT or (KINDS[row.channel].consent and not all(finding.good for finding in findings)):
            findings.append(self._consent(row))
        return findings

    def _consent(self, row: ChannelAccount) -> Finding:
        """The link of consent: needed, or at hand when something else is wrong."""
        ticket = self.signer.ticket("connect", str(row.id), TICKET_SECONDS)
        link = f"quản trị viên mở trong 30 phút: {self.settings.public_url}/kenh/{row.hook}/cap-quyen?ve={ticket}"
        if row.status != AccountStatus.CONSENT:
            return Finding(good=True, what="Nếu dòng nào ở trên bảo cấp quyền lại", advice=link)
        what = f"Cần cấp quyền gửi tin ({row.reason})" if row.reason else "Cần cấp quyền gửi tin"
        return Finding(good=False, what=what, advice=link)

    def _values_of(self, row: ChannelAccount | None) -> dict[str, str]:
        """What an account holds; nothing when it was sealed with a secret that is gone."""
        with contextlib.suppress(Unavailable):
            return self.sealer.open(row.sealed) if row is not None else {}
        return {}

    async def check_all(self) -> list[tuple[str, list[Finding]]]:
        """Every account in use, with its findings."""
        rows = [row for row in await self.rows() if row.status != AccountStatus.OFF]
        return [(f"{KINDS[row.channel].title} (số {row.id})", await self.check(row)) for row in rows]

    async def lines(self) -> list[str]:
        """Every account in a line."""
        return [
            f"{row.id}  {KINDS[row.channel].title}  {row.mode}  {STATUS_WORDS[AccountStatus(row.status)]}"
            + (f" ({row.reason})" if row.reason else "")
            for row in await self.rows()
        ]

    async def switch(self, account_id: int, *, on: bool) -> bool:
        """Switch an account on or off; False when there is no such account. One without consent waits for it."""
        row = next((row for row in await self.rows() if row.id == account_id), None)
        if row is None:
            return False
        if not on:
            return await set_status(self.database, account_id, AccountStatus.OFF, "đã tắt bằng tay")
        if KINDS[row.channel].consent and "access_token" not in self._values_of(row):
            return await set_status(self.database, account_id, AccountStatus.CONSENT, NO_CONSENT)
        return await set_status(self.database, account_id, AccountStatus.ON)

    async def _ask(self, row: ChannelAccount, *, connect: bool) -> list[Finding]:
        return await _asked(self.accounts.build(row), self._webhook(row.hook, Mode(row.mode)), connect=connect)

    def _webhook(self, hook: str, mode: Mode) -> str:
        """Where the platform sends an account's messages; empty when we ask for them."""
        return f"{self.settings.public_url}/kenh/{hook}" if mode is Mode.WEBHOOK else ""

    async def _row(self, account_id: int) -> ChannelAccount:
        return next(row for row in await self.rows() if row.id == account_id)


class Draft:
    """The vault of an account that is not stored yet."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    async def read(self) -> Mapping[str, str]:
        """The values so far."""
        return self.values

    async def remember(self, values: Mapping[str, str]) -> None:
        """Keep values for when the account is stored."""
        self.values |= values

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        """Nobody else knows these values: the exchange needs no turn."""
        del stale
        await self.remember(await exchange(self.values))
        return self.values


async def _asked(channel: Channel, webhook: str, *, connect: bool) -> list[Finding]:
    await channel.start()
    try:
        return list(await (channel.connect(webhook) if connect else channel.check(webhook)))
    finally:
        await channel.stop()

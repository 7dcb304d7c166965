"""What a keeper does with accounts: connect, check. What they read is Vietnamese and says what to do next."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from app.channels import repository
from app.channels.accounts import Accounts, Build, add_account, set_status
from app.channels.models import AccountStatus, ChannelAccount, Mode
from app.channels.sealing import Sealer
from app.database import Database
from app.messages import Finding
from app.settings import Settings
from app.visitor import Signer, load_secret

TICKET_SECONDS = 1800.0
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


@dataclass(frozen=True)
class Kind:
    """What one channel needs to be connected."""

    title: str
    fields: tuple[Field, ...]
    polling: bool
    consent: bool = False


KINDS = {
    "zalo_oa": Kind(
        "Zalo Official Account",
        (
            Field("app_id", "ID ứng dụng (developers.zalo.me → ứng dụng → Cài đặt)", secret=False),
            Field("app_secret", "Khóa bí mật của ứng dụng"),
            Field("oa_secret", "OA Secret Key (developers.zalo.me → ứng dụng → Official Account → Webhook)"),
        ),
        polling=False,
        consent=True,
    ),
    "zalo_bot": Kind("Zalo Bot", (Field("token", "Bot Token (Zalo Bot Creator đưa khi tạo bot)"),), polling=True),
    "telegram": Kind("Telegram", (Field("token", "Token (BotFather đưa khi tạo bot)"),), polling=True),
}


class Keeper:
    """The commands' work, on the installation's database."""

    def __init__(self, settings: Settings, builders: Mapping[str, Build]) -> None:
        self.settings = settings
        self.database = Database(settings.resolved_database_url)
        secret = load_secret(settings)
        self.sealer, self.signer = Sealer(secret), Signer(secret)
        self.accounts = Accounts(self.database, self.sealer, settings, builders)

    async def rows(self) -> list[ChannelAccount]:
        """Every account."""
        async with self.database.read() as session:
            return list(await repository.accounts(session))

    async def connect(self, name: str, mode: Mode, values: Mapping[str, str]) -> list[Finding]:
        """Connect an account and set its platform up; an account of the same channel that was there is replaced."""
        for row in await self.rows():
            if row.channel == name and row.status != AccountStatus.OFF:
                await set_status(self.database, row.id, AccountStatus.OFF, "thay bằng tài khoản mới")
        account_id = await add_account(self.database, self.sealer, name, mode, {**values, "secret": secrets.token_urlsafe(32)})
        row = await self._row(account_id)
        if KINDS[name].consent:
            ticket = self.signer.ticket("connect", str(account_id), TICKET_SECONDS)
            return [
                Finding(good=True, what=f"Địa chỉ webhook: {self.webhook_url(row)}"),
                Finding(good=True, what=f"Official Account Callback URL: {self.settings.public_url}/kenh/{row.hook}/xong"),
                Finding(
                    good=False,
                    what="Chưa có quyền gửi tin",
                    advice=f"mở trong 30 phút: {self.settings.public_url}/kenh/{row.hook}/cap-quyen?ve={ticket}",
                ),
            ]
        findings = await self._ask(row, connect=True)
        await set_status(self.database, account_id, AccountStatus.ON)  # a running server opens it with what was learned
        return findings

    async def check(self, row: ChannelAccount) -> list[Finding]:
        """What is well and what is not with one account."""
        findings: list[Finding] = []
        if row.status in (AccountStatus.CONSENT, AccountStatus.FAILING):
            ticket = self.signer.ticket("connect", str(row.id), TICKET_SECONDS)
            advice = f"mở trong 30 phút: {self.settings.public_url}/kenh/{row.hook}/cap-quyen?ve={ticket}"
            findings.append(
                Finding(good=False, what=f"Trạng thái: {STATUS_WORDS[AccountStatus(row.status)]} ({row.reason})", advice=advice)
            )
        if row.mode == Mode.WEBHOOK and not self.settings.public_url.startswith("https://"):
            advice = "đặt GANDAN_PUBLIC_URL là địa chỉ https của trang"
            findings.append(Finding(good=False, what="Nền tảng không gọi được địa chỉ này", advice=advice))
        async with self.database.read() as session:
            waiting = (await repository.count_open(session)).get(row.id, 0)
        findings.append(
            Finding(good=waiting < 100, what=f"{waiting} tin đang chờ trả lời", advice="" if waiting < 100 else "xem nhật ký của máy chủ")
        )
        return findings + await self._ask(row, connect=False)

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
        """Switch an account on or off; False when there is no such account."""
        return await set_status(self.database, account_id, AccountStatus.ON if on else AccountStatus.OFF, "" if on else "đã tắt bằng tay")

    async def _ask(self, row: ChannelAccount, *, connect: bool) -> list[Finding]:
        channel = self.accounts.build(row)
        await channel.start()
        try:
            url = self.webhook_url(row) if row.mode == Mode.WEBHOOK else ""
            return list(await (channel.connect(url) if connect else channel.check(url)))
        finally:
            await channel.stop()

    def webhook_url(self, row: ChannelAccount) -> str:
        """Where the platform sends an account's messages."""
        return f"{self.settings.public_url}/kenh/{row.hook}"

    async def _row(self, account_id: int) -> ChannelAccount:
        return next(row for row in await self.rows() if row.id == account_id)

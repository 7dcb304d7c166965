"""Signing in: password, second step, the province's sign-in. Every way ends in a fresh session."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.database import Database
from app.errors import BadInput
from app.officials import repository
from app.officials.models import Official, Stage
from app.officials.passwords import clean, verify
from app.officials.second_step import SecondStep
from app.officials.sessions import Current, Sessions, signed_of
from app.officials.throttle import Key, Throttle

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng. Anh/chị xem lại phím Caps Lock và bộ gõ tiếng Việt."
WRONG_CODE = "Mã chưa đúng hoặc đã dùng rồi. Anh/chị chờ mã mới trên điện thoại rồi gõ lại."


@dataclass(frozen=True)
class Entered:
    """What a right answer gives: the token for the cookie, and how far that goes."""

    token: str
    stage: Stage


class SigningIn:
    """The ways in. Refusals are BadInput and TooMany, each with its sentence."""

    def __init__(
        self, database: Database, sessions: Sessions, throttle: Throttle, second_step: SecondStep, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database, self._sessions, self._throttle, self._clock = database, sessions, throttle, clock
        self._second_step = second_step

    async def by_password(self, request: Request, username: str, password: str) -> Entered:
        """User name and password. An unknown name gets the same sentence after the same time."""
        typed, username = username, name_of(username)
        keys = [self._throttle.account(username or clean(typed)), self._throttle.address(_host(request))]
        kept = await self._count(keys, username)
        good = await verify(password, kept)
        if not good:
            raise BadInput(WRONG)
        async with self._database.write() as session:
            official = await repository.named(session, username, lock=True)
            if official is None or not official.active or official.password_hash != kept:
                raise BadInput(WRONG)
            await self._throttle.take_back(session, keys)
            if official.totp_on:
                return Entered(await self._sessions.begin(session, official, Stage.HALF, request), Stage.HALF)
            await self._throttle.forget(session, keys[0])
            return await self._enter(session, official, request, "đăng nhập")

    async def by_code(self, request: Request, current: Current, code: str) -> Entered:
        """The second step: a code of the app, or a recovery code."""
        now = self._clock()
        async with self._database.read() as session:
            official = await repository.official(session, current.signed.commune_id, current.signed.official_id)
        if official is None:
            raise BadInput(WRONG_CODE)
        keys = [self._throttle.account(official.username), self._throttle.address(_host(request))]
        await self._count(keys, official.username)
        async with self._database.write() as session:
            official = await repository.official(session, current.signed.commune_id, current.signed.official_id, lock=True)
            if official is None or not official.active or official.totp_sealed is None:
                raise BadInput(WRONG_CODE)
            step = self._second_step.step_of(official.totp_sealed, code, now, official.totp_step)
            hashed = self._second_step.hash_of(code)
            how = "đăng nhập"
            if step is not None:
                official.totp_step = step
            elif hashed in official.recovery:
                official.recovery = [each for each in official.recovery if each != hashed]
                how = f"đăng nhập bằng mã dự phòng (còn {len(official.recovery)} mã)"
            else:
                raise BadInput(WRONG_CODE)
            await self._throttle.take_back(session, keys)
            await self._throttle.forget(session, keys[0])
            return await self._enter(session, official, request, how)

    async def by_province(self, request: Request, subject: str, names: list[str]) -> Entered:
        """Who the province's sign-in says it is: `subject` for good, `names` (e-mail, user name) before the first time."""
        async with self._database.write() as session:
            official = await repository.of_province(session, subject, [name for each in names if (name := each.strip().casefold())])
            if official is None or not official.active:
                raise BadInput(
                    "Tài khoản này chưa được mở ở đây. Anh/chị nhờ quản trị của phường, xã ghi tên đăng nhập của tỉnh vào tài khoản."
                )
            official.oidc_subject = subject
            if official.must_change:  # a one-time password that nobody needs any more must not stay as a second door
                official.password_hash, official.must_change = "", False
            return await self._enter(session, official, request, "đăng nhập bằng tài khoản của tỉnh")

    async def _enter(self, session: AsyncSession, official: Official, request: Request, how: str) -> Entered:
        official.last_signed_in_at = self._clock()
        await record(session, signed_of(official), how, subject=("official", str(official.id)))
        return Entered(await self._sessions.begin(session, official, Stage.FULL, request), Stage.FULL)

    async def _count(self, keys: list[Key], username: str) -> str | None:
        """Count an attempt; the password hash of an account in use."""
        now = self._clock()
        async with self._database.write() as session:
            last = await self._throttle.count(session, keys, now)
            official = await repository.named(session, username)
            if official is None or not official.active:
                return None
            if last:
                subject = ("official", str(official.id))
                sentence = f"tài khoản {official.username} bị gõ sai mật khẩu nhiều lần liền"
                await record(session, None, sentence, commune_id=official.commune_id, subject=subject)
            return official.password_hash


def name_of(typed: str) -> str:
    """A user name as it is kept; empty when it cannot be one."""
    name = clean(typed).strip().lower()
    return name if USERNAME.fullmatch(name) else ""


def _host(request: Request) -> str:
    return request.client.host if request.client else "unknown"

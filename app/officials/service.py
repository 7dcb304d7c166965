"""Accounts: what the keeper does with them, and what officials do with their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.database import Commune, Database, lock_commune
from app.errors import BadInput, NotFound
from app.officials import repository
from app.officials.models import Official, Role, Signed, Stage
from app.officials.passwords import clean, hash_password, one_time_password, problem_of, verify
from app.officials.second_step import SecondStep
from app.officials.sessions import Current, Sessions
from app.officials.signing_in import name_of
from app.officials.throttle import Throttle

ROLE_NAMES = {
    Role.OFFICIAL: "cán bộ",
    Role.EDITOR: "biên tập",
    Role.LEADER: "lãnh đạo",
    Role.KEEPER: "quản trị",
    Role.VOLUNTEER_LEAD: "phụ trách tình nguyện",
}
COMMAND = "Lệnh gandan"
NAME_LENGTH = 120
OLD_WRONG = "Mật khẩu đang dùng chưa đúng."
TAKEN = "Tên đăng nhập này đã có người dùng. Anh/chị chọn tên khác."


class Refused(BadInput):
    """A field of a form is wrong. `field`: which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Opened:
    """A new account, or one with a new password: shown once."""

    official: Official
    one_time: str


class Officials:
    """The verbs. `who` None is the command line, which may act on every commune."""

    def __init__(
        self, database: Database, sessions: Sessions, throttle: Throttle, second_step: SecondStep, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database, self._sessions, self._throttle, self._clock = database, sessions, throttle, clock
        self._second_step = second_step

    async def add(self, who: Signed | None, username: str, name: str, role: str, *, oidc_name: str = "", commune_id: int = 1) -> Opened:
        """Open an account with a one-time password. Raises Refused."""
        chosen, title, kind = _username(username), _name(name), _role(role)
        one_time, now = one_time_password(), self._clock()
        hashed = await hash_password(one_time)
        commune_id = who.commune_id if who else commune_id
        official = Official(
            commune_id=commune_id,
            username=chosen,
            name=title,
            role=kind,
            password_hash=hashed,
            must_change=True,
            active=True,
            totp_sealed=None,
            totp_on=False,
            totp_step=0,
            recovery=[],
            oidc_name=_oidc_name(oidc_name),
            created_at=now,
            changed_at=now,
        )
        try:
            async with self._database.write() as session:
                if await session.get(Commune, commune_id) is None:
                    raise NotFound(f"Không có xã, phường số {commune_id} trong cơ sở dữ liệu.")
                if await repository.named(session, chosen) is not None:
                    raise Refused("username", TAKEN)
                await self._check_oidc_name(session, official.oidc_name, 0)
                session.add(official)
                await session.flush()
                await self._record(session, who, official, f"mở tài khoản {chosen} cho {title}, quyền {ROLE_NAMES[kind]}")
        except IntegrityError as error:  # somebody took the name in this moment
            raise Refused("username", TAKEN) from error
        return Opened(official, one_time)

    async def edit(self, who: Signed, official_id: int, name: str, role: str, oidc_name: str) -> Official:
        """Change name, role, name at the province. A new role ends the sessions, another name there too: who comes next is seen anew."""
        title, kind, province = _name(name), _role(role), _oidc_name(oidc_name)
        async with self._database.write() as session:
            await lock_commune(session, who.commune_id)
            official = await self._mine(session, who, official_id)
            changes = [
                f"{label}: {before or 'chưa có'} → {after or 'bỏ trống'}"
                for label, before, after in (
                    ("họ tên", official.name, title),
                    ("quyền", ROLE_NAMES[Role(official.role)], ROLE_NAMES[kind]),
                    ("tên ở cổng tỉnh", official.oidc_name, province),
                )
                if before != after
            ]
            if official.role != kind:
                await self._keep_one_keeper(session, official)
                await repository.end_sessions(session, official.id)
            if official.oidc_name != province:
                await self._check_oidc_name(session, province, official.id)
                official.oidc_name, official.oidc_subject = province, None
                await repository.end_sessions(session, official.id)
            official.name, official.role, official.changed_at = title, kind, self._clock()
            if changes:
                await self._record(session, who, official, f"sửa tài khoản {official.username}: {'; '.join(changes)}")
        return official

    async def reset(self, who: Signed | None, official_id: int, *, commune_id: int = 1) -> Opened:
        """A new one-time password; every session ends, waiting after wrong passwords ends too."""
        one_time = one_time_password()
        hashed = await hash_password(one_time)
        async with self._database.write() as session:
            official = await self._mine(session, who, official_id, commune_id)
            official.password_hash, official.must_change, official.changed_at = hashed, True, self._clock()
            await repository.end_sessions(session, official.id)
            await self._throttle.forget(session, self._throttle.account(official.username))
            await self._record(session, who, official, f"đặt lại mật khẩu của {official.username}")
        return Opened(official, one_time)

    async def set_active(self, who: Signed | None, official_id: int, *, active: bool, commune_id: int = 1) -> Official:
        """Close an account (sessions end at once) or open it again. The last keeper stays."""
        async with self._database.write() as session:
            await lock_commune(session, who.commune_id if who else commune_id)
            official = await self._mine(session, who, official_id, commune_id)
            if official.active == active:
                return official
            if not active:
                if who is not None and official.id == who.official_id:
                    raise BadInput("Anh/chị không tự khóa tài khoản của mình được. Nhờ một quản trị khác.")
                await self._keep_one_keeper(session, official)
                await repository.end_sessions(session, official.id)
            official.active, official.changed_at = active, self._clock()
            await self._record(session, who, official, f"{'mở lại' if active else 'khóa'} tài khoản {official.username}")
        return official

    async def drop_second_step(self, who: Signed | None, official_id: int, *, commune_id: int = 1) -> Official:
        """Take the second step away from somebody who lost the phone; sessions end."""
        async with self._database.write() as session:
            official = await self._mine(session, who, official_id, commune_id)
            _without_second_step(official)
            official.changed_at = self._clock()
            await repository.end_sessions(session, official.id)
            await self._record(session, who, official, f"bỏ bước xác nhận thứ hai của {official.username}")
        return official

    async def end_all_sessions(self, who: Signed, official_id: int) -> int:
        """The keeper signs somebody out everywhere; how many sessions ended."""
        async with self._database.write() as session:
            official = await self._mine(session, who, official_id)
            ended = await repository.end_sessions(session, official.id)
            await self._record(session, who, official, f"đăng xuất {official.username} khỏi mọi máy")
        return ended

    # --- one's own account -------------------------------------------------------------------------------------------

    async def change_password(self, request: Request, current: Current, old: str, new: str, again: str) -> str:
        """Set one's own password; every session ends, this browser gets a new token. Raises Refused, TooMany."""
        who = current.signed
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            if problem := problem_of(new, official.username, old):
                raise Refused("new", problem)
            if clean(new) != clean(again):
                raise Refused("again", "Hai lần gõ mật khẩu mới chưa giống nhau.")
            key = self._throttle.account(official.username)
            await self._throttle.count(session, [key], self._clock())
            kept = official.password_hash
        if not await verify(old, kept):
            raise Refused("old", OLD_WRONG)
        hashed = await hash_password(new)
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            if official.password_hash != kept or not official.active:  # the keeper was faster
                raise Refused("old", OLD_WRONG)
            await self._throttle.forget(session, key)
            official.password_hash, official.must_change, official.changed_at = hashed, False, self._clock()
            await repository.end_sessions(session, official.id)
            await self._record(session, who, official, "đổi mật khẩu của mình")
            return await self._sessions.begin(session, official, Stage.FULL, request)

    async def begin_second_step(self, who: Signed) -> Official:
        """Make a secret that is not asked for yet. Raises BadInput when the second step is on."""
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            if official.totp_on:
                raise BadInput("Bước xác nhận thứ hai đang bật rồi.")
            if official.totp_sealed is None:
                official.totp_sealed = self._second_step.new_secret()
        return official

    async def confirm_second_step(self, current: Current, code: str) -> list[str]:
        """Turn it on with a first code from the phone. Returns the recovery codes: shown once. Raises Refused."""
        who, now = current.signed, self._clock()
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            if official.totp_on or official.totp_sealed is None:
                raise BadInput("Anh/chị bắt đầu lại từ trang tài khoản.")
            step = self._second_step.step_of(official.totp_sealed, code, now, 0)
            if step is None:
                raise Refused("code", "Mã chưa đúng. Anh/chị xem giờ trên điện thoại có đúng không, rồi gõ mã đang hiện.")
            codes = self._second_step.recovery_codes()
            official.totp_on, official.totp_step, official.changed_at = True, step, now
            official.recovery = [self._second_step.hash_of(each) for each in codes]
            await repository.end_sessions(session, official.id, but=current.session_id)
            await self._record(session, who, official, "bật bước xác nhận thứ hai cho tài khoản của mình")
        return codes

    async def stop_second_step(self, who: Signed, password: str) -> None:
        """Turn one's own second step off, with the password. Raises Refused, TooMany."""
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            key = self._throttle.account(official.username)
            await self._throttle.count(session, [key], self._clock())
            kept = official.password_hash
        if not await verify(password, kept):
            raise Refused("password", OLD_WRONG)
        async with self._database.write() as session:
            official = await self._mine(session, who, who.official_id)
            if official.password_hash != kept:
                raise Refused("password", OLD_WRONG)
            await self._throttle.forget(session, key)
            _without_second_step(official)
            await self._record(session, who, official, "tắt bước xác nhận thứ hai của mình")

    async def end_own_session(self, current: Current, session_id: int) -> None:
        """Sign one of one's own browsers out. Raises NotFound for anybody else's."""
        who = current.signed
        async with self._database.write() as session:
            if not await repository.end_session(session, who.official_id, session_id):
                raise NotFound
            await record(session, who, "đăng xuất một máy của mình", subject=("official", str(who.official_id)))

    async def sign_out(self, current: Current) -> None:
        """End the session of this browser."""
        async with self._database.write() as session:
            await repository.end_session(session, current.signed.official_id, current.session_id)
            await record(session, current.signed, "đăng xuất", subject=("official", str(current.signed.official_id)))

    # --- within ------------------------------------------------------------------------------------------------------

    async def _mine(self, session: AsyncSession, who: Signed | None, official_id: int, commune_id: int = 1) -> Official:
        found = await repository.official(session, who.commune_id if who else commune_id, official_id, lock=True)
        if found is None:
            raise NotFound("Không có tài khoản này.")
        return found

    async def _keep_one_keeper(self, session: AsyncSession, official: Official) -> None:
        """Raises Refused for the last. The caller holds the commune: two keepers must not put each other out at once."""
        if official.role != Role.KEEPER or not official.active:
            return
        if await repository.count_active(session, official.commune_id, Role.KEEPER) <= 1:
            raise Refused("role", "Đây là quản trị duy nhất. Anh/chị giao quyền quản trị cho một người nữa trước.")

    async def _check_oidc_name(self, session: AsyncSession, name: str | None, official_id: int) -> None:
        if name and await repository.oidc_name_taken(session, name, official_id):
            raise Refused("oidc_name", "Tên ở cổng của tỉnh này đã gắn với tài khoản khác.")

    async def _record(self, session: AsyncSession, who: Signed | None, official: Official, sentence: str) -> None:
        subject = ("official", str(official.id))
        await record(session, who, sentence, commune_id=official.commune_id, subject=subject, actor=COMMAND, at=self._clock())


def roles() -> Sequence[tuple[str, str]]:
    """Roles and their names, for a form."""
    return [(str(role), name) for role, name in ROLE_NAMES.items()]


def _without_second_step(official: Official) -> None:
    official.totp_on, official.totp_sealed, official.totp_step, official.recovery = False, None, 0, []


def _username(typed: str) -> str:
    name = name_of(typed)
    if not name:
        raise Refused("username", "Tên đăng nhập có 2 đến 40 ký tự: chữ không dấu, số, dấu chấm, gạch. Ví dụ: lan.nguyen")
    return name


def _name(typed: str) -> str:
    name = " ".join("".join(each if each.isprintable() else " " for each in clean(typed)).split())
    if not 2 <= len(name) <= NAME_LENGTH:  # the catalog takes no shorter one for who checked a fact
        raise Refused("name", f"Anh/chị ghi họ tên, từ 2 đến {NAME_LENGTH} ký tự.")
    return name


def _role(typed: str) -> Role:
    try:
        return Role(typed)
    except ValueError as error:
        raise Refused("role", "Anh/chị chọn một quyền trong danh sách.") from error


def _oidc_name(typed: str) -> str | None:
    name = typed.strip().casefold()
    if len(name) > 200 or not name.isprintable():
        raise Refused("oidc_name", "Tên ở cổng của tỉnh dài quá hoặc có ký tự lạ.")
    return name or None

"""Ways in, and what keeps others out."""

from __future__ import annotations

import asyncio
import time
import unicodedata

import pyotp
import pytest

from app.errors import BadInput, TooMany, Unavailable
from app.officials.models import Stage
from app.officials.second_step import SecondStep
from app.officials.service import Refused
from app.officials.sessions import purge
from app.sealing import Sealer
from app.settings import Settings
from app.visitor import Signer
from tests.officials.conftest import OWN, Hall, request_from


async def test_the_first_password_lets_in_once_and_asks_for_an_own_one(hall: Hall) -> None:
    opened = await hall.open("lan", "keeper")
    current = await hall.current(await hall.enter("lan", opened.one_time))
    assert (current.must_change, current.is_complete, current.signed.name) == (True, False, "Bà Lan")
    token = await hall.office.accounts.change_password(request_from(), current, opened.one_time, OWN, OWN)
    assert (await hall.current(token)).is_complete
    with pytest.raises(BadInput):
        await hall.enter("lan", opened.one_time)
    assert (await hall.enter(" LAN ", OWN)).stage is Stage.FULL


async def test_a_password_is_the_same_however_the_keyboard_composes_it(hall: Hall) -> None:
    await hall.ready()
    assert await hall.enter("lan", unicodedata.normalize("NFD", OWN))


async def test_anything_else_is_refused_with_one_sentence(hall: Hall) -> None:
    names = ["", "khong-co", "lan\0", "a" * 100_000, "😀", "lan' or 1=1 --"]
    for number, (username, password) in enumerate(zip(names, ["", "x" * 90_000, "\0", "😀" * 10, "sai", "\ud800"], strict=True)):
        with pytest.raises(BadInput, match="Tên đăng nhập hoặc mật khẩu chưa đúng"):
            await hall.enter(username, password, host=f"10.9.0.{number}")


async def test_five_wrong_passwords_make_an_account_wait_longer_and_longer(hall: Hall) -> None:
    await hall.ready()
    for _ in range(5):
        with pytest.raises(BadInput):
            await hall.enter("lan", "sai")
    with pytest.raises(TooMany, match="15 phút"):
        await hall.enter("lan", OWN)
    hall.clock.forward(minutes=15, seconds=1)
    with pytest.raises(BadInput):
        await hall.enter("lan", "sai")
    with pytest.raises(TooMany, match="30 phút"):
        await hall.enter("lan", OWN, host="10.0.0.2")
    hall.clock.forward(minutes=31)
    await hall.enter("lan", OWN)
    with pytest.raises(BadInput):
        await hall.enter("lan", "sai")
    await hall.enter("lan", OWN)  # counting began anew
    assert "Hệ thống tài khoản lan bị gõ sai mật khẩu nhiều lần liền" in await hall.sentences()


async def test_an_unknown_name_waits_like_a_known_one(hall: Hall) -> None:
    for _ in range(5):
        with pytest.raises(BadInput):
            await hall.enter("ma", "sai")
    with pytest.raises(TooMany):
        await hall.enter("ma", "sai")


async def test_one_s_own_slip_is_told_as_one_whatever_others_type(hall: Hall) -> None:
    for number in range(6):
        with pytest.raises(BadInput):
            await hall.enter(f"Bà Lan {number}", OWN, host=f"10.9.1.{number}")


async def test_one_address_cannot_try_many_names(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(_password: str, _kept: str | None) -> bool:
        return False

    monkeypatch.setattr("app.officials.signing_in.verify", wrong)  # thirty times the work of a password would only take time
    for number in range(30):
        with pytest.raises(BadInput):
            await hall.enter(f"nguoi{number}", "sai")
    with pytest.raises(TooMany):
        await hall.enter("nguoi99", "sai")
    with pytest.raises(BadInput):
        await hall.enter("nguoi99", "sai", host="10.0.0.9")


async def test_guesses_at_the_same_moment_get_no_further_than_one_after_the_other(hall: Hall) -> None:
    await hall.ready()

    async def guess(number: int) -> str:
        try:
            await hall.enter("lan", f"doan{number}")
        except (BadInput, TooMany) as error:
            return type(error).__name__
        return "in"

    found = await asyncio.gather(*(guess(number) for number in range(20)))
    assert found.count("BadInput") <= 5
    assert found.count("TooMany") >= 15


async def test_right_passwords_are_never_counted(hall: Hall) -> None:
    await hall.ready()
    for _ in range(8):
        await hall.enter("lan", OWN)


async def test_a_closed_account_and_an_unknown_one_take_as_long_as_a_wrong_password(hall: Hall) -> None:
    current = await hall.ready("lan")
    await hall.open("dong")
    await hall.office.accounts.set_active(None, (await hall.official("dong")).id, active=False)
    assert current.signed.name == "Bà Lan"

    async def work(name: str) -> float:
        took = []
        for number in range(4):
            begun = time.process_time()  # of this process alone, threads included: what else the machine does must not tell
            with pytest.raises(BadInput):
                await hall.enter(name, "sai", host=f"10.1.{number}.{name[0]}")
            took.append(time.process_time() - begun)
        return min(took)

    known, unknown, closed = await work("lan"), await work("khong-co"), await work("dong")
    assert unknown > known / 3
    assert closed > known / 3


async def test_signing_in_gives_a_new_session_and_ends_the_one_the_browser_had(hall: Hall) -> None:
    await hall.ready()
    first = await hall.enter("lan", OWN)
    second = await hall.enter("lan", OWN, token=first.token)
    assert first.token != second.token
    assert not await hall.lives(first.token)
    assert await hall.lives(second.token)


async def test_a_planted_cookie_never_becomes_a_session(hall: Hall) -> None:
    await hall.ready()
    planted = "p" * 43
    entered = await hall.enter("lan", OWN, token=planted)
    assert entered.token != planted
    assert not await hall.lives(planted)


async def test_sessions_end_by_idleness_and_by_age(hall: Hall) -> None:
    await hall.ready()
    entered = await hall.enter("lan", OWN)
    hall.clock.forward(hours=7, minutes=59)
    assert await hall.lives(entered.token)
    hall.clock.forward(hours=7, minutes=59)
    assert await hall.lives(entered.token)  # use keeps it alive
    hall.clock.forward(hours=8, minutes=1)
    assert not await hall.lives(entered.token)
    entered = await hall.enter("lan", OWN)
    for _ in range(7 * 24 // 6):
        hall.clock.forward(hours=6)
        alive = await hall.lives(entered.token)
    assert not alive
    async with hall.database.write() as session:
        assert await purge(session, Settings(), hall.clock.now) >= 2


async def test_the_database_keeps_no_token_and_no_password(hall: Hall, database_url: str) -> None:
    current = await hall.ready()
    entered = await hall.enter("lan", OWN)
    official = await hall.official("lan")
    assert official.password_hash.startswith("$argon2id$")
    assert OWN not in official.password_hash
    assert entered.token not in current.token_hash
    assert len(current.token_hash) == 64


async def _with_second_step(hall: Hall, username: str = "lan") -> tuple[pyotp.TOTP, list[str]]:
    current = await hall.ready(username)
    official = await hall.office.accounts.begin_second_step(current.signed)
    totp = pyotp.TOTP(hall.office.second_step.secret(official.totp_sealed or ""))
    with pytest.raises(Refused, match="Mã chưa đúng"):
        await hall.office.accounts.confirm_second_step(current, "000000" if totp.at(hall.clock.now) != "000000" else "111111")
    codes = await hall.office.accounts.confirm_second_step(current, totp.at(hall.clock.now))
    assert len(set(codes)) == 8
    return totp, codes


async def test_the_second_step_is_asked_for_and_a_code_works_once(hall: Hall) -> None:
    totp, _ = await _with_second_step(hall)
    hall.clock.forward(minutes=1)
    half = await hall.enter("lan", OWN)
    assert half.stage is Stage.HALF
    current = await hall.current(half)
    assert not current.is_complete
    code = totp.at(hall.clock.now)
    full = await hall.office.signing_in.by_code(request_from(token=half.token), current, f" {code[:3]} {code[3:]} ")
    assert (await hall.current(full)).is_complete
    assert not await hall.lives(half.token)
    again = await hall.enter("lan", OWN)
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_code(request_from(token=again.token), await hall.current(again), code)
    hall.clock.forward(seconds=30)
    await hall.office.signing_in.by_code(request_from(token=again.token), await hall.current(again), totp.at(hall.clock.now))


async def test_codes_cannot_be_guessed_and_a_half_session_ends_soon(hall: Hall) -> None:
    totp, _ = await _with_second_step(hall)
    hall.clock.forward(minutes=1)
    half = await hall.enter("lan", OWN)
    current = await hall.current(half)
    wrong = [code for code in ("000000", "", "x" * 50_000, "１２３４５６", "\0") if code != totp.at(hall.clock.now)]
    for code in wrong:
        with pytest.raises(BadInput):
            await hall.office.signing_in.by_code(request_from(token=half.token), current, code)
    with pytest.raises(TooMany):
        await hall.office.signing_in.by_code(request_from(token=half.token), current, totp.at(hall.clock.now))
    with pytest.raises(TooMany):
        await hall.enter("lan", OWN)  # the right password does not start counting anew
    hall.clock.forward(minutes=10)
    assert not await hall.lives(half.token)


async def test_codes_that_another_secret_sealed_are_told_what_helps(hall: Hall) -> None:
    await _with_second_step(hall)
    other = SecondStep(Sealer(b"another secret", "second step"), Signer(b"another secret"))
    with pytest.raises(Unavailable, match="nhờ quản trị bỏ bước xác nhận thứ hai"):
        other.step_of((await hall.official("lan")).totp_sealed or "", "123456", hall.clock.now, 0)


async def test_a_recovery_code_works_once(hall: Hall) -> None:
    _, codes = await _with_second_step(hall)
    half = await hall.enter("lan", OWN)
    await hall.office.signing_in.by_code(request_from(token=half.token), await hall.current(half), codes[3].upper().replace("-", " "))
    half = await hall.enter("lan", OWN)
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_code(request_from(token=half.token), await hall.current(half), codes[3])
    assert "Bà Lan đăng nhập bằng mã dự phòng (còn 7 mã)" in await hall.sentences()
    assert codes[0] not in str((await hall.official("lan")).recovery)


async def test_the_second_step_is_dropped_with_the_password_or_by_the_keeper(hall: Hall) -> None:
    totp, _ = await _with_second_step(hall)
    hall.clock.forward(minutes=1)
    half = await hall.enter("lan", OWN)
    full = await hall.office.signing_in.by_code(request_from(token=half.token), await hall.current(half), totp.at(hall.clock.now))
    signed = (await hall.current(full)).signed
    with pytest.raises(Refused):
        await hall.office.accounts.stop_second_step(signed, "sai")
    await hall.office.accounts.stop_second_step(signed, OWN)
    assert not (await hall.official("lan")).totp_on
    assert (await hall.enter("lan", OWN)).stage is Stage.FULL
    await _with_second_step(hall, "mai")
    await hall.office.accounts.drop_second_step(None, (await hall.official("mai")).id)
    assert (await hall.enter("mai", OWN)).stage is Stage.FULL


async def test_the_province_binds_a_waiting_account_once_and_for_good(hall: Hall) -> None:
    await hall.open("lan", oidc_name="Lan@Tinh.gov.vn")
    entered = await hall.office.signing_in.by_province(request_from(), "https://tinh#7", ["lan@tinh.gov.vn"])
    assert (await hall.current(entered)).is_complete
    await hall.office.signing_in.by_province(request_from(), "https://tinh#7", [])
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_province(request_from(), "https://tinh#8", ["lan@tinh.gov.vn"])
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_province(request_from(), "https://tinh#9", ["", " "])
    assert (await hall.official("lan")).password_hash == ""
    with pytest.raises(BadInput):
        await hall.enter("lan", "")
    await hall.office.accounts.set_active(None, (await hall.official("lan")).id, active=False)
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_province(request_from(), "https://tinh#7", [])

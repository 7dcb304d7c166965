"""Passwords: rules in plain words, Argon2id in a thread."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
import weakref
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST, LONGEST = 10, 200
LEAST_OF_ONES_OWN = 6  # characters beside the user name and words that everybody takes
# OWASP's smallest recommended cost for Argon2id: 19 MiB, two passes. With two at a time, signing in takes 40 MiB at most.
_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
_AT_ONCE = 2
_gates: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper
_KNOWN_BY_ALL = ("matkhau", "password", "123456", "abcdef", "qwerty", "iloveyou", "gandan", "phuong", "congan", "vietnam")


def clean(password: str) -> str:
    """The same characters however the keyboard composes them (NFC), and only such as can be written down."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode())


def problem_of(password: str, username: str = "", old: str = "") -> str:
    """What is wrong with a new password, as a sentence; empty when it is good."""
    password = clean(password)
    plain = password.casefold()
    if len(password) < SHORTEST:
        return f"Mật khẩu cần ít nhất {SHORTEST} ký tự. Ba bốn từ ghép lại vừa dài vừa dễ nhớ."
    if len(password) > LONGEST:
        return f"Mật khẩu dài quá {LONGEST} ký tự."
    if not password.strip() or any(unicodedata.category(each) == "Cc" for each in password):
        return "Mật khẩu không được chỉ có dấu cách, và không có ký tự xuống dòng."
    if len(set(plain)) < 5:
        return "Mật khẩu lặp đi lặp lại vài ký tự nên dễ đoán. Anh/chị đặt khác đi."
    rest = plain
    for word in (username.casefold(), *_KNOWN_BY_ALL):
        rest = rest.replace(word, "") if word else rest
    if len(rest) < LEAST_OF_ONES_OWN:
        return "Mật khẩu gồm tên đăng nhập hay từ nhiều người dùng nên dễ đoán. Anh/chị đặt khác đi."
    if old and clean(old) == password:
        return "Mật khẩu mới phải khác mật khẩu cũ."
    return ""


def one_time_password() -> str:
    """A password to read out or write on paper, to be changed at first use: three groups of four, 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


async def hash_password(password: str) -> str:
    """What the database keeps."""
    async with _gate():
        return await asyncio.to_thread(_HASHER.hash, clean(password))


async def verify(password: str, kept: str | None) -> bool:
    """Whether a password is right. `kept` None: no such account; takes as long."""
    password = clean(password)[:LONGEST]
    async with _gate():
        good = await asyncio.to_thread(_HASHER.verify, password, kept or _nobody())
    return good and bool(kept)


@cache
def _nobody() -> str:
    """Verified when there is no such account, so that the answer takes as long."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _gate() -> asyncio.Semaphore:
    return _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))

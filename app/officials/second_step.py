"""The second step of signing in: codes of an app on the phone (TOTP, RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

import pyotp

from app.errors import Unavailable
from app.officials.passwords import LETTERS
from app.sealing import Sealer
from app.visitor import Signer

ISSUER = "Gần Dân"
CODES = 8
STEP_SECONDS = 30
LOST = "Khóa của hệ thống đã đổi nên mã trên điện thoại không dùng được nữa. Anh/chị nhờ quản trị bỏ bước xác nhận thứ hai rồi bật lại."


class SecondStep:
    """Makes and checks secrets and codes; keeps nothing."""

    def __init__(self, sealer: Sealer, signer: Signer) -> None:
        self._sealer, self._signer = sealer, signer

    def new_secret(self) -> str:
        """A fresh secret, sealed."""
        return self._sealer.seal({"totp": pyotp.random_base32()})

    def secret(self, sealed: str) -> str:
        """The secret as an app wants it typed. Raises Unavailable when the installation's own secret is another now."""
        try:
            return self._sealer.open(sealed)["totp"]
        except Unavailable as error:
            raise Unavailable(LOST) from error

    def address(self, sealed: str, username: str) -> str:
        """What the QR code for the app holds."""
        return pyotp.TOTP(self.secret(sealed)).provisioning_uri(name=username, issuer_name=ISSUER)

    def step_of(self, sealed: str, code: str, now: dt.datetime, last: int) -> int | None:
        """The thirty seconds this code belongs to, now or one before or after; None when wrong or used (not after `last`)."""
        totp = pyotp.TOTP(self.secret(sealed))
        code = "".join(code.split())
        present = int(now.timestamp()) // STEP_SECONDS
        found = None
        for step in (present - 1, present, present + 1):
            if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()) and step > last:
                found = step
        return found

    def recovery_codes(self) -> list[str]:
        """Codes to print, each good once: 50 bits."""
        return ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]

    def hash_of(self, code: str) -> str:
        """What the database keeps of a recovery code."""
        return self._signer.sign("recovery", "".join(each for each in code.lower() if each.isalnum()))

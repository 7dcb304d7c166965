"""Secrets at rest: values encrypted with a key made from the installation's secret, one key per purpose."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import Unavailable


class Sealer:
    """Encrypts and decrypts values (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, secret: bytes, purpose: str = "channel secrets") -> None:
        key = HKDF(hashes.SHA256(), 32, salt=None, info=f"gandan {purpose}".encode()).derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, values: Mapping[str, str]) -> str:
        """Values as text that only this installation can read."""
        return self._fernet.encrypt(json.dumps(dict(values), ensure_ascii=False).encode()).decode()

    def open(self, sealed: str, *, max_age: int | None = None) -> dict[str, str]:
        """The values again. Raises Unavailable when they were sealed with another secret, or over `max_age` seconds ago."""
        try:
            values: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode(), ttl=max_age))
        except InvalidToken as error:
            raise Unavailable(
                "Không mở được khóa của kênh: GANDAN_SECRET_KEY đã đổi. Bạn nối lại kênh bằng gandan channel connect."
            ) from error
        return values

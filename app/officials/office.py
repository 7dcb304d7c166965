"""The officials' machinery of one application, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from app.database import Database
from app.officials.province import Province
from app.officials.second_step import SecondStep
from app.officials.service import Officials
from app.officials.sessions import Sessions
from app.officials.signing_in import SigningIn
from app.officials.throttle import Throttle
from app.sealing import Sealer
from app.settings import Settings
from app.visitor import Signer


def utc_now() -> dt.datetime:
    """The clock on the wall."""
    return dt.datetime.now(dt.UTC)


class Office:
    """Sessions, ways in, accounts. `secret`: the installation's."""

    def __init__(self, database: Database, settings: Settings, secret: bytes, clock: Callable[[], dt.datetime] = utc_now) -> None:
        signer = Signer(secret)
        throttle = Throttle(signer, settings.sign_in_failures)
        self.second_step = SecondStep(Sealer(secret, "second step"), signer)
        self.sessions = Sessions(database, settings, clock)
        self.signing_in = SigningIn(database, self.sessions, throttle, self.second_step, clock)
        self.accounts = Officials(database, self.sessions, throttle, self.second_step, clock)
        self.province = Province(settings, Sealer(secret, "province"))

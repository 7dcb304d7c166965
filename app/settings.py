"""All settings, in one class. Each is an environment variable `GANDAN_<NAME>` or a line of `.env`.

`.env.example` is generated from this class (`./dev generate`); a stale one fails a test.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def _seconds(value: object) -> object:
    """A plain number in the environment is a number of seconds; left to itself pydantic refuses it as text."""
    return float(value) if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value.strip()) else value


Duration = Annotated[dt.timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Settings of one process. Durations are timedeltas: seconds, or ISO 8601 such as `PT30M`, `P365D`."""

    model_config = SettingsConfigDict(env_prefix="GANDAN_", env_file=".env", env_ignore_empty=True, extra="ignore")

    # Where things are
    data_dir: Path = Field(default=Path("var"), description="Folder of the embedded database. The only place written to.")
    cache_dir: Path | None = Field(default=None, description="What is made again when it is missing. Empty: `cache` in data_dir.")
    procedures_dir: Path = Field(default=ROOT / "procedures", description="Folder of the catalog.")
    commune_file: Path = Field(
        default=ROOT / "procedures" / "commune.sample.yaml", description="The ward's profile: name, hours, counters, phones."
    )
    database_url: str | None = Field(default=None, description="postgresql+psycopg://… for a province. Empty: SQLite in data_dir.")

    # The web server
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address citizens open; printed in QR codes. No slash at the end."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Signs form tokens and visitors' cookies. Empty: made once and kept in data_dir."
    )
    forwarded_allow_ips: str = Field(default="127.0.0.1", description="Reverse proxies whose X-Forwarded-* headers are believed, by comma.")

    # The conversation
    conversation_expiry: Duration = Field(default=dt.timedelta(minutes=30), description="How long the last procedure stays in mind.")
    message_max_length: int = Field(default=2000, ge=200, description="Longer messages are answered from their beginning.")
    messages_per_minute: int = Field(default=30, ge=1, description="Messages one person may send per minute.")

    # The channels: where the platforms are. Other addresses only for a proxy, or for trying without them.
    zalo_oa_url: str = Field(default="https://openapi.zalo.me", description="Zalo Official Account API.")
    zalo_oauth_url: str = Field(default="https://oauth.zaloapp.com", description="Zalo consent and tokens.")
    zalo_bot_url: str = Field(default="https://bot-api.zaloplatforms.com", description="Zalo Bot API.")
    telegram_url: str = Field(default="https://api.telegram.org", description="Telegram Bot API.")
    channel_lease: Duration = Field(
        default=dt.timedelta(seconds=15), description="After this long without a sign of life, another process sends what one held."
    )
    zalo_verification: str = Field(
        default="", description="Code that proves to Zalo that this domain is ours (zalo-platform-site-verification)."
    )

    # Officials at the console
    session_idle: Duration = Field(default=dt.timedelta(hours=8), description="An official who does nothing this long signs in again.")
    session_absolute: Duration = Field(default=dt.timedelta(days=7), description="After this long everyone signs in again.")
    sign_in_failures: int = Field(
        default=5, ge=2, description="Wrong passwords in a row before an account waits (15 minutes, then longer)."
    )
    oidc_issuer: str = Field(default="", description="Address of the province's sign-in (OpenID Connect). Empty: passwords only.")
    oidc_client_id: str = Field(default="", description="Our name there.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Our secret there.")
    oidc_name: str = Field(default="Đăng nhập bằng tài khoản của tỉnh, thành phố", description="What stands on its button.")

    # Announcements
    quiet_hours: str = Field(
        default="21:00-06:30",
        pattern=r"^([01]?\d|2[0-3]):[0-5]\d-([01]?\d|2[0-3]):[0-5]\d$",
        description="Announcements wait from … until …, except urgent ones.",
    )

    # Sending to many: the durable engine
    executor_id: str = Field(
        default="", pattern=r"^[\w.-]{0,60}$", description="A process that sends announcements, by a name that stays: worker-1, worker-2."
    )
    engine_poll: Duration = Field(default=dt.timedelta(seconds=1), description="How often the engine looks for work.")

    # Keeping and forgetting
    keep_conversations: Duration = Field(default=dt.timedelta(days=30), description="Conversations untouched this long are erased.")
    keep_messages: Duration = Field(
        default=dt.timedelta(days=7), description="Platforms' ids of finished messages are kept this long, to know repeats."
    )
    keep_answers: Duration = Field(
        default=dt.timedelta(days=365), description="Answers (masked text, no person) are kept this long for improvement."
    )

    keep_deliveries: Duration = Field(
        default=dt.timedelta(days=180), description="Who got an announcement is kept this long; how many got it, for ever."
    )

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level that is logged.")
    log_format: Literal["console", "json"] = Field(default="console", description="`json` for machines that collect logs.")

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("GANDAN_PUBLIC_URL phải bắt đầu bằng http:// hoặc https://")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and not value.startswith(("postgresql+psycopg://", "sqlite+aiosqlite:///")):
            raise ValueError("GANDAN_DATABASE_URL phải bắt đầu bằng postgresql+psycopg:// (hoặc để trống để dùng SQLite)")
        return value or None

    @model_validator(mode="after")
    def _province_shares_one_secret(self) -> Settings:
        """Several processes on PostgreSQL must sign with the same secret; each would make its own."""
        if self.database_url and self.database_url.startswith("postgresql") and self.secret_key is None:
            raise ValueError("Dùng PostgreSQL thì phải đặt GANDAN_SECRET_KEY (một chuỗi ngẫu nhiên dài, giống nhau ở mọi tiến trình)")
        return self

    @property
    def resolved_cache_dir(self) -> Path:
        """The folder of what is made again when it is missing."""
        return self.cache_dir or self.data_dir / "cache"

    @cached_property
    def resolved_database_url(self) -> str:
        """The database in use: the one named, else the SQLite file in data_dir."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'gandan.sqlite3').absolute()}"


def env_example() -> str:
    """Text of `.env.example`, from the fields of Settings."""
    lines = ["# Made by ./dev generate from app/settings.py. Copy to .env and change what you need.", ""]
    for name, info in Settings.model_fields.items():
        default = info.default
        if isinstance(default, Path) and default.is_relative_to(ROOT):
            default = default.relative_to(ROOT)
        if isinstance(default, dt.timedelta):
            default = f"{int(default.total_seconds())}"
        lines += [f"# {info.description}", f"# GANDAN_{name.upper()}={'' if default is None else default}", ""]
    return "\n".join(lines)

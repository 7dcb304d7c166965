"""Settings: documented, read from the environment, and refused with a sentence when wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, env_example


def test_every_setting_says_what_it_is_for_and_stands_in_the_example() -> None:
    example = env_example()
    for name, info in Settings.model_fields.items():
        assert info.description, name
        assert len(info.description) > 10, name
        assert f"GANDAN_{name.upper()}=" in example


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_PORT", "9001")
    monkeypatch.setenv("GANDAN_KEEP_ANSWERS", "P10D")
    monkeypatch.setenv("GANDAN_SECRET_KEY", "")
    settings = Settings()
    assert settings.port == 9001
    assert settings.keep_answers == dt.timedelta(days=10)
    assert settings.secret_key is None


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PUBLIC_URL", "phuong.vn", "http://"),
        ("DATABASE_URL", "mysql://x", "postgresql"),
        ("PORT", "99999", "65535"),
        ("LOG_LEVEL", "loud", "info"),
    ],
)
def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"GANDAN_{name}", value)
    with pytest.raises(ValidationError, match=says):
        Settings()


def test_a_province_must_share_one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_DATABASE_URL", "postgresql+psycopg://a@b/c")
    with pytest.raises(ValidationError, match="GANDAN_SECRET_KEY"):
        Settings()
    monkeypatch.setenv("GANDAN_SECRET_KEY", "mot-chuoi-dai")
    assert Settings().resolved_database_url.startswith("postgresql+psycopg://")


def test_the_default_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).resolved_database_url == f"sqlite+aiosqlite:///{tmp_path}/gandan.sqlite3"


@pytest.mark.parametrize(("written", "seconds"), [("2", 2), ("1800", 1800), ("0.5", 0.5), ("PT30M", 1800), ("P365D", 365 * 86400)])
def test_durations_are_seconds_or_iso_8601(monkeypatch: pytest.MonkeyPatch, written: str, seconds: float) -> None:
    monkeypatch.setenv("GANDAN_CONVERSATION_EXPIRY", written)
    assert Settings(_env_file=None).conversation_expiry.total_seconds() == seconds


def test_every_line_of_the_example_can_be_used(tmp_path: Path) -> None:
    used = [line.removeprefix("# ") for line in env_example().splitlines() if line.startswith("# GANDAN_")]
    file = tmp_path / ".env"
    file.write_text("\n".join(used), "utf-8")
    assert Settings(_env_file=file).model_dump().keys() == Settings(_env_file=None).model_dump().keys()

"""Nothing that people wrote and nothing that names a person reaches a log line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import structlog

from app.logs import configure_logging
from app.main import create_app
from app.messages import Incoming
from app.settings import Settings

SECRET_WORDS = "chuyện riêng của nhà bà Bảy số 048099001234"


def test_fields_that_could_hold_personal_data_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"))
    structlog.get_logger().info("probe", text=SECRET_WORDS, person="0905", token="t0ken", channel="web")
    line = capsys.readouterr().err
    assert '"channel": "web"' in line
    assert "048099001234" not in line
    assert "0905" not in line
    assert "t0ken" not in line


async def test_an_answered_message_leaves_no_words_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings(data_dir=tmp_path, log_level="debug"))
    async with app.router.lifespan_context(app):
        now = dt.datetime.now(dt.UTC)
        message = Incoming(channel="web", person="khach-1", message_id="m-1", text=SECRET_WORDS, sent_at=now)
        await app.state.assistant.handle(message)
    said = capsys.readouterr()
    assert "answered" in said.err
    for words in ("bà Bảy", "048099001234", "khach-1", "chuyện riêng"):
        assert words not in said.err + said.out

"""`gandan official …` as the keeper types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.errors import GanDanError


@pytest.fixture
def run(tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("GANDAN_DATA_DIR", str(tmp_path))
    return CliRunner()


def test_the_first_account_and_the_keeper_who_forgot(run: CliRunner) -> None:
    assert "Chưa có tài khoản nào" in run.invoke(app, ["official", "list"]).output
    first = run.invoke(app, ["official", "add", "Lan", "--ten", "Nguyễn Thị Lan"]).output
    assert re.search(r"Tên đăng nhập: +lan\nMật khẩu dùng một lần: +\w{4}-\w{4}-\w{4}\n", first)
    again = run.invoke(app, ["official", "reset", "lan", "--bo-buoc-hai"]).output
    assert re.search(r"\w{4}-\w{4}-\w{4}", again)
    assert again != first
    run.invoke(app, ["official", "add", "mai", "--quyen", "editor"])
    assert run.invoke(app, ["official", "disable", "mai"]).output == "Đã khóa.\n"
    listed = run.invoke(app, ["official", "list"]).output
    assert re.search(r"lan +quản trị +chờ đổi mật khẩu +Nguyễn Thị Lan", listed)
    assert re.search(r"mai +biên tập +đã khóa", listed)
    assert run.invoke(app, ["official", "enable", "mai"]).output == "Đã mở lại.\n"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["add", "có dấu"], "2 đến 40"),
        (["add", "lan", "--quyen", "god"], "chọn một quyền"),
        (["reset", "ai-do"], "Không có tài khoản"),
        (["disable", ""], "Không có tài khoản"),
    ],
)
def test_a_mistake_is_a_sentence(run: CliRunner, command: list[str], sentence: str) -> None:
    answer = run.invoke(app, ["official", *command])
    assert isinstance(answer.exception, GanDanError)
    assert sentence in answer.exception.message

"""`gandan channel …`. The work is in `keeper`, imported when a command runs: other commands must not wait for it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.channels.keeper import Field, Keeper
    from app.messages import Finding

group = typer.Typer(help="Kênh Zalo OA, Zalo Bot, Telegram.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Số của tài khoản (gandan channel list).")]


@group.command()
def connect(
    channel: Annotated[str, typer.Argument(help="zalo_oa | zalo_bot | telegram")],
    polling: Annotated[bool, typer.Option("--polling", help="Tự hỏi tin mới, không cần webhook (để thử, một máy).")] = False,
    fresh: Annotated[bool, typer.Option("--cap-quyen-lai", help="Bỏ quyền đang có, cấp quyền lại từ đầu (chọn nhầm OA).")] = False,
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Đọc các giá trị từ stdin dạng JSON, không hỏi.")] = False,
) -> None:
    """Nối một tài khoản. Khóa bí mật được hỏi trên màn hình, không nhận qua dòng lệnh."""
    from app.channels.keeper import KINDS  # noqa: PLC0415
    from app.channels.models import Mode  # noqa: PLC0415

    kind = KINDS.get(channel)
    if kind is None:
        raise typer.BadParameter(f"chọn một trong: {', '.join(KINDS)}")
    if polling and not kind.polling:
        raise typer.BadParameter(f"{kind.title} chỉ có webhook")
    typed = _from_stdin() if from_stdin else {field.name: _typed(field) for field in kind.fields}
    values = {name: "" if value is None else str(value).strip() for name, value in typed.items()}
    missing = [field.question for field in kind.fields if not field.optional and not values.get(field.name)]
    if missing:
        raise typer.BadParameter(f"còn thiếu: {'; '.join(missing)}")
    mode = Mode.POLLING if polling else Mode.WEBHOOK
    in_use, findings = asyncio.run(_keeper().connect(channel, mode, values, fresh=fresh))
    if not in_use:
        _report(f"Chưa nối được {kind.title}. Tài khoản đang dùng trước đó (nếu có) vẫn giữ nguyên.", findings)
        raise typer.Exit(1)
    done = all(finding.good for finding in findings)
    _report(f"Đã nối {kind.title}." if done else f"Đã ghi tài khoản {kind.title}, còn việc phải làm:", findings)


@group.command()
def check() -> None:
    """Hỏi từng nền tảng xem có ổn không; có gì sai thì nói cách sửa. Mã thoát 1 khi có điều phải sửa."""
    found = asyncio.run(_keeper().check_all())
    if not found:
        typer.echo("Chưa nối kênh nào. Nối bằng: gandan channel connect zalo_oa | zalo_bot | telegram")
    for title, findings in found:
        _report(title, findings)
    if any(not finding.good for _, findings in found for finding in findings):
        raise typer.Exit(1)


@group.command("list")
def list_() -> None:
    """Các tài khoản và trạng thái."""
    for line in asyncio.run(_keeper().lines()):
        typer.echo(line)


@group.command()
def disable(number: Number) -> None:
    """Tắt một tài khoản. Tin đang chờ được giữ lại; bật lại thì trả lời tiếp."""
    _switch(number, on=False, done="Đã tắt. Máy chủ ngừng dùng tài khoản này sau vài giây.")


@group.command()
def enable(number: Number) -> None:
    """Bật lại một tài khoản đã tắt."""
    _switch(number, on=True, done="Đã bật. Máy chủ dùng tài khoản này sau vài giây.")


def _switch(number: int, *, on: bool, done: str) -> None:
    if not asyncio.run(_keeper().switch(number, on=on)):
        typer.echo(f"Không có tài khoản số {number}. Xem bằng: gandan channel list", err=True)
        raise typer.Exit(1)
    typer.echo(done)


def _from_stdin() -> dict[str, object]:
    try:
        typed = json.load(sys.stdin)
    except ValueError:
        typed = None
    if not isinstance(typed, dict):
        raise typer.BadParameter('stdin phải là một đối tượng JSON, ví dụ {"token": "…"}')
    return typed


def _typed(field: Field) -> str:
    default = "" if field.optional else None
    return str(typer.prompt(field.question, default=default, hide_input=field.secret, show_default=False))


def _keeper() -> Keeper:
    from app.channels.keeper import Keeper  # noqa: PLC0415
    from app.database import migrate  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from app.wiring import channel_builders  # noqa: PLC0415

    settings = Settings()
    migrate(settings.resolved_database_url)
    return Keeper(settings, channel_builders())


def _report(title: str, findings: Iterable[Finding]) -> None:
    typer.echo(title)
    for finding in findings:
        typer.echo(f"  {'✓' if finding.good else '✗'} {finding.what}" + (f" → {finding.advice}" if finding.advice else ""))

"""`gandan`: the command line of the keeper, and of everyone who wants to ask without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from app.ahead import compute_ahead
from app.cli_backup import backup
from app.cli_catalog import group as catalog_app
from app.cli_channels import group as channel_app
from app.cli_demo import demo
from app.cli_officials import group as officials_app
from app.cli_questions import group as questions_app
from app.settings import Settings

app = typer.Typer(help="Gần Dân: hỏi thủ tục của xã, phường.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(catalog_app, name="catalog")
app.add_typer(channel_app, name="channel")
app.add_typer(questions_app, name="questions")
app.add_typer(officials_app, name="official")
app.command()(demo)
app.command()(backup)


def main() -> None:
    """Entry point of `gandan`. Content errors are printed as sentences, not tracebacks."""
    from app.catalog.yaml_loader import ContentError  # noqa: PLC0415
    from app.errors import GanDanError  # noqa: PLC0415

    try:
        app()
    except GanDanError as error:
        typer.echo(f"LỖI  {error.message}", err=True)
        sys.exit(1)
    except ContentError as error:
        for problem in error.problems:
            typer.echo(f"LỖI  {problem}", err=True)
        sys.exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe (mặc định theo cài đặt).")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng lắng nghe (mặc định theo cài đặt).")] = None,
) -> None:
    """Chạy trang web và các kênh."""
    gc.disable()  # thousands of objects are made and none is thrown away: collecting while starting only costs time
    settings = Settings()
    knowledge = _soon(settings)

    import uvicorn  # noqa: PLC0415

    from app.main import create_app  # noqa: PLC0415

    address, number = host or settings.host, port or settings.port
    typer.echo(f"Gần Dân đang chạy: http://{address}:{number}", err=True)
    web = create_app(settings, knowledge, settled=_collect_less, apart=True, sends=True)
    uvicorn.run(
        web,
        host=address,
        port=number,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )


def _collect_less() -> None:
    """Never look again through what stays for ever: a full collection would hold all citizens up for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="Làm một lượt rồi dừng.")] = False,
    every: Annotated[int, typer.Option(help="Số giây giữa hai lượt.", min=1)] = 3600,
) -> None:
    """Gửi thông báo (khi dùng PostgreSQL) và dọn dữ liệu quá hạn giữ, theo cài đặt."""
    from app.cli_worker import work  # noqa: PLC0415

    asyncio.run(work(Settings(), every, once=once))


@app.command()
def healthcheck() -> None:
    """Hỏi máy chủ đang chạy có khỏe không (dùng cho Docker)."""
    settings = Settings()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 -- comparing, not binding
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=3) as answer:
            typer.echo(answer.read().decode())
    except (urllib.error.URLError, OSError) as error:
        typer.echo(f"Không hỏi được máy chủ: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="Câu hỏi.")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Đọc từng dòng JSON từ stdin, viết từng dòng ra stdout.")] = False,
) -> None:
    """Hỏi một câu. Có cơ sở dữ liệu thì theo điều cán bộ đã sửa; không có cũng hỏi được."""
    pipeline = _pipeline(Settings())
    _use_ward(pipeline, Settings())
    if jsonl:
        for line in typer.get_binary_stream("stdin"):
            if line.strip():
                answer = json.dumps(_ask_line(pipeline, line.decode("utf-8-sig", "replace")), ensure_ascii=False)
                typer.echo(answer.encode("utf-8", "replace").decode())
        return
    turn = pipeline.ask(text, [])
    typer.echo(turn.reply.as_text() if turn.reply else "")


def _use_ward(pipeline: Any, settings: Settings) -> None:
    """Answer as the ward's officials set it, when there is a database that knows; one that cannot be read is no reason not to answer."""
    if settings.database_url is None and not (settings.data_dir / "gandan.sqlite3").exists():
        return
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from app.database import Database  # noqa: PLC0415
    from app.local.holder import snapshot_now  # noqa: PLC0415

    async def read() -> Any:
        database = Database(settings.resolved_database_url)
        try:
            return await snapshot_now(database, pipeline.local.profile)
        finally:
            await database.close()

    with contextlib.suppress(SQLAlchemyError, OSError):
        pipeline.use(asyncio.run(read()))


def _ask_line(pipeline: Any, line: str) -> dict[str, Any]:
    """One line of the batch form. A line that cannot be read gets an answer that says so, in its place."""
    started = time.perf_counter()
    try:
        data = json.loads(line)
        name, text, earlier = data.get("id"), str(data["text"]), [str(sent) for sent in data.get("prev") or ()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"id": None, "decision": "unknown", "intent": "unreadable", "codes": [], "aspect": [], "confidence": 0.0, "ms": 0.0}
    decision = pipeline.ask(text, earlier).decision
    return {
        "id": name,
        "decision": decision.outcome,
        "intent": decision.intent,
        "codes": list(decision.codes[:5]),
        "aspect": [str(aspect) for aspect in decision.aspects],
        "confidence": round(decision.confidence, 4),
        "ms": round((time.perf_counter() - started) * 1000, 3),
    }


def _soon(settings: Settings) -> Callable[[], Any]:
    """What gives the knowledge: read when asked where it is kept, else built in a second process from now on."""
    from app.assistant.kept import kept_file  # noqa: PLC0415
    from app.commune import load_commune  # noqa: PLC0415

    file = kept_file(settings.procedures_dir, load_commune(settings.commune_file).locale, settings.resolved_cache_dir)
    return partial(_knowledge, settings) if file.exists() else compute_ahead(partial(_knowledge, settings))


def _knowledge(settings: Settings, *, keep: bool = True) -> Any:
    from app.assistant.kept import load_kept  # noqa: PLC0415
    from app.commune import load_commune  # noqa: PLC0415

    return load_kept(settings.procedures_dir, load_commune(settings.commune_file).locale, settings.resolved_cache_dir, keep=keep)


def _pipeline(settings: Settings) -> Any:
    from app.assistant.knowing import KnowledgeHolder  # noqa: PLC0415
    from app.assistant.pipeline import Pipeline  # noqa: PLC0415
    from app.commune import load_commune  # noqa: PLC0415
    from app.templates import environment  # noqa: PLC0415

    commune = load_commune(settings.commune_file)
    templates = environment()
    templates.globals["commune"] = commune
    return Pipeline(
        KnowledgeHolder(settings.procedures_dir, commune.locale, _knowledge(settings, keep=False)), commune, templates, settings
    )

"""`gandan catalog …`: check, export, import. The work is in `app.catalog`, imported when a command runs."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings

BY_AGE = "xếp theo ngày đối chiếu, mốc sắp tới và chỗ chưa rõ"
group = typer.Typer(help="Kho thủ tục.", no_args_is_help=True)
Locale = Annotated[str | None, typer.Option(help="Lớp địa phương, ví dụ da-nang; để trống là chữ chung cả nước.")]


@group.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Thư mục kho (mặc định theo cài đặt).")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Chỉ xem mã này (có thể lặp lại).")] = None,
    locale: Locale = "da-nang",
    to_verify: Annotated[bool, typer.Option("--report", help="Danh sách nên đối chiếu lại, việc gấp lên trước.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Với --report: xem hết, không chỉ 30 thủ tục đầu.")] = False,
) -> None:
    """Kiểm tra mọi tệp của kho: tệp nào, trường nào, sai gì, viết lại thế nào."""
    from app.catalog.check import report  # noqa: PLC0415

    where = folder or Settings().procedures_dir
    place = locale if locale and (where / "locales" / locale).is_dir() else None
    if to_verify:
        text, good = _to_verify(where, place, only or [], everything=everything)
    else:
        text, good = report(where, place, only or [])
    typer.echo(text)
    raise typer.Exit(0 if good else 1)


def _to_verify(folder: Path, locale: str | None, only: list[str], *, everything: bool) -> tuple[str, bool]:
    """What to verify next, by use when a database knows it; and whether the catalog is free of errors."""
    from app.calendar.opening import VIETNAM  # noqa: PLC0415
    from app.catalog.freshness import ROWS, USE_DAYS, due, table  # noqa: PLC0415
    from app.catalog.loader import read_catalog  # noqa: PLC0415

    reading = read_catalog(folder, locale)
    used, why_not = asyncio.run(_used(Settings(), USE_DAYS))
    chosen = [procedure for procedure in reading.procedures.values() if not only or procedure.code in only]
    lines = [table(due(chosen, used, dt.datetime.now(VIETNAM).date()), None if everything else ROWS)]
    lines.append(why_not or f"Lượt hỏi: câu trả lời của {USE_DAYS} ngày qua.")
    if reading.errors:
        lines.append(f"{len(reading.errors)} lỗi trong kho, tệp lỗi không có ở trên. Xem bằng: gandan catalog check")
    return "\n".join(lines), not reading.errors


async def _used(settings: Settings, days: int) -> tuple[dict[str, int], str]:
    """Answers of the last days by code, or why nobody knows."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from app.assistant.usage import answers_by_code  # noqa: PLC0415
    from app.database import Database  # noqa: PLC0415

    if settings.database_url is None and not (settings.data_dir / "gandan.sqlite3").exists():
        return {}, f"Chưa có cơ sở dữ liệu nên chưa biết lượt hỏi: {BY_AGE}."
    database = Database(settings.resolved_database_url)
    try:
        async with database.read() as session:
            used = await answers_by_code(session, 1, dt.datetime.now(dt.UTC) - dt.timedelta(days=days))
    except (SQLAlchemyError, OSError) as error:
        return {}, f"Không đọc được lượt hỏi ({type(error).__name__}; xem GANDAN_DATABASE_URL): {BY_AGE}."
    finally:
        await database.close()
    return used, "" if used else f"Không có lượt hỏi nào trong {days} ngày qua: {BY_AGE}."


@group.command()
def export(
    form: Annotated[str, typer.Option("--format", help="jsonld | csv | json")],
    output: Annotated[Path | None, typer.Option(help="Ghi vào tệp này (mặc định: ra màn hình).")] = None,
    field: Annotated[list[str] | None, typer.Option(help="Chỉ lĩnh vực này, ví dụ ho-tich (có thể lặp lại).")] = None,
    locale: Annotated[str | None, typer.Option(help="Lớp địa phương (mặc định: của xã, phường trong cài đặt; «-»: chung cả nước).")] = None,
) -> None:
    """Xuất kho thành dữ liệu mở: JSON-LD (CPSV-AP), CSV (mở bằng Excel), JSON."""
    from app.catalog.exporting import Format, select  # noqa: PLC0415
    from app.catalog.exporting import export as exported  # noqa: PLC0415
    from app.catalog.loader import load_catalog  # noqa: PLC0415

    if form not in list(Format):
        raise typer.BadParameter(f"chọn một trong: {', '.join(Format)}", param_hint="--format")
    settings = Settings()
    catalog = load_catalog(settings.procedures_dir, _locale(settings, locale))
    try:
        content = exported(select(catalog, settings.public_url, field or []), Format(form))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--field") from error
    if form == Format.JSONLD and "//127.0.0.1" in settings.public_url:
        typer.echo(
            f"Nhắc  Tên gọi trong tệp bắt đầu bằng {settings.public_url}. Đặt GANDAN_PUBLIC_URL là địa chỉ thật của trang.", err=True
        )
    if output is None:
        typer.get_binary_stream("stdout").write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        typer.echo(f"LỖI  Không ghi được {output} ({error.strerror}). Chọn nơi khác bằng --output.", err=True)
        raise typer.Exit(1) from error
    size = f"{len(content):,}".replace(",", ".")
    typer.echo(f"Đã ghi {output}: {size} byte, phiên bản kho {catalog.version}.", err=True)


def _locale(settings: Settings, chosen: str | None) -> str | None:
    """The layer that was asked for, else the ward's own."""
    from app.commune import load_commune  # noqa: PLC0415

    if chosen is not None:
        return None if chosen in ("", "-") else chosen
    return load_commune(settings.commune_file).locale


@group.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Bảng của tỉnh: .xlsx, .xls, .ods hoặc .csv.")],
    yes: Annotated[bool, typer.Option("--yes", help="Ghi luôn, không hỏi (cho tập lệnh).")] = False,
    sheet: Annotated[str | None, typer.Option(help="Chỉ đọc trang tính này.")] = None,
    source: Annotated[str | None, typer.Option(help="Tên nguồn (mặc định: «Quyết định số …» ghi trên bảng).")] = None,
    date: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày của nguồn, ví dụ 2026-06-30.")] = None,
    locale: Annotated[str | None, typer.Option(help="Thư mục lớp địa phương (mặc định: của xã, phường trong cài đặt).")] = None,
    place: Annotated[str | None, typer.Option(help="Tên tỉnh, thành (mặc định: như các tệp đang có, hoặc theo cài đặt).")] = None,
) -> None:
    """Nhập bảng thủ tục của tỉnh vào lớp địa phương. Nói rõ sẽ đổi gì; chưa đồng ý thì không ghi gì."""
    from app.calendar.opening import VIETNAM  # noqa: PLC0415
    from app.catalog.importing.importer import prepare  # noqa: PLC0415
    from app.commune import load_commune  # noqa: PLC0415

    settings = Settings()
    commune = load_commune(settings.commune_file)
    chosen = locale or commune.locale
    if chosen is None:
        raise typer.BadParameter("chưa biết tỉnh nào; ghi thêm, ví dụ --locale da-nang --place “Đà Nẵng”", param_hint="--locale")
    day = date.date() if date else None
    plan = prepare(settings.procedures_dir, chosen, file, sheet=sheet, title=source, date=day, place=place, province=commune.province)
    for line in plan.sentences():
        typer.echo(line)
    if not plan.difference.changes:
        return
    if not yes and not _agreed():
        typer.echo("Chưa ghi gì.")
        return
    written = plan.write(dt.datetime.now(VIETNAM).date())
    typer.echo(f"Đã ghi {len(written)} tệp vào {written[0].parent}. Xem lại bằng: gandan catalog check --locale {chosen}")


def _agreed() -> bool:
    """Ask on a terminal; elsewhere nobody can agree."""
    if not sys.stdin.isatty():
        typer.echo("Đây không phải màn hình để hỏi. Muốn ghi thì thêm --yes.", err=True)
        return False
    answer = typer.prompt("Ghi những thay đổi này? [c/K]", default="k", show_default=False)
    return str(answer).strip().casefold() in ("c", "có", "co", "y", "yes")

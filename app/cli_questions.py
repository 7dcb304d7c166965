"""`gandan questions …`. The work is in `app.questions`, imported when a command runs: other commands must not wait for it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from app.settings import Settings

if TYPE_CHECKING:
    import datetime as dt

    from app.questions.service import Group, Kind, Questions

T = TypeVar("T")
KindName = Literal["unanswered", "disliked", "clarified"]
VoiceName = Literal["plain", "short", "no_accent", "teen", "dialect", "story", "eligibility"]
KIND_WORDS = {"unanswered": "chưa trả lời được", "disliked": "bị bấm «Chưa đúng»", "clarified": "hỏi lại rồi người hỏi bỏ đi"}
GROUP_ID = re.compile(r"[0-9a-f]{6,32}")
SHOWN = 160  # letters of a question in a list

group = typer.Typer(help="Câu hỏi chưa được trả lời tốt: xem theo nhóm, thêm thành cách hỏi mới.", no_args_is_help=True)
Days = Annotated[int, typer.Option(help="Xem bao nhiêu ngày gần đây.", min=1, max=3650)]
KindOption = Annotated[
    KindName | None,
    typer.Option(help="unanswered: chưa trả lời được · disliked: bị bấm «Chưa đúng» · clarified: hỏi lại rồi người hỏi bỏ đi."),
]
GroupId = Annotated[str, typer.Argument(metavar="NHÓM", help="Mã nhóm (gandan questions list).")]


@group.command("list")
def list_(
    days: Days = 30,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(help="Nhiều nhất bao nhiêu nhóm.", min=1)] = 20,
) -> None:
    """Các nhóm câu hỏi giống nghĩa, nhóm hỏi nhiều nhất lên trước. Chữ đã che số riêng, không ghi ai hỏi."""
    from app.questions.service import MOST  # noqa: PLC0415

    work = _questions()
    found = _run(work, partial(work.groups, days, _kind(kind)))
    times, different = sum(each.times for each in found), sum(len(each.questions) for each in found)
    if not found:
        typer.echo(f"Không có câu nào cần xem trong {days} ngày qua.")
        return
    typer.echo(f"{times} lượt hỏi trong {days} ngày qua, {len(found)} nhóm{f', xem {limit} nhóm đầu' if len(found) > limit else ''}:")
    for each in found[:limit]:
        typer.echo("\n".join(_lines(each, work)))
    if different == MOST:
        typer.echo(f"Chỉ xét {MOST} câu khác nhau mới nhất. Xem ít ngày hơn bằng --days.")
    first = found[0].id
    typer.echo(
        f"Xem cả nhóm: gandan questions show {first}\n"
        f"Thêm thành cách hỏi của một thủ tục: gandan questions teach {first} MÃ\n"
        f"Không cần làm gì: gandan questions forget {first}"
    )


@group.command()
def show(group_id: GroupId, days: Days = 30, kind: KindOption = None) -> None:
    """Mọi câu của một nhóm."""
    work, found = _found(group_id, days, kind)
    typer.echo("\n".join(_lines(found, work)))
    for question in found.questions:
        answered = f" · đã trả lời bằng {', '.join(sorted(question.answered))}" if question.answered else ""
        typer.echo(f"  - {question.text}\n      {_when(question.times, question.kinds, question.first, question.last)}{answered}")


@group.command()
def teach(
    text: Annotated[
        str, typer.Argument(metavar="NHÓM|CÂU", help="Mã nhóm (lấy câu tiêu biểu nhất không có số riêng), hoặc một câu trong ngoặc kép.")
    ],
    code: Annotated[str, typer.Argument(metavar="MÃ", help="Mã thủ tục câu này phải dẫn tới, ví dụ 1.001193.")],
    voice: Annotated[VoiceName | None, typer.Option(help="Giọng của câu; bỏ trống thì tự nhận theo dấu và độ dài.")] = None,
    days: Days = 30,
    kind: KindOption = None,
) -> None:
    """Thêm một câu vào cách hỏi của thủ tục, kèm câu thử. Chỉ ghi khi câu đó thật sự dẫn tới thủ tục."""
    from app.catalog.content import Voice  # noqa: PLC0415
    from app.errors import BadInput  # noqa: PLC0415
    from app.questions.grouping import key_of  # noqa: PLC0415
    from app.questions.teaching import TAUGHT, Teacher  # noqa: PLC0415

    settings = Settings()
    found: Group | None = None
    work: Questions | None = None
    if GROUP_ID.fullmatch(text.strip().lower()):
        work, found = _found(text, days, kind)
        text = found.teachable.text
    known = _has_database(settings)
    taught = Teacher(settings.procedures_dir).teach(text, code.strip(), Voice(voice) if voice is not None else None, again=known)
    if work is None and known:
        work = _questions(taught.knowledge)
    name = f"{taught.procedure.code} {taught.procedure.name}"
    # Written, but not marked: whoever wrote it was cut off before; the rest is done now.
    if not taught.is_new:
        if work is None or _run(work, partial(work.is_taught, taught.text, taught.procedure.code)):
            raise BadInput(f"{name} đã có cách hỏi này, và đã có câu thử. Không cần thêm.")
        typer.echo(f"{name} đã có sẵn cách hỏi «{taught.text}» và câu thử, nay ghi nốt là đã dạy.")
    elif taught.file:
        typer.echo(f"Đã thêm vào {name}, giọng {taught.voice}: «{taught.text}»")
    else:
        typer.echo(f"{name} đã có sẵn cách hỏi «{taught.text}», nay thêm câu thử.")
    if taught.is_new:
        typer.echo(f"Đã ghi: {' và '.join(filter(None, (taught.file, str(TAUGHT))))}")
    keys = [key_of(taught.text)]
    if work and found:
        led = work.leading_to(found, taught.procedure.code, taught.knowledge)
        keys += [question.key for question in led]
        typer.echo(
            f"Trong nhóm {found.id}, {len(led)}/{len(found.questions)} câu nay dẫn tới thủ tục này; câu còn lại vẫn ở trong danh sách."
        )
    if work is not None:
        _run(work, partial(work.mark_taught, keys, taught.procedure.code, taught.text))
    typer.echo("Đọc lại câu vừa thêm: tệp này ai cũng xem được, không để tên người hay địa chỉ nhà. Rồi chạy ./dev eval trước khi gửi.")


@group.command()
def proposals() -> None:
    """Cách hỏi cán bộ đề nghị từ trang quản lý, chờ thêm vào kho. Thêm bằng: gandan questions teach."""
    from app.questions.proposals import waiting  # noqa: PLC0415

    work = _questions()

    async def read() -> list[str]:
        async with work.database.read() as session:
            return [f'gandan questions teach "{each.text}" {each.code}' for each in await waiting(session, 1)]

    found = _run(work, read)
    typer.echo("\n".join(found) if found else "Không có đề nghị nào đang chờ.")


@group.command()
def forget(group_id: GroupId, days: Days = 30, kind: KindOption = None) -> None:
    """Cất một nhóm đi: không hiện lại, trừ khi sau này có người bấm «Chưa đúng»."""
    work, found = _found(group_id, days, kind)
    _run(work, partial(work.put_aside, found))
    typer.echo(f"Đã cất nhóm {found.id}: {len(found.questions)} câu, {found.times} lượt hỏi.")


def _lines(found: Group, work: Questions) -> list[str]:
    """A group in three lines."""
    typical = found.teachable.text
    others = f" (và {len(found.questions) - 1} câu khác)" if len(found.questions) > 1 else ""
    near = [f"{each.code} {each.name} ({round(each.share * found.times)}/{found.times} lượt)" for each in work.nearest(found)]
    return [
        f"{found.id}  {_when(found.times, found.kinds, found.first, found.last)}",
        f"        «{typical[:SHOWN]}{'…' if len(typical) > SHOWN else ''}»{others}",
        f"        gần nhất: {' · '.join(near) or 'không có thủ tục nào'}",
    ]


def _when(times: int, kinds: Counter[Kind], first: dt.datetime, last: dt.datetime) -> str:
    from app.calendar.opening import VIETNAM  # noqa: PLC0415

    days = [f"{moment.astimezone(VIETNAM):%d/%m/%Y}" for moment in (first, last)]
    why = ", ".join(f"{count} {KIND_WORDS[kind]}" if len(kinds) > 1 else KIND_WORDS[kind] for kind, count in sorted(kinds.items()))
    return f"{times} lượt · {why} · {' đến '.join(dict.fromkeys(days))}"


def _kind(name: KindName | None) -> Kind | None:
    from app.questions.service import Kind  # noqa: PLC0415

    return Kind(name) if name is not None else None


def _found(typed: str, days: int, kind: KindName | None) -> tuple[Questions, Group]:
    """The group a keeper means."""
    group_id = typed.strip().lower()
    if not GROUP_ID.fullmatch(group_id):
        raise typer.BadParameter("mã nhóm gồm 6 chữ số và chữ a-f, xem bằng gandan questions list", param_hint="NHÓM")
    work = _questions()
    return work, _run(work, partial(work.find, group_id, days, _kind(kind)))


def _has_database(settings: Settings) -> bool:
    """Whether there is a database: teaching needs none, and makes none."""
    return settings.database_url is not None or (settings.data_dir / "gandan.sqlite3").exists()


def _questions(knowledge: object = None) -> Questions:
    """The work, on the installation's database and catalog (or what was loaded of it already)."""
    from app.assistant.kept import load_kept  # noqa: PLC0415
    from app.assistant.knowing import Knowledge  # noqa: PLC0415
    from app.commune import load_commune  # noqa: PLC0415
    from app.database import Database, migrate  # noqa: PLC0415
    from app.questions.service import Questions  # noqa: PLC0415

    settings = Settings()
    migrate(settings.resolved_database_url)
    if not isinstance(knowledge, Knowledge):
        knowledge = load_kept(settings.procedures_dir, load_commune(settings.commune_file).locale, settings.resolved_cache_dir)
    return Questions(Database(settings.resolved_database_url), knowledge, settings.conversation_expiry)


def _run(work: Questions, job: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run one job; every run has its own event loop, so no connection may stay for the next."""

    async def run() -> T:
        try:
            return await job()
        finally:
            await work.close()

    return asyncio.run(run())

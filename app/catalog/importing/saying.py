"""The difference in Vietnamese sentences, for the person who decides whether to write it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.catalog.importing.comparing import ALL_CASES, ASPECTS, Change, Difference
from app.catalog.importing.rows import Found, Origin

SHOWN = 30


def sentences(found: Found, difference: Difference, origin: Origin, place: str) -> Iterator[str]:
    """Everything the table says, in lines: what would change first, then what would not and why."""
    sheets = len({row.sheet for row in found.rows})
    yield f"Nguồn: {origin.title}, ngày {origin.date.day}/{origin.date.month}/{origin.date.year}. Nơi: {place}."
    yield f"Đọc được {len(found.rows)} dòng thủ tục ở {sheets} trang tính; kho có {len(difference.names)} thủ tục trong số đó."
    if found.sheets_without_table:
        yield f"Trang không có bảng thủ tục: {', '.join(found.sheets_without_table)}."
    procedures = len({change.code for change in difference.changes})
    yield ""
    yield f"{len(difference.changes)} thay đổi ở {procedures} thủ tục:" if difference.changes else "Không có gì thay đổi."
    for change in difference.changes:
        yield f"  {sentence(change, difference.names[change.code])}"
    if difference.same:
        yield f"{difference.same} điều bảng nói giống kho."
    yield from _listed("điều không ghi, để nguyên văn cho bạn xem", list(_refused(difference)))
    yield from _listed("chỗ bảng tự mâu thuẫn, không ghi", difference.conflicts)
    yield from _listed("dòng đáng ngờ, không ghi", difference.doubtful)
    yield from _listed("dòng không có mã, không ghi", found.without_code)
    yield from _listed("mã kho chưa có", list(dict.fromkeys(difference.strangers)))


def sentence(change: Change, name: str) -> str:
    """`Đăng ký khai sinh (1.001193): mức trực tuyến chưa rõ → toàn trình`."""
    case = f", trường hợp «{change.case}»" if change.case not in ("", ALL_CASES) else ""
    before, after = (text.replace("\n", "; ") for text in (change.before, change.after))
    if change.aspect == "notes":
        return f"{name} ({change.code}): thêm ghi chú «{after}»"
    return f"{name} ({change.code}){case}: {ASPECTS[change.aspect]} {before} → {after}"


def _refused(difference: Difference) -> Iterator[str]:
    """One line for each; the same words about many procedures are told once."""
    alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in difference.not_taken:
        alike[each.aspect, each.words, each.why].append(f"{difference.names[each.code]} ({each.code})")
    for (aspect, words, why), about in alike.items():
        who = about[0] if len(about) == 1 else f"{about[0]} và {len(about) - 1} thủ tục nữa"
        yield f"{who}, {ASPECTS[aspect]}: «{words}» – {why}"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{len(lines)} {title}:"
        yield from (f"  {line}" for line in lines[:SHOWN])
        if len(lines) > SHOWN:
            yield f"  … và {len(lines) - SHOWN} điều nữa."

"""What a cell says: a time, fees, a level, a code. A cell that is not understood whole is not understood: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from app.catalog.content import Channel, Fee, FeeStatus, OnlineLevel, ProcessingTime, TimeUnit
from app.catalog.importing.headers import fold
from app.catalog.sheets import sheets

MAX_CELL = 2000
Model = TypeVar("Model", ProcessingTime, Fee)

CODE = re.compile(r"(\d\.\d{6})(?:\.000\.00\.00)?(?:\.H\d{1,2})?", re.IGNORECASE)
NUMBER = re.compile(r"(\d)[.,](\d{1,6})")  # a spreadsheet took the code for a number: no zeros at its end, or a comma
SPELLED_OUT = re.compile(r"(\d)\s*\([^()\d]{2,20}\)(?=\s)")  # 03 (ba) ngày
DASHES = re.compile(r"^[\s\-–—+•*]+")
BASIS = re.compile(r"\s*\[căn cứ: (?P<basis>.+)\]$", re.DOTALL)
NOTE = re.compile(r"\s*\((?P<note>.+)\)$", re.DOTALL)
LAW = re.compile(r"(?:Luật|Nghị định|Nghị quyết|Thông tư|Quyết định|Pháp lệnh)\s[^.;]*\d+[^.;]*", re.IGNORECASE)

# Folded texts, see `fold`.
_LIMIT = r"(?:(?:trong thoi han|trong vong|toi da|khong qua|toi da khong qua|cham nhat|la|thoi han)\s)*"
_COUNTED = r"(?:\s(?:ke tu|sau khi|tinh tu) (?:(?!truong hop|neu |tru |\d).)*)?"
_TIME = re.compile(rf"{_LIMIT}(?P<value>\d{{1,3}})\s(?P<unit>ngay lam viec|ngay|gio lam viec|gio|thang){_COUNTED}")
_SAME_DAY = re.compile(rf"(?:(?:giai quyet|tra ket qua)\s)?(?:ngay\s)?trong (?:ngay lam viec|ngay|buoi lam viec){_COUNTED}")
_UNITS = {
    "ngay lam viec": TimeUnit.WORKING_DAY,
    "ngay": TimeUnit.DAY,
    "gio": TimeUnit.HOUR,
    "gio lam viec": TimeUnit.HOUR,
    "thang": TimeUnit.MONTH,
}
_AMOUNT = re.compile(
    r"(?:(?:phí|lệ phí|mức thu)\s*:?\s*)?(?P<amount>\d{1,3}(?:[. ,]\d{3})+|\d{1,9})\s*(?:đồng|đ|vnđ|vnd)\b\s*(?:(?:/|một\s|mỗi\s)\s*(?P<per>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_BARE_AMOUNT = re.compile(r"\d{1,3}(?:[. ,]\d{3})+|\d{4,9}")
_FREE = {"mien phi", "mien le phi", "khong thu phi", "khong thu le phi", "khong thu phi le phi", "khong thu"}
_BY_PROVINCE = re.compile(r".*\b(?:hoi dong nhan dan|hdnd)\b.*")
_BY_REGULATION = re.compile(
    r"(?:co |thu |thuc hien )?theo quy dinh(?: rieng| hien hanh| cua phap luat)?|theo (?:thong tu|nghi dinh|luat|bieu phi)\b.*"
)
_MARK = {"x", "co", "v", "1", "✓", "✔"}


def code_of(cell: str) -> tuple[str | None, bool]:
    """The code in a cell (without the suffix of the province), and whether zeros at its end had to be guessed."""
    text = cell.strip().strip("'\"")
    whole = CODE.fullmatch(text)
    if whole:
        return whole[1], False
    number = NUMBER.fullmatch(text)
    return (f"{number[1]}.{number[2]:0<6}", True) if number else (None, False)


def time_of(cell: str, heading: str = "") -> tuple[ProcessingTime, ...] | None:
    """The processing times of a cell; None when it says anything else too. A bare number counts in the unit of the heading."""
    found = []
    for channel, line in _lines(cell):
        words, note = _apart(NOTE, SPELLED_OUT.sub(r"\1", line), "note")
        time = _time(fold(words), fold(heading), note)
        if time is None:
            return None
        found.append(time.model_copy(update={"channel": channel}))
    return tuple(found) or None


def _time(words: str, heading: str, note: str | None) -> ProcessingTime | None:
    if _SAME_DAY.fullmatch(words):
        return _valid(ProcessingTime, value=1, unit=TimeUnit.SAME_WORKING_DAY, note=note)
    hit = _TIME.fullmatch(words)
    if hit:
        if note and re.fullmatch(r"(?:tinh theo |la )?(?:ngay |gio )?lam viec", fold(note)):
            return None  # 15 ngày (ngày làm việc): a unit in brackets is not the one that is written
        if hit["unit"] == "gio lam viec":
            note = note or "Tính theo giờ làm việc."
        return _valid(ProcessingTime, value=int(hit["value"]), unit=_UNITS[hit["unit"]], note=note) if int(hit["value"]) else None
    unit = next((unit for unit in ("ngay lam viec", "gio lam viec", "thang", "gio") if re.search(rf"\b{unit}\b", heading)), None)
    if unit and re.fullmatch(r"\d{1,3}", words) and int(words):
        return _valid(ProcessingTime, value=int(words), unit=_UNITS[unit], note=note)
    return None


def fees_of(cell: str, heading: str = "") -> tuple[Fee, ...] | None:
    """The fees of a cell; None when a part is not understood. `Không` and 0 alone are `unknown`, with the words kept."""
    found = []
    for channel, line in _lines(cell):
        rest, basis = _apart(BASIS, line, "basis")
        words, note = _apart(NOTE, rest, "note")
        fee = _fee(words, heading, note, basis)
        if fee is None:
            return None
        found.append(fee.model_copy(update={"channel": channel}))
    return tuple(found) or None


def _fee(words: str, heading: str, note: str | None, basis: str | None) -> Fee | None:
    text, folded = words.strip(" ."), fold(words)
    hit = _AMOUNT.fullmatch(text)
    number = hit["amount"] if hit else text if "dong" in fold(heading) and _BARE_AMOUNT.fullmatch(text) else None
    if number is not None:
        amount = int(re.sub(r"\D", "", number))
        per = hit["per"].strip() if hit and hit["per"] else None
        return _valid(Fee, status=FeeStatus.AMOUNT, amount=amount, per=per, note=note, basis=basis) if amount else _in_words(words)
    law = LAW.search(f"{words} {note or ''}")
    if folded in _FREE or re.sub(r" theo (?:luat|nghi|thong|quyet|phap).*", "", folded) in _FREE:
        basis = basis or (law[0].strip(" )") if law else None)
        return _valid(Fee, status=FeeStatus.FREE, note=note, basis=basis) if basis else _in_words(words)
    if _BY_PROVINCE.fullmatch(folded):
        return _valid(Fee, status=FeeStatus.BY_PROVINCE, note=note, basis=basis or (law[0].strip() if law else None))
    if _BY_REGULATION.fullmatch(folded):
        return _valid(Fee, status=FeeStatus.BY_REGULATION, note=note, basis=basis or (law[0].strip() if law else None))
    if folded in {"khong", "khong co", "0", "0 dong", "khong quy dinh", "chua ro"}:
        if folded == "chua ro" and note:  # our own export says so, and why
            return _valid(Fee, status=FeeStatus.UNKNOWN, note=note, basis=basis)
        return _in_words(words)
    return None


def _in_words(words: str) -> Fee:
    return Fee(status=FeeStatus.UNKNOWN, note=f"Bảng công bố ghi «{words.strip()}», bạn hỏi lại bộ phận một cửa.")


def level_of(cell: str, full: str = "", partial: str = "") -> OnlineLevel | None:
    """The online level of a cell, or of a mark (x) in one of the columns `Toàn trình` and `Một phần`; None when not said."""
    if re.search(r"-\s*\d", cell):
        return None  # a sign that folding would lose
    marks = [level for level, mark in ((OnlineLevel.FULL, full), (OnlineLevel.PARTIAL, partial)) if fold(mark) in _MARK or mark in _MARK]
    if len(marks) == 1 and not cell:
        return marks[0]
    if marks:
        return None
    folded = fold(cell)
    return next((level for level, words in sheets().level_words.items() if folded in map(fold, words)), None)


def _lines(cell: str) -> Iterator[tuple[Channel, str]]:
    """The parts of a cell, each with its way of filing: by line, by semicolon outside of brackets, by `Trực tuyến:` before it."""
    if len(cell) > MAX_CELL:
        yield Channel.ANY, "…"  # nothing that could be read whole
        return
    for part in re.split(r"\n|;(?![^(\[]*[)\]])", cell.removeprefix("'")):
        line = DASHES.sub("", part).strip()
        if not line:
            continue
        before, colon, after = line.partition(":")
        ways = (way for way, words in sheets().channel_words.items() if colon and fold(before) in map(fold, words))
        channel = next(ways, None)
        yield (channel, after.strip()) if channel else (Channel.ANY, line)


def _apart(pattern: re.Pattern[str], text: str, name: str) -> tuple[str, str | None]:
    """The text without what the pattern finds at its end, and that."""
    hit = pattern.search(text)
    return (text[: hit.start()], hit[name].strip()) if hit else (text, None)


def _valid(model: type[Model], **values: object) -> Model | None:
    """The fact, or None when the content model refuses it (a note of one letter, an amount of a milliard)."""
    note = values.get("note")
    if isinstance(note, str):
        values["note"] = note[:1].upper() + note[1:]
    try:
        return model.model_validate(values)
    except ValidationError:
        return None

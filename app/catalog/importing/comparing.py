"""What a table would change: compared with the catalog as it is in that place, said in sentences, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rapidfuzz import fuzz

from app.catalog.content import UNKNOWN, Case, Fee, FeeStatus, OnlineLevel, Procedure, ProcessingTime, TimeUnit
from app.catalog.importing.headers import fold
from app.catalog.importing.rows import Found, Row
from app.catalog.importing.values import fees_of, level_of, time_of
from app.catalog.sheets import fees_cell, sheets, time_cell

Times: TypeAlias = tuple[ProcessingTime, ...]
Fees: TypeAlias = tuple[Fee, ...]
Value: TypeAlias = OnlineLevel | Times | Fees | str
ALL_CASES = "*"
SAME_NAME = 55  # of 100, whichever of our two names is nearer: below, code and name do not belong together
ASPECTS = {"level": "mức trực tuyến", "time": "thời hạn", "fees": "phí", "where": "nơi nộp", "notes": "ghi chú"}
# Remarks from one office to another, no advice to a citizen.
OFFICE_REMARKS = ("moi ban hanh", "sua doi", "bo sung", "thay the", "bai bo", "quyet dinh so", "cong bo", "qd ubnd", "phi dia gioi")
KNOWS = {FeeStatus.UNKNOWN: 0, FeeStatus.BY_REGULATION: 1, FeeStatus.BY_PROVINCE: 1, FeeStatus.FREE: 2, FeeStatus.AMOUNT: 2}


@dataclass(frozen=True)
class Change:
    """One fact that the table says differently. `case` is ALL_CASES or the id of one; empty for what belongs to no case."""

    code: str
    case: str
    aspect: str
    before: str
    value: Value
    after: str


@dataclass(frozen=True)
class Refused:
    """Words of the table that are not written, and why."""

    code: str
    aspect: str
    words: str
    why: str


@dataclass
class Difference:
    """All that a table says, sorted by what can be done with it. The lists of texts are lines for the reader."""

    names: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    not_taken: list[Refused] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    same: int = 0


def compare(found: Found, procedures: Mapping[str, Procedure]) -> Difference:
    """The difference between the rows and the procedures (with the local layer laid over them)."""
    result = Difference(doubtful=list(found.doubtful_codes))
    said: dict[tuple[str, str, str], list[tuple[Row, Change | None]]] = defaultdict(list)
    for row in found.rows:
        procedure = procedures.get(row.code)
        if procedure is None and row.guessed_code:
            result.doubtful.append(f"trang «{row.sheet}», dòng {row.number}: «{row.cell('code')}»")
        elif procedure is None:
            name = row.cell("name").split("\n")[0][:70]
            result.strangers.append(row.code + (f" ({name})" if name else ""))
        elif _belongs(row, procedure, result):
            result.names[row.code] = procedure.name
            for key, change in _Reader(row, procedure, result).changes():
                said[row.code, *key].append((row, change))
    for (code, _, aspect), each in said.items():
        values = {change.value if change else None for _, change in each}
        if len(values) == 1:
            change = each[0][1]
            result.changes += [change] if change else []
            result.same += not change
        else:
            rows = ", ".join(f"dòng {row.number}" for row, _ in each)
            told = " / ".join(dict.fromkeys(f"«{one_line(change.after) if change else 'như hiện có'}»" for _, change in each))
            result.conflicts.append(f"{result.names[code]} ({code}), {ASPECTS[aspect]}: {rows} nói khác nhau: {told}")
    return result


def _belongs(row: Row, procedure: Procedure, result: Difference) -> bool:
    """Whether the name in the row can be the name of this procedure; a row whose code was guessed must have one."""
    told = fold(row.cell("name"))
    alike = (
        max((fuzz.token_set_ratio(told, fold(name)) for name in (procedure.official_name, procedure.name)), default=0.0) if told else 0.0
    )
    if (told and alike < SAME_NAME) or (row.guessed_code and alike < SAME_NAME + 25):
        shown = row.cell("name").split("\n")[0][:60]
        result.doubtful.append(f"trang «{row.sheet}», dòng {row.number}: mã {row.code} ở đây là «{procedure.name}», bảng ghi «{shown}»")
        return False
    if row.cell("case_id") and row.cell("case_id") not in {case.id for case in procedure.cases}:
        result.doubtful.append(f"trang «{row.sheet}», dòng {row.number}: {row.code} không có trường hợp «{row.cell('case_id')[:40]}»")
        return False
    return True


class _Reader:
    """Reads one row against its procedure."""

    def __init__(self, row: Row, procedure: Procedure, result: Difference) -> None:
        self._row, self._procedure, self._result = row, procedure, result

    def changes(self) -> Iterable[tuple[tuple[str, str], Change | None]]:
        """What the row says: (case, aspect) and the change, or None when it says what we have."""
        yield from self._level()
        yield from self._by_case("time", time_of, time_cell, lambda case: case.time)
        yield from self._by_case("fees", fees_of, fees_cell, lambda case: case.fees)
        yield from self._sentence("where", [str(self._procedure.where)])
        yield from self._sentence("notes", [str(note) for note in self._procedure.notes])

    def _level(self) -> Iterable[tuple[tuple[str, str], Change | None]]:
        cell, full, partial = (self._row.cell(name) for name in ("level", "level_full", "level_partial"))
        if not (cell or full or partial):
            return
        level, now = level_of(cell, full, partial), self._procedure.online.level
        if level is None:
            if fold(full) not in ("", "khong") or fold(partial) not in ("", "khong") or cell:
                self._refuse("level", cell or f"toàn trình: {full or '–'}, một phần: {partial or '–'}", "không hiểu")
            return
        words = {**sheets().levels, OnlineLevel.UNKNOWN: "chưa rõ"}
        change = Change(self._row.code, "", "level", words[now].casefold(), level, words[level].casefold())
        yield ("", "level"), None if level is now else change

    def _by_case(
        self,
        aspect: str,
        read: Callable[[str, str], Times | Fees | None],
        show: Callable[..., str],
        now: Callable[[Case], Times | Fees | str],
    ) -> Iterable[tuple[tuple[str, str], Change | None]]:
        cell, case_id = self._row.cell(aspect), self._row.cell("case_id")
        cases = [case for case in self._procedure.cases if case_id in ("", case.id)]
        if not cell:
            return
        where = case_id if len(self._procedure.cases) > 1 and case_id else ALL_CASES
        if all(fold(cell) == fold(show(now(case))) and cell.count("\n") == show(now(case)).count("\n") for case in cases):
            yield (where, aspect), None
            return
        value = read(cell, self._row.labels.get(aspect, ""))
        if value is None:
            self._refuse(aspect, cell, "không hiểu hết")
            return
        if all(_means_the_same(value, now(case)) for case in cases):
            yield (where, aspect), None
            return
        before = {show(now(case)) for case in cases}
        if len(before) > 1:
            self._refuse(aspect, cell, f"thủ tục có {len(cases)} trường hợp khác nhau mà bảng chỉ nói một; sửa tay")
            return
        if any(_knows_less(value, now(case)) for case in cases):
            self._refuse(aspect, cell, f"kém rõ hơn điều đang có («{one_line(before.pop())}»)")
            return
        yield (where, aspect), Change(self._row.code, where, aspect, before.pop() or "chưa rõ", value, show(value))

    def _sentence(self, aspect: str, now: list[str]) -> Iterable[tuple[tuple[str, str], Change | None]]:
        cell = " ".join(self._row.cell(aspect).removeprefix("'").split())
        if not cell:
            return
        known = fold(" ".join(now))
        if fold(cell) == known or fold(cell) in map(fold, now):
            yield ("", aspect), None
            return
        before = "" if aspect == "notes" else one_line(" ".join(now))
        if aspect == "notes":
            # A cell of our own export holds all notes, one a line: only what is new in it is a change.
            new = [line for line in self._row.cell(aspect).removeprefix("'").split("\n") if fold(line) not in map(fold, now)]
            cell = " ".join(new)
        if not 5 <= len(cell) <= 400:  # what the content model allows of a sentence
            self._refuse(aspect, cell, "quá ngắn hoặc quá dài")
        elif aspect == "notes" and any(remark in fold(cell) for remark in OFFICE_REMARKS):
            self._refuse(aspect, cell, "lời ghi của cơ quan, không phải lời cho người dân")
        elif aspect == "where" and not any(sign.isdigit() for sign in cell):
            self._refuse(aspect, cell, "không có địa chỉ cụ thể")
        else:
            yield ("", aspect), Change(self._row.code, "", aspect, before, cell, cell)

    def _refuse(self, aspect: str, words: str, why: str) -> None:
        self._result.not_taken.append(Refused(self._row.code, aspect, one_line(words), why))


def _means_the_same(value: Times | Fees, now: Times | Fees | str) -> bool:
    """The same amounts or times; notes, bases and sources aside. A value for all ways of filing equals the same for each."""
    if isinstance(now, str):
        return False
    if all(each.channel == "any" for each in value):
        return {_kernel(each) for each in value} == {_kernel(each) for each in now}
    return {(each.channel, _kernel(each)) for each in value} == {(each.channel, _kernel(each)) for each in now}


def _kernel(fact: ProcessingTime | Fee) -> tuple[object, ...]:
    if isinstance(fact, ProcessingTime):
        return (1 if fact.unit is TimeUnit.SAME_WORKING_DAY else fact.value, fact.unit)
    return (fact.status, fact.amount)


def _knows_less(value: Times | Fees, now: Times | Fees | str) -> bool:
    """A vaguer word (`theo quy định`, `không`) than what is already known."""
    if now == UNKNOWN or isinstance(now, str):
        return False
    told = [KNOWS[fee.status] for fee in value if isinstance(fee, Fee)]
    known = [KNOWS[fee.status] for fee in now if isinstance(fee, Fee)]
    return bool(told) and bool(known) and min(told) < max(known)


def one_line(text: str) -> str:
    """For the reader: one line, not too long."""
    line = "; ".join(filter(None, (part.strip() for part in text.split("\n"))))
    return line if len(line) <= 160 else f"{line[:159]}…"

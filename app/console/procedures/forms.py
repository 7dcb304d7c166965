"""What an official types about a local fact, and the proposal that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from app.catalog.content import Channel, Fee, FeeStatus, Online, OnlineLevel, Procedure, ProcessingTime, TimeUnit
from app.console.forms import Errors
from app.local.differences import words
from app.local.schemas import ALL_CASES, MOST_LINES, OF_A_CASE, FactField, Proposal
from app.understanding.text import clean

ROWS = range(1, MOST_LINES + 1)
FEE_PARTS = ("channel", "status", "amount", "per", "note", "basis")
TIME_PARTS = ("channel", "value", "unit", "note")
SOURCE = ("source_title", "source_kind", "source_url", "source_date", "remark")
LONGEST, LINE = 2_000, 400  # letters of a field as sent; of a line
DEAREST, LONGEST_TIME = 100_000_000, 400


def names_of(field: FactField) -> list[str]:
    """Names of the form's fields."""
    own: dict[FactField, list[str]] = {
        FactField.ONLINE: ["level", "basis"],
        FactField.WHERE: ["text"],
        FactField.NOTE: ["text"],
        FactField.FEES: [f"{part}_{row}" for row in ROWS for part in FEE_PARTS],
        FactField.TIME: [f"{part}_{row}" for row in ROWS for part in TIME_PARTS],
    }
    return ["case_id", *own[field], *SOURCE]


def typed_of(procedure: Procedure, field: FactField, case_id: str) -> dict[str, str]:
    """What the form begins with: what citizens read now."""
    typed = dict.fromkeys(names_of(field), "") | {"case_id": case_id, "source_kind": "notice"}
    case = procedure.case(case_id)
    if field is FactField.ONLINE:
        typed |= {"level": procedure.online.level, "basis": ""}
    elif field is FactField.WHERE:
        typed["text"] = procedure.where.text
    elif field is FactField.FEES and not isinstance(case.fees, str):
        for row, fee in zip(ROWS, case.fees, strict=False):
            typed |= {f"{part}_{row}": _typed(getattr(fee, part)) for part in FEE_PARTS}
    elif field is FactField.TIME and not isinstance(case.time, str):
        for row, time in zip(ROWS, case.time, strict=False):
            typed |= {f"{part}_{row}": _typed(getattr(time, part)) for part in TIME_PARTS}
    return typed


def read(procedure: Procedure, field: FactField, typed: Mapping[str, str], place: str) -> tuple[Proposal | None, Errors]:
    """The proposal, or what is wrong by field."""
    errors = Errors()
    typed = {name: clean(typed.get(name, "")) for name in names_of(field)}
    case_id = typed["case_id"] if field in OF_A_CASE else ALL_CASES
    if case_id != ALL_CASES and case_id not in {case.id for case in procedure.cases}:
        errors["case_id"] = words()["problems"]["case"]
    value = _VALUES[field](typed, errors, place)
    for name in ("source_title", "source_date"):
        if not typed[name]:
            errors[name] = words()["problems"][name]
    if typed["source_url"] and not typed["source_url"].startswith("https://"):
        errors["source_url"] = words()["problems"]["source_url"]
    if errors:
        return None, errors
    try:
        return Proposal(
            code=procedure.code,
            case_id=case_id,
            field=field,
            value=value,
            source_title=typed["source_title"],
            source_kind=typed["source_kind"],
            source_url=typed["source_url"],
            source_date=typed["source_date"],
            note=typed["remark"],
        ), errors
    except ValidationError as error:
        for each in error.errors():
            if each["loc"]:
                name = {"note": "remark"}.get(str(each["loc"][0]), str(each["loc"][0]))
                errors[name if name in typed else ""] = words()["problems"].get(name, words()["problems"]["wrong"])
            else:  # a sentence of Proposal's own
                errors[""] = str(each.get("ctx", {}).get("error", words()["problems"]["wrong"]))
        return None, errors


def _typed(value: Any) -> str:
    return "" if value is None else str(value)


def _text(typed: Mapping[str, str], errors: Errors, place: str) -> Any:
    del place
    if not 5 <= len(typed["text"]) <= 400:
        errors["text"] = words()["problems"]["text"]
    return {"text": typed["text"]}


def _online(typed: Mapping[str, str], errors: Errors, place: str) -> Any:
    if typed["level"] not in set(OnlineLevel) - {OnlineLevel.UNKNOWN}:
        errors["level"] = words()["problems"]["level"]
    if not 2 <= len(typed["basis"]) <= 600:
        errors["basis"] = words()["problems"]["level_basis"]
    return None if errors else Online(level=OnlineLevel(typed["level"]), basis=typed["basis"], place=place).model_dump(mode="json")


def _lines(
    typed: Mapping[str, str],
    errors: Errors,
    parts: tuple[str, ...],
    begins: tuple[str, str],
    wrong: Callable[[dict[str, str]], tuple[str, str] | None],
    model: type[Fee | ProcessingTime],
) -> list[Any]:
    """The lines that say something in one of the fields `begins`. `wrong` puts a line right as far as that is sure."""
    found: list[Any] = []
    seen: set[tuple[str, str]] = set()  # two of one way of filing are told apart by their notes
    for row in ROWS:
        part = {name: typed[f"{name}_{row}"] for name in parts}
        if not any(part[name] for name in begins):
            continue
        problem = ("channel", "twice") if (part["channel"], part["note"]) in seen else wrong(part)
        if problem is not None:
            errors[f"{problem[0]}_{row}"] = words()["problems"][problem[1]]
            continue
        found.append(model.model_validate({name: value for name, value in part.items() if value}).model_dump(mode="json"))
        seen.add((part["channel"], part["note"]))
    if not found and not errors:
        name, missing = wrong(dict.fromkeys(parts, "")) or begins
        errors[f"{name}_1"] = words()["problems"][missing]
    return found


def _fees(typed: Mapping[str, str], errors: Errors, place: str) -> Any:
    del place
    return _lines(typed, errors, FEE_PARTS, ("status", "amount"), _wrong_fee, Fee)


def _wrong_fee(part: dict[str, str]) -> tuple[str, str] | None:
    """The field and the problem of one line, None when it is right."""
    is_amount = part["status"] == FeeStatus.AMOUNT
    part["amount"] = part["amount"].replace(".", "").replace(" ", "").removesuffix("đ").removesuffix("đồng") if is_amount else ""
    if part["channel"] not in set(Channel) or part["status"] not in set(FeeStatus) - {FeeStatus.UNKNOWN}:
        return "status", "fee_status"
    if is_amount:
        number = int(part["amount"]) if re.fullmatch(r"[0-9]{1,9}", part["amount"]) else -1
        if number == 0:
            return "amount", "zero"
        if not 1 <= number <= DEAREST:
            return "amount", "amount"
    if part["status"] == FeeStatus.FREE and not part["basis"]:
        return "basis", "free_basis"
    return _wrong_length(part, (("per", 2), ("note", 5), ("basis", 2)))


def _wrong_length(part: Mapping[str, str], least: Iterable[tuple[str, int]]) -> tuple[str, str] | None:
    for name, shortest in least:
        if len(part[name]) > LINE:
            return name, "long"
        if part[name] and len(part[name]) < shortest:
            return name, "short"
    return None


def _times(typed: Mapping[str, str], errors: Errors, place: str) -> Any:
    del place
    return _lines(typed, errors, TIME_PARTS, ("unit", "value"), _wrong_time, ProcessingTime)


def _wrong_time(part: dict[str, str]) -> tuple[str, str] | None:
    part["value"] = "1" if part["unit"] == TimeUnit.SAME_WORKING_DAY else part["value"]
    if part["channel"] not in set(Channel) or part["unit"] not in set(TimeUnit):
        return "unit", "unit"
    if not re.fullmatch(r"[0-9]{1,3}", part["value"]) or not 1 <= int(part["value"]) <= LONGEST_TIME:
        return "value", "value"
    return _wrong_length(part, (("note", 5),))


_VALUES = {FactField.ONLINE: _online, FactField.WHERE: _text, FactField.NOTE: _text, FactField.FEES: _fees, FactField.TIME: _times}

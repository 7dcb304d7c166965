"""What a change of the profile changes, in sentences: «Giờ mở cửa thứ Hai: 7:30–11:30 → 7:00–11:30»."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.catalog.yaml_loader import read_document
from app.commune import WEEKDAYS, CommuneProfile, Shift


@functools.cache
def words() -> Mapping[str, Any]:
    """The words of this part, from words.yaml."""
    data: Mapping[str, Any] = read_document(Path(__file__).parent / "words.yaml").data
    return data


def differences(before: CommuneProfile, after: CommuneProfile) -> dict[str, list[str]]:
    """Sentences by the field that changed; nothing for a field that stays."""
    found = {name: list(_field(name, getattr(before, name), getattr(after, name))) for name in words()["fields"]}
    return {name: sentences for name, sentences in found.items() if sentences}


def shifts_in_words(shifts: Sequence[Shift]) -> str:
    """`7:30–11:30 và 13:30–17:30`, or that it is closed."""
    said = (f"{each.opens.hour}:{each.opens.minute:02d}–{each.closes.hour}:{each.closes.minute:02d}" for each in shifts)
    return " và ".join(said) or words()["closed"]


def _field(name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    label = words()["fields"][name]
    if name == "hours":
        for day in WEEKDAYS:
            yield from _one(f"{label} {words()['weekdays'][day]}", *(shifts_in_words(each.get(day, ())) for each in (before, after)))
    elif name == "sunday":
        for part, own in words()["sunday"].items():
            old, new = (getattr(each, part, None) for each in (before, after))
            said = shifts_in_words if part == "hours" else _plain
            yield from _one(own, said(old or ()), said(new or ()))
    elif isinstance(before, tuple):
        yield from _list(label, [_item(each) for each in before], [_item(each) for each in after])
    else:
        yield from _one(label, _plain(before), _plain(after))


def _one(name: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield words()["changed"].format(name=name, before=before, after=after)


def _list(name: str, before: list[str], after: list[str]) -> Iterator[str]:
    gone, new = [each for each in before if each not in after], [each for each in after if each not in before]
    if len(gone) == len(new) == 1:
        yield words()["changed"].format(name=name, before=f"«{gone[0]}»", after=f"«{new[0]}»")
        return
    yield from (words()["removed"].format(name=name, before=each) for each in gone)
    yield from (words()["added"].format(name=name, after=each) for each in new)
    if not gone and not new:
        yield words()["reordered"].format(name=name)


def _item(item: Any) -> str:
    return " – ".join(str(value) for value in item.model_dump().values())


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        value = ", ".join(f"{day.day}/{day.month}/{day.year}" for day in value)
    return str(value) if value else words()["nothing"]

"""Which residential group people mean, and lists of them as officials paste them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.subscribers.groups import LINES, meant, number_of, read_pasted, tidy_aliases


@dataclass
class Group:
    id: int
    name: str
    number: str = ""
    aliases: list[str] = field(default_factory=list)


def _groups(*names: str) -> list[Group]:
    return [Group(number, name, number_of(name)) for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Tổ 12", "12"),
        ("Tổ dân phố số 5", "5"),
        ("Khu phố 3B", "3b"),
        ("TDP 07", "7"),
        ("Thôn Phú Hạ", ""),
        ("12", ""),
        ("Thôn 2 Phú Hạ", ""),
    ],
)
def test_the_number_of_a_name(name: str, number: str) -> None:
    assert number_of(name) == number


@pytest.mark.parametrize(
    ("text", "answering", "found"),
    [
        ("nhận tin tổ 12", False, ["Tổ 12"]),
        ("nhan tin TDP so 12", False, ["Tổ 12"]),
        ("tổ 1", False, ["Tổ 1"]),
        ("12", True, ["Tổ 12"]),
        ("12", False, []),
        ("số 12", True, ["Tổ 12"]),
        ("tổ 012", True, ["Tổ 12"]),
        ("tổ 121", True, []),
        ("thôn 12", True, ["Tổ 12"]),
        ("thôn Phú Hạ", False, ["Thôn Phú Hạ"]),
        ("phu ha", True, ["Thôn Phú Hạ"]),
        ("nhận tin phú hạ", False, []),
        ("đông", True, ["Thôn Đông"]),
        ("đồng ý", True, []),
        ("xóm chùa", True, ["Thôn Phú Hạ"]),
        ("", True, []),
        ("😀", True, []),
    ],
)
def test_groups_are_found_in_what_people_write(text: str, answering: bool, found: list[str]) -> None:
    groups = _groups("Tổ 1", "Tổ 12", "Thôn Phú Hạ", "Thôn Đông")
    groups[2].aliases = ["Xóm Chùa"]
    assert [group.name for group in meant(groups, text, answering=answering)] == found


def test_one_number_of_two_kinds_is_told_by_the_kind_or_asked() -> None:
    groups = _groups("Tổ 3", "Thôn 3")
    assert [group.name for group in meant(groups, "thôn 3", answering=False)] == ["Thôn 3"]
    assert [group.name for group in meant(groups, "tdp 3", answering=False)] == ["Tổ 3"]
    assert len(meant(groups, "3", answering=True)) == 2
    assert len(meant(groups, "khối 3", answering=True)) == 2


def test_a_pasted_list_is_read_line_by_line() -> None:
    text = "Tổ 1\n  tổ 2 \n3\n1. Thôn Phú Hạ; Phú Hạ, xóm Chùa\nKhu phố 4\tKP4\n\nTổ 1\nTỔ  2\n😀\n" + "x" * 100 + "\nTổ 9"
    pasted = read_pasted(text, ["Tổ 9"])
    assert pasted.new == [("Tổ 1", []), ("Tổ 2", []), ("Tổ 3", []), ("Thôn Phú Hạ", ["Phú Hạ", "Xóm Chùa"]), ("Khu phố 4", ["KP4"])]
    assert pasted.known == ["Tổ 1", "TỔ 2", "Tổ 9"]
    assert len(pasted.wrong) == 2


def test_a_huge_list_is_cut() -> None:
    assert len(read_pasted("\n".join(f"Tổ {number}a" for number in range(LINES * 3)), []).new) <= LINES
    assert tidy_aliases(" , ;; a1, A1 ,😀,  ") == ["A1"]

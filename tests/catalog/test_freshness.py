"""What to verify next: what is asked much, checked long ago, unknown, or about to change comes first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app.catalog.content import Procedure
from app.catalog.freshness import due, table
from tests.catalog.small_catalog import case, procedure

TODAY = dt.date(2026, 11, 22)


def _procedure(code: str = "1.000001", days_ago: int = 0, **more: Any) -> Procedure:
    data = procedure(code, checked_on=(TODAY - dt.timedelta(days=days_ago)).isoformat())
    return Procedure.model_validate(data | more)


def _order(procedures: list[Procedure], used: dict[str, int] | None = None) -> list[str]:
    return [each.procedure.code for each in due(procedures, used or {}, TODAY)]


def test_of_equal_age_what_is_asked_more_comes_first() -> None:
    procedures = [_procedure("1.000001", 100), _procedure("1.000002", 100), _procedure("1.000003", 100)]
    assert _order(procedures, {"1.000003": 40, "1.000002": 2}) == ["1.000003", "1.000002", "1.000001"]


def test_when_nobody_knows_the_use_the_oldest_comes_first() -> None:
    procedures = [_procedure("1.000001", 10), _procedure("1.000002", 200), _procedure("1.000003", 100)]
    assert _order(procedures) == ["1.000002", "1.000003", "1.000001"]


def test_what_is_asked_seldom_comes_round_too() -> None:
    procedures = [_procedure("1.000001", 20), _procedure("1.000002", 200)]
    assert _order(procedures, {"1.000001": 1000, "1.000002": 5}) == ["1.000002", "1.000001"]


def test_the_marks_are_ninety_and_a_hundred_and_eighty_days() -> None:
    reasons = {}
    for days in (89, 90, 91, 180, 181):
        [line] = [line for line in table(due([_procedure(days_ago=days)], {}, TODAY), None).splitlines() if line.startswith("1.")]
        reasons[days] = line.split("  ")[-1]
    assert reasons == {
        89: "chưa cần",
        90: "chưa cần",
        91: "91 ngày chưa đối chiếu",
        180: "180 ngày chưa đối chiếu",
        181: "181 ngày chưa đối chiếu (quá cũ)",
    }


def test_unknown_facts_are_named_once_and_the_online_level_is_none_of_them() -> None:
    cases = [
        case(time="unknown"),
        case("hai", "Trường hợp hai", time="unknown", fees=[{"status": "unknown", "note": "Hỏi bộ phận một cửa."}]),
    ]
    [found] = due([_procedure(cases=cases, case_question="Bạn thuộc trường hợp nào?", steps="unknown")], {}, TODAY)
    assert found.unknown == ("thời hạn", "phí", "các bước")
    assert found.needed
    [whole] = due([_procedure()], {}, TODAY)
    assert (whole.unknown, whole.needed) == ((), False)


def test_a_day_ahead_in_the_text_is_a_change_ahead() -> None:
    notes = ["Mức giảm áp dụng từ 1/7/2026 đến hết 31/12/2026.", "Ngày 31/02/2027 không có thật."]
    [found] = due([_procedure(notes=notes)], {}, TODAY)
    assert found.changes == (dt.date(2026, 12, 31),)
    assert (found.soon, found.changed) == (True, False)
    assert "sắp tới mốc 31/12/2026" in table([found])
    [after] = due([_procedure(notes=notes)], {}, dt.date(2027, 1, 1))
    assert (after.soon, after.changed) == (False, True)
    assert "đã qua mốc ghi trong tệp: 31/12/2026" in table([after])
    [before] = due([_procedure(notes=notes)], {}, dt.date(2026, 7, 1))
    assert (before.soon, before.changed, before.needed) == (False, False, False)


def test_what_was_checked_after_the_day_needs_nothing_more() -> None:
    [found] = due([_procedure(days_ago=0, notes=["Áp dụng từ 1/7/2026."])], {}, TODAY)
    assert found.changes == ()


def test_days_that_people_say_are_no_changes() -> None:
    asks = {"plain": ["sau 31/12/2026 thì sao", "hai"]}
    assert due([_procedure(asks=asks)], {}, TODAY)[0].changes == ()


def test_a_change_comes_before_mere_age() -> None:
    assert _order([_procedure("1.000001", 100), _procedure("1.000002", 60, notes=["Đến hết 10/11/2026 thì thôi."])]) == [
        "1.000002",
        "1.000001",
    ]


def test_what_is_no_longer_in_use_is_not_verified() -> None:
    assert due([_procedure(days_ago=300, replaced_by="1.000002")], {}, TODAY) == []


def test_the_table_has_thirty_rows_at_most_unless_all_are_wanted() -> None:
    found = due([_procedure(f"1.{number:06}", 100) for number in range(40)] + [_procedure("2.000000")], {"1.000007": 3}, TODAY)
    short, whole = table(found).splitlines(), table(found, None).splitlines()
    assert (len(short), len(whole)) == (1 + 30 + 1, 1 + 41 + 1)
    assert short[1].split()[0] == "1.000007"
    assert (
        short[-1]
        == "40/41 thủ tục nên xem lại, trên đây là 30 thủ tục đầu (xem hết: --all) · quá 90 ngày chưa đối chiếu: 40, quá 180 ngày: 0."
    )


def test_nothing_to_do_is_one_line() -> None:
    assert table(due([_procedure()], {}, TODAY)) == "0/1 thủ tục nên xem lại · quá 90 ngày chưa đối chiếu: 0, quá 180 ngày: 0."
    assert table([]) == "0/0 thủ tục nên xem lại · quá 90 ngày chưa đối chiếu: 0, quá 180 ngày: 0."


def test_the_columns_stay_in_their_places() -> None:
    long = _procedure("1.000002", 91, name="Tên rất dài của một thủ tục " * 3)
    lines = table(due([_procedure(days_ago=91), long], {"1.000001": 12345}, TODAY)).splitlines()[:3]
    assert len({line.index(word) for line, word in zip(lines, ("đối chiếu", "23/08/2026", "23/08/2026"), strict=True)}) == 1

"""The ward's profile: the sample is whole, a broken one is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.yaml_loader import ContentError
from app.commune import as_counted, load_commune
from app.settings import ROOT

SAMPLE = ROOT / "procedures" / "commune.sample.yaml"


def test_the_sample_says_that_it_is_one() -> None:
    commune = load_commune(SAMPLE)
    assert commune.is_sample
    assert "mẫu" in commune.name
    assert commune.sunday is not None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rule: FREQ=MONTHLY;BYDAY=1SU", "rule: mỗi tháng một lần", "FREQ=MONTHLY"),
        ('opens: "7:30"', 'opens: "25:70"', "hours"),
        ('opens: "7:30"', 'opens: "23:30"', "Giờ mở (23:30) phải trước giờ nghỉ"),
        ("is_sample: true", "is_sample: có", "true hoặc false"),
        ('number: "0236 000 0000"', 'number: "gọi anh Ba"', "viết theo mẫu"),
    ],
)
def test_a_broken_profile_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = SAMPLE.read_text("utf-8")
    assert old in text
    path = tmp_path / "commune.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as error:
        load_commune(path)
    assert says in str(error.value)


def test_names_are_sorted_as_people_count() -> None:
    names = ["Thôn Lệ Sơn", "Tổ 11", "tổ 2B", "Tổ 2", "Thôn 2", "Cụm 3, tổ 10", "Cụm 3, tổ 9"]
    assert sorted(names, key=as_counted) == ["Tổ 2", "Thôn 2", "tổ 2B", "Cụm 3, tổ 9", "Cụm 3, tổ 10", "Tổ 11", "Thôn Lệ Sơn"]

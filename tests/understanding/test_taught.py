"""The questions that keepers taught (`gandan questions teach`) are answered with their procedures."""

from __future__ import annotations

from app.questions.teaching import TAUGHT, Line, misled, read_taught
from app.settings import ROOT
from app.understanding.reader import Reader


def test_every_taught_question_leads_where_it_was_taught_to(reader: Reader) -> None:
    assert misled(reader, read_taught(ROOT / TAUGHT)) == []


def test_a_question_that_leads_elsewhere_would_be_found(reader: Reader) -> None:
    right, wrong, unclear = Line("đăng ký kết hôn", "1.000894"), Line("đăng ký kết hôn", "1.001193"), Line("qwe rty uio", "1.001193")
    assert misled(reader, [right, wrong, unclear]) == [wrong, unclear]

"""What is advised in a danger fits that danger: a scald is no flood, a telephone no wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.assistant import replies
from app.assistant.advice import advice_for
from app.catalog.yaml_loader import read_document

ADVICES: list[Any] = read_document(Path(replies.__file__).parent / "templates" / "replies.yaml").data["emergency"]["advice"]


@pytest.mark.parametrize(
    ("said", "advised"),
    [
        ("nước dâng lên tới nóc rồi", "Lên chỗ cao nhất"),
        ("nuoc vay tu phia, ca nha con o trong", "Lên chỗ cao nhất"),
        ("dây điện đứt nằm giữa đường", "báo điện lực"),
        ("điện đứt dây trước nhà", "báo điện lực"),
        ("đi rẫy thấy quả đạn cối", "Đừng đụng vào"),
        ("đất sau nhà sụt từng mảng", "Ra khỏi nhà ngay"),
        ("vợ em đau bụng đẻ, đường ngập hết", "gọi 115"),
    ],
)
def test_the_danger_at_hand_has_its_advice(said: str, advised: str) -> None:
    [found] = advice_for(said, ADVICES)
    assert advised in found


@pytest.mark.parametrize(
    "said",
    [
        "con em bị nước sôi đổ lên tay",
        "bé uống nhầm nước tẩy, nước miếng tràn ra",
        "cháu nhảy xuống giếng nhặt điện thoại rơi",
        "bà bị té, dây truyền nước rớt ra chảy máu",
        "con em đuối nước, đưa lên bờ rồi không thở",
        "hàng xóm bị rắn cắn ngoài ruộng ngập nước",
        "chau bi bong nuoc len da",
        "bom xăng ném vô nhà",
        "nhà cháy, khói lên lầu",
    ],
)
def test_the_advice_of_another_danger_is_not_given(said: str) -> None:
    assert advice_for(said, ADVICES) == ()

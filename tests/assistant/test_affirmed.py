"""What is left of a correction when what it denies is taken out."""

from __future__ import annotations

import pytest

from app.assistant.affirmed import affirmed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sửa giấy khai sinh chứ không phải căn cước", "sửa giấy khai sinh"),
        ("không phải mất, chỉ hết hạn thôi", "chỉ hết hạn thôi"),
        ("khong phai to cao, chi khieu nai thoi", "chi khieu nai thoi"),
        ("không, ý tôi là họ ở lâu dài chứ không phải ở vài hôm", "họ ở lâu dài"),
        ("thẻ không phải mất mà bị gãy", "thẻ mà bị gãy"),
        ("hông phải nhà thuê, nhà của mẹ em", "nhà của mẹ em"),
    ],
)
def test_what_is_denied_is_taken_out(text: str, left: str) -> None:
    assert affirmed(text) == left


@pytest.mark.parametrize("text", ["không phải nhà thuê", "em không có giấy", "phải nộp ảnh không", "không có ai ở nhà", "giấy khai sinh"])
def test_a_text_that_says_nothing_else_stays_whole(text: str) -> None:
    assert affirmed(text) == text

"""Work done in a child while the parent goes on: same value, same errors, no child left behind."""

from __future__ import annotations

import os

import pytest

from app.ahead import compute_ahead


def test_the_value_of_the_child_comes_back() -> None:
    maker, words = compute_ahead(lambda: (os.getpid(), ["khai sinh"] * 100_000))()
    assert maker != os.getpid()
    assert len(words) == 100_000
    with pytest.raises(ChildProcessError):
        os.waitpid(maker, os.WNOHANG)  # nobody is left to wait for


def test_an_error_is_raised_where_it_can_be_told() -> None:
    def broken() -> str:
        raise ValueError("dòng 3 sai")

    with pytest.raises(ValueError, match="dòng 3"):
        compute_ahead(broken)()


def test_what_cannot_be_sent_is_made_here() -> None:
    assert callable(compute_ahead(lambda: lambda: "không gửi được")())

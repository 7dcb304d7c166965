"""Work done in a child while the parent goes on: same value, same errors, no child left behind."""

from __future__ import annotations

import os
import pickle
import signal

import pytest

from app.ahead import compute_ahead
from tests.assistant.ward import knowledge


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


def test_a_child_that_dies_while_it_sends_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that runs out of memory."""

    def die(descriptor: int, mode: str) -> None:
        del mode
        os.write(descriptor, pickle.dumps(["khai sinh"] * 9)[:-20])
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", die)
        result = compute_ahead(lambda: "xong")
    assert result() == "xong"


def test_what_cannot_be_sent_is_made_here() -> None:
    assert callable(compute_ahead(lambda: lambda: "không gửi được")())


def test_the_whole_knowledge_can_be_sent() -> None:
    """Else it is made twice, one behind the other, and a start takes twice as long and twice the memory."""
    sent = pickle.loads(pickle.dumps(knowledge().now, pickle.HIGHEST_PROTOCOL))
    reading = sent.reader.read("dang ki khai sihn cho con")
    assert reading.codes()[0] == knowledge().now.reader.read("dang ki khai sihn cho con").codes()[0] == "1.001193"

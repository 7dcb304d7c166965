"""Compute something in a child process while this one is still importing: a start uses both cores.

Only for the very beginning of a process, before any thread exists. What comes back is pickled through a pipe between
this process and its own child; nothing is read from a file.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

Value = TypeVar("Value")


def compute_ahead(make: Callable[[], Value]) -> Callable[[], Value]:
    """Start `make` in a child; the returned function waits for its value. When the child fails, it is made here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _work(reading, writing, make)
    os.close(writing)

    def result() -> Value:
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(child, 0)
        if status or not data:  # killed in the middle, or an error that the process that serves can tell better
            return make()
        value: Value = pickle.loads(data)  # noqa: S301 -- our own child wrote it, into our own pipe
        return value

    return result


def _work(reading: int, writing: int, make: Callable[[], Any]) -> None:
    """The child: write the value, or nothing, and leave without any of the parent's clean-up."""
    try:
        os.close(reading)
        data = pickle.dumps(make(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)
    finally:
        os._exit(0)

"""What comes back with a form that was wrong."""

from __future__ import annotations


class Errors(dict[str, str]):
    """Field → sentence. A field without error is empty, so that templates may write `errors.name`; true when any is wrong."""

    def __missing__(self, key: str) -> str:
        return ""

"""What comes back with a form that was wrong."""

from __future__ import annotations

import hashlib
import json
from typing import Any


class Errors(dict[str, str]):
    """Field → sentence. A field without error is empty, so that templates may write `errors.name`; true when any is wrong."""

    def __missing__(self, key: str) -> str:
        return ""


def seen(stored: Any) -> str:
    """What a form was read with, for a hidden field: whoever saves later must not undo what somebody else saved meanwhile."""
    return hashlib.sha256(json.dumps(stored, default=str).encode()).hexdigest()[:16]

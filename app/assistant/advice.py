"""What to do in just this danger («đừng đụng vào» for a shell in the field), beside the numbers to call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.understanding.leaning import pattern

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=64)
def _compiled(said: str) -> re.Pattern[str]:
    return pattern(said, {})


def advice_for(text: str, advices: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The first of the advices whose words a message (with or without accents) has; none when it has none of them."""
    words = " ".join(_WORD.findall(text.lower()))
    return next(((each["say"],) for each in advices if _compiled(each["said"]).search(words)), ())

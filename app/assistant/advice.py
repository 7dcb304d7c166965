"""What is advised: in just this danger («đừng đụng vào» for a shell in the field), and where another agency is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.understanding.leaning import pattern
from app.understanding.rules import Aspect

_ONLINE = re.compile("VNeID|Cổng Dịch vụ|qua mạng|trực tuyến|ứng dụng")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=64)
def _compiled(said: str) -> re.Pattern[str]:
    return pattern(said, {})


def advice_for(text: str, advices: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The first of the advices whose words a message (with or without accents) has, and not what speaks against it; none when none has."""
    words = " ".join(_WORD.findall(text.lower()))

    def fits(each: Mapping[str, str]) -> bool:
        return _compiled(each["said"]).search(words) is not None and not ("unless" in each and _compiled(each["unless"]).search(words))

    return next(((each["say"],) for each in advices if fits(each)), ())


def tells_where(advice: str, aspects: Sequence[Aspect]) -> bool:
    """Whether the advice about another agency's matter answers these aspects: where it is done, or whether it can be done online."""
    where = {Aspect.PLACE, Aspect.AGENCY, *((Aspect.ONLINE,) if _ONLINE.search(advice) else ())}
    return not where.isdisjoint(aspects) and {*where, Aspect.CONDITIONS}.issuperset(aspects)

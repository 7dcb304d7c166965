"""Wrong codes are counted: six digits are few for who tries them all."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Hashable

MOST = 5
WITHIN = dt.timedelta(minutes=15)
_REMEMBERED = 10_000


class Tries:
    """At most MOST wrong codes of one person within WITHIN, in this process."""

    def __init__(self) -> None:
        self._failed: OrderedDict[Hashable, list[dt.datetime]] = OrderedDict()

    def left(self, who: Hashable, now: dt.datetime) -> bool:
        """Whether this person may try once more."""
        return len([moment for moment in self._failed.get(who, ()) if moment > now - WITHIN]) < MOST

    def failed(self, who: Hashable, now: dt.datetime) -> None:
        """Count a wrong code."""
        recent = [moment for moment in self._failed.pop(who, ()) if moment > now - WITHIN]
        self._failed[who] = [*recent, now]
        while len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)

"""What may be published of a count, so that nobody is found in it. Pure.

Every public count is a count of people (or of things, such as scans, that have no person), rounded down to a multiple of STEP;
below STEP it is hidden: «dưới 5». So each says no more than that it lies in a range of five, and one person more or less moves
it by one step at most. A total may say more of its parts than that: when the parts add up to it and all but one are near the top
of their ranges, the last must be large. `protect` looks for such parts, and hides another that is not small until each keeps
ENOUGH possible values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEP = 5
ENOUGH = 3
"""Values that must remain possible for every part, whoever adds and subtracts."""
ENOUGH_FOR_SHARES = 20
"""A share of fewer is not given: there one person is many percent."""

Shown = int | None
"""A published count; None: hidden, 0 to 4."""


@dataclass(frozen=True)
class Parts:
    """A published total and its parts. `withheld`: parts that are not small, but would give a hidden one away."""

    total: Shown
    parts: dict[str, Shown]
    withheld: frozenset[str] = frozenset()


def shown(count: int, step: int = STEP) -> Shown:
    """A count as it may be published. `step`: larger where one person may count more than STEP times."""
    return (count - count % step) or None


def share(part: Shown, whole: Shown) -> int | None:
    """Percent, from published counts only, so that it says nothing they do not; None: too few, or hidden."""
    if part is None or whole is None or whole < ENOUGH_FOR_SHARES:
        return None
    return min(100, round(100 * part / whole))


def protect(total: int, parts: Mapping[str, int]) -> Parts:
    """Publish parts that add up to `total` (or to less: then what is missing is a part that is not named)."""
    published = {name: shown(count) for name, count in parts.items()}
    rest = total - sum(parts.values())
    closed = Parts(shown(total), published)
    if rest >= STEP or closed.total is None:
        return closed  # an unnamed rest may be anything: no part can be computed
    withheld: set[str] = set()
    for name in reversed(published):  # by place, not by size: what is withheld first must say nothing of its size
        if not exposed(closed):
            break
        if published[name] is not None:
            withheld.add(name)
            left = {each: None if each in withheld else count for each, count in published.items()}
            closed = Parts(closed.total, left, frozenset(withheld))
    return closed if not exposed(closed) else Parts(None, closed.parts, closed.withheld)


def exposed(published: Parts) -> list[str]:
    """Parts of which fewer than ENOUGH values are possible, for who knows that the parts add up to the total."""
    ranges = {name: _range(name, published) for name in published.parts}
    if published.total is None:
        return []
    low, high = published.total, published.total + STEP - 1
    lows, highs = sum(each[0] for each in ranges.values()), sum(each[1] for each in ranges.values())
    found = []
    for name, (least, most) in ranges.items():
        possible = min(most, high - (lows - least)) - max(least, low - (highs - most)) + 1
        if possible < ENOUGH:
            found.append(name)
    return found


_LARGE = 10**9


def _range(name: str, published: Parts) -> tuple[int, int]:
    """What a part may be, by what is said of it alone."""
    count = published.parts[name]
    if name in published.withheld:
        return STEP, _LARGE
    return (0, STEP - 1) if count is None else (count, count + STEP - 1)

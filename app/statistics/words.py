"""The Vietnamese words of the statistics and of the report, from `words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.catalog.yaml_loader import read_document

FILE = Path(__file__).with_name("words.yaml")


@cache
def words() -> Mapping[str, Any]:
    """Everything in the file."""
    data: Mapping[str, Any] = read_document(FILE).data
    return data


def number(count: float) -> str:
    """A number as people here write it: `12.400`, `3,5`."""
    if count == int(count):
        return f"{int(count):,}".replace(",", ".")
    return f"{count:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def percent(share: float | None) -> str:
    """A share (0-1) as «87,5 %»; «chưa đủ số liệu» when it is not known."""
    return str(words()["too_few"]) if share is None else f"{number(round(100 * share, 1))} %"


def shown(count: int | None) -> str:
    """A public count: «dưới 5» when it is hidden."""
    return str(words()["hidden"]) if count is None else number(count)


def duration(milliseconds: float | None) -> str:
    """A response time: «dưới 0,1 giây», «1,4 giây»."""
    if milliseconds is None:
        return str(words()["too_few"])
    tenths = round(milliseconds / 1_000, 1)
    return str(words()["at_once"]) if milliseconds < 100 else f"{number(tenths)} giây"

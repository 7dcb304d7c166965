"""The one Jinja2 environment. Templates live in their slice and are named with it: `site/home.html`, `assistant/…`."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

APP = Path(__file__).resolve().parent
SLICES = ("assistant", "catalog", "console", "site")


def environment() -> Environment:
    """An environment that escapes HTML (not in `.jinja`, which is chat text) and fails on a name that does not exist."""
    loader = PrefixLoader({name: FileSystemLoader(APP / name / "templates") for name in SLICES})
    templates = Environment(
        loader=loader,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False, default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters["dong"] = dong
    templates.filters["ngay"] = lambda day: f"{day.day}/{day.month}/{day.year}"
    templates.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    return templates


def dong(amount: int) -> str:
    """Đồng as people write it: 8000 → `8.000`."""
    return f"{amount:,}".replace(",", ".")

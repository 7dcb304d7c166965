"""Addresses: of our pages, of the national portal. Portal links are made from the UUID when shown, never stored."""

from __future__ import annotations

from functools import lru_cache

from app.catalog.content import UNKNOWN, Channel, OnlineLevel, Procedure
from app.understanding.text import fold

PORTAL = "https://dichvucong.gov.vn"
SLUG_LENGTH = 80


@lru_cache(maxsize=4096)
def slug_of(text: str) -> str:
    """A name as part of an address: `Đăng ký khai sinh` → `dang-ky-khai-sinh`."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in fold(text)).split()
    slug = "-".join(words)
    return slug if len(slug) <= SLUG_LENGTH else slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]


def page_path(procedure: Procedure) -> str:
    """The page of a procedure."""
    return f"/thu-tuc/{procedure.code}/{slug_of(procedure.name)}"


def short_address(public_url: str, code: str) -> str:
    """What a QR code holds. It redirects, so it stays true when the portal or the page's name changes."""
    return f"{public_url}/q/{code}"


def portal_page(procedure: Procedure) -> str | None:
    """The procedure on the national portal, or None when its UUID is not known."""
    return f"{PORTAL}/thu-tuc-hanh-chinh/{procedure.portal_id}" if procedure.portal_id else None


def portal_search() -> str:
    """Where the national portal finds a procedure by its code."""
    return f"{PORTAL}/tra-cuu-thu-tuc"


def portal_filing(procedure: Procedure) -> str | None:
    """Where the procedure is filed online; None when it is not known to be possible."""
    by_level = procedure.online.level in {OnlineLevel.FULL, OnlineLevel.PARTIAL}
    by_channel = procedure.channels != UNKNOWN and Channel.ONLINE in procedure.channels
    if procedure.portal_id is None or not (by_level or by_channel):
        return None
    return f"{PORTAL}/nop-ho-so?formalityId={procedure.portal_id}"

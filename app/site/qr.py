"""QR codes of our short addresses: SVG for pages, PNG for chats."""

from __future__ import annotations

import io
from functools import lru_cache

import segno

from app.messages import Picture

SUFFIX = ".png"
SCALE = 12  # pixels of one module: about 500 pixels in all, sharp on a phone, some kilobytes


@lru_cache(maxsize=1024)
def qr_svg(address: str) -> str:
    """An address as a QR code drawn in SVG, with no style attribute: our content policy forbids them."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(border=3, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)


@lru_cache(maxsize=256)
def qr_png(address: str) -> bytes:
    """An address as a QR code in PNG."""
    file = io.BytesIO()
    segno.make(address, error="m", micro=False).save(file, kind="png", scale=SCALE, border=4)
    return file.getvalue()


def draw(picture: Picture) -> bytes | None:
    """The bytes of a picture that a reply names; None for one we do not draw."""
    return qr_png(picture.url.removesuffix(SUFFIX)) if picture.url.endswith(SUFFIX) else None

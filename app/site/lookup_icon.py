"""The mark of `static/favicon.svg` as a PNG picture, with room around it for phones that cut icons round."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw

SIZES = (192, 512)
RED, WHITE = "#8c1a1d", "#fff"
FINER = 4  # drawn so many times larger, then made smaller: smooth edges
GRID = 32  # of the drawing
SHARE = 0.62  # of the icon that the mark fills: what a round cut leaves is 0.8
HOUSE = ((16, 3), (29, 12.2), (29, 14), (26, 14), (26, 26), (19.8, 26), (16, 30), (12.2, 26), (6, 26), (6, 14), (3, 14), (3, 12.2))
LINES = ((11, 15, 21, 17.4), (11, 19.6, 21, 22))


@lru_cache(maxsize=len(SIZES))
def icon(size: int) -> bytes:
    """A square PNG with `size` pixels a side."""
    large = size * FINER
    scale = large * SHARE / GRID
    edge = (large - GRID * scale) / 2
    picture = Image.new("RGB", (large, large), RED)
    draw = ImageDraw.Draw(picture)
    draw.polygon([(edge + x * scale, edge + y * scale) for x, y in HOUSE], fill=WHITE)
    for box in LINES:
        draw.rectangle([edge + each * scale for each in box], fill=RED)
    file = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()

"""QR codes of a given side on paper: how much error correction they can have.

A cheap phone's camera shows about 1920 points over its 65° of view: at arm's length (60 cm) that is 2.5 points a millimetre, so a
module of LEAST_MODULE covers two points, which is what readers need; at half an arm it covers four. Error correction makes the
code denser for the same side. So: the strongest level whose modules are not smaller than that. Q (a quarter may be lost) for dirt,
folds and sun on walls; M where the address is long; L at the last. A wall poster's modules are twice to three times as large.
"""

from __future__ import annotations

from functools import lru_cache

import segno

from app.errors import BadInput
from app.paper.sheet import QUIET, Code

LEAST_MODULE = 0.8
"""Millimetres."""
LEVELS = ("q", "m", "l")


def code_at(x: float, y: float, side: float, address: str) -> Code:
    """The code of an address in a square with its quiet zone. Raises BadInput when its modules would be too small."""
    for level in LEVELS:
        if side / (_modules(address, level) + 2 * QUIET) >= LEAST_MODULE:
            return Code(x, y, side, _rows(address, level), address)
    raise BadInput("Địa chỉ trang dài quá, mã trên cỡ giấy này sẽ khó quét. Anh/chị chọn khổ lớn hơn hoặc tên nơi dán ngắn hơn.")


@lru_cache(maxsize=4096)
def _modules(address: str, level: str) -> int:
    """Modules of a side. Choosing the best mask costs ten times as much as the rest and does not change it."""
    return len(segno.make(address, error=level, micro=False, mask=0).matrix)


@lru_cache(maxsize=1024)
def _rows(address: str, level: str) -> tuple[tuple[bool, ...], ...]:
    """Modules; segno gives a stronger level than asked where that costs no size."""
    return tuple(tuple(bool(module) for module in row) for row in segno.make(address, error=level, micro=False).matrix)

"""Whether a message in a conversation turns to another procedure: a learned judgement, apart from which procedure that is.

«có cần giấy đăng ký kết hôn không» after a question on khai sinh asks for a paper of khai sinh; «còn đăng ký kết hôn thì
sao» does not. Learned from messages written for it (`procedures/training/conversations`); the words' weights are in
`turning.npz`, those of the evidence in `weights.json`, made by `./dev train`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.terms import Terms

TURN_FILE = Path(__file__).with_name("turning.npz")
TURN_BUCKETS = 1 << 13
MOST_WORDS, MOST_TOPIC, MOST_MARKERS = 24, 8, 2


@dataclass(frozen=True)
class TurnEvidence:
    """Evidence that a message is about another procedure (`other`) than the one in mind (`before`). All about 0 to 1, or yes and no."""

    other: float
    """Logarithm of the other's probability, over four."""
    before: float
    confidence: float
    other_covers: float
    """Share of the message's words that the other's texts have."""
    before_covers: float
    name: float
    topic: float
    content: float
    length: float
    asks: bool
    """Whether fee, days, place… are asked for."""
    follows: bool
    corrects: bool
    joins: bool
    """«còn …», «thế nếu …»."""
    supposes: bool
    """«lỡ …», «nếu …»."""
    needs: bool
    """«có cần … không»."""
    wants: bool
    """«xin …», «làm …», «cho hỏi …»: said of what is to be done, not of what was or was not done."""
    states: bool
    """«chưa đăng ký …», «con 10 tuổi», «hộ khẩu ở …»."""
    added: float
    """Markers (lại, gia hạn, nước ngoài…) that the one in mind has not; then those of them that the other has."""
    added_there: float
    related: bool
    is_procedure: bool
    is_family: bool
    leads_elsewhere: bool
    intent: bool
    words: float
    one: float = 1.0

    def vector(self) -> NDArray[np.float64]:
        """In the order of TURN_FEATURES."""
        return np.array(astuple(self), dtype=np.float64)


TURN_FEATURES = tuple(field.name for field in fields(TurnEvidence))


def share(found: Collection[str], most: int) -> float:
    """How many there are, of the most that tell anything (0-1)."""
    return min(len(found), most) / most


def said(words: Sequence[str]) -> Terms:
    """A message as words and pairs of neighbours, also those that carry no matter."""
    bounded = ("^", *words, "$")
    return dict.fromkeys([*bounded, *(f"{first} {second}" for first, second in pairwise(bounded))], 1.0)

"""What is asked for outright: a QR code, the link, fewer words. Of what the rest of the message names, else of what is in mind."""

from __future__ import annotations

import re

from app.understanding.decision import SURE_ENOUGH, Decision, State
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.single import answer
from app.understanding.terms import Kind

NAMED = 0.6  # overlap with a procedure's name from which the message names it
WORDS = {
    Aspect.QR: re.compile(r"(?i)\b(?:mã|ma|code)?\s*qr\b(?:\s*code)?"),
    Aspect.LINK: re.compile(r"(?i)\b(?:cái |cai |đường |duong )?(?:link|đường dẫn|duong dan|liên kết|lien ket|trang web|website)\b"),
    Aspect.BRIEF: re.compile(
        r"(?i)\b(?:nói|noi|rút|rut|tóm|tom|ngắn|ngan|gọn|gon|tắt|tat|lại|lai|đơn giản|don gian|dễ hiểu|de hieu|thôi|thoi)\b"
    ),
}
"""The words to take out to see what it is asked of."""


def asked_outright(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """«cho xin mã QR», «xin đường link nộp», «nói ngắn thôi»; None when nothing of that is asked."""
    wanted = next((aspect for aspect in WORDS if aspect in reading.signs.aspects), None)
    if wanted is None:
        return None
    rest = reader.read(WORDS[wanted].sub(" ", text))
    names = bool(rest.codes()) and bool(reader.index.topic_words(rest.query.content) or rest.query.markers)
    if wanted is not Aspect.QR:
        return _link_or_brief(rest, state, wanted, names=names)
    if names:
        return answer(rest, tuple(rest.codes()), (wanted,), state, inherited=rest.codes()[:1] == [state.code])
    if state.code is None:
        return Decision("other", "qr_of_what", aspects=(wanted,), confidence=0.9, state=state)
    return answer(rest, (state.code,), (wanted,), state, inherited=True)


def _link_or_brief(rest: Reading, state: State, wanted: Aspect, *, names: bool) -> Decision | None:
    """Both are also said of other things («trang web của công an», «nói gọn cách làm khai sinh»): then the message is read as any other."""
    top, sure = rest.top, rest.confidence >= SURE_ENOUGH
    if top is not None and top.kind is not Kind.PROCEDURE and sure and wanted is Aspect.LINK:
        return None
    named = rest.ranking is not None and rest.ranking.name_overlap >= NAMED
    if names and top is not None and top.kind is Kind.PROCEDURE and (named or sure) and top.id != state.code and not rest.signs.intents:
        return None if wanted is Aspect.BRIEF else answer(rest, tuple(rest.codes()), (wanted,), state)
    return answer(rest, (state.code,), (wanted,), state, inherited=True) if state.code is not None else None

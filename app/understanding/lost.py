"""«Rớt ví mất căn cước, bằng lái với cà vẹt xe»: several papers gone at once, each with its own procedure, in the order they were named."""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.comparing import is_clear
from app.understanding.decision import Decision, State
from app.understanding.reader import Reader, Reading
from app.understanding.terms import Kind

OF_BANKS = re.compile(r"(?i)\b(?:atm|ngân hàng|ngan hang|(?:thẻ|the) visa|credit|tín dụng|tin dung)\b")
"""Cards that no public office makes anew."""
MOST_WORDS, ITEM_WORDS = 40, 6  # of such a message, and of what names one paper in it
OTHERS = 1  # things that are no papers, such as money, before the list is over
LIKELY, KNOWN = 0.5, 0.9  # confidence, and share of the words known, of a paper that another agency or one of several procedures is for
_GONE = re.compile(
    r"(?i)\b(?:mất|mat|rớt|rot|rơi|roi|giật|giat|trộm|trom|móc|moc|thất lạc|that lac|cuốn trôi|cuon troi|cháy|chay)\b"
    r"(?:\W+(?:mất|mat|hết|het|sạch|sach|luôn|luon|cả|ca(?! ?v[eẹ]t)|cái|cai|chiếc|chiec|ví|vi|bóp|bop|túi|tui|xách|xach|giỏ|gio|ba ?lo|cặp|cap|tiền|tien"
    r"|giấy tờ|giay to|tùy thân|tuy than|trong đó|trong do|có|co|gồm|gom|nào là|nao la)\b)*"
)
_PAPER = re.compile(
    r"(?i)\b(?:căn cước|can cuoc|cccd|cmnd|chứng minh|chung minh|bằng|bang|gplx|cc|cà vẹt|ca vet|cavet|biển số|bien so|sổ|so|thẻ|the|giấy|giay"
    r"|khai sinh|hộ chiếu|ho chieu|passport|bhyt|bảo hiểm|bao hiem|đăng ký|dang ky|visa)\b"
)
"""What papers are called: only such things are read one by one, for each reading takes milliseconds."""
_CARD = re.compile(r"(?i)^(?:thẻ |the )?cc$")
_NEXT = re.compile(
    r"^(?:da |a |roi |con |the |xong |vay |thi )*(?:(?:cai|giay|mon|muc) )?(?:thu )?(?P<which>\d|nhat|hai|nhi|ba|bon|tu|nam|cuoi|dau|ke|tiep theo|ke tiep|sau)"
    r"(?: cung)?(?: (?:thi sao|sao|thi|nua|do|kia|di|a|ad|vay))*$"
)
_ORDINALS = {"nhat": 1, "dau": 1, "hai": 2, "nhi": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "cuoi": -1}
_OUTER = re.compile(r"\b(?:cai|giay|mon|thu|tiep|ke|cuoi|roi|con)\b")
_VEHICLE = re.compile(r"(?i)\b(?:cavet|ca vet|cavẹt|càvẹt)\b")
_GOES_ON = re.compile(r"^(?:da |a |vay |the )*(?:con|roi|toi|den)\b")
_BETWEEN = re.compile(r"(?i)[,;+/.\n]|\b(?:và|va|với|voi|cùng|cung|lẫn|lan|rồi|roi|luôn cả|luon ca|cả|ca(?! ?v[eẹ]t))\b")


def lost_together(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """What to make anew, to choose from, or None when fewer than two papers are named."""
    gone = _GONE.search(text)
    if gone is None or len(reading.query.words.folded) > MOST_WORDS:
        return None
    items = [item.strip() for item in _BETWEEN.split(text[gone.end() :]) if item.strip()]
    papers = [len(item.split()) <= ITEM_WORDS and _PAPER.search(item) is not None and not OF_BANKS.search(item) for item in items]
    found: dict[str, None] = {}
    others = 0
    for item, may_be in zip(items, papers, strict=True) if sum(papers[: OTHERS + 2]) > 1 else ():
        paper = _paper(reader, item) if may_be else None
        if paper is not None:
            found[paper] = None
        elif others == OTHERS:
            break  # no list of papers, or its end
        else:
            others += 1
    if len(found) < 2:
        return None
    choices = tuple(found)
    codes = tuple(choice for choice in choices if ":" not in choice)
    after = replace(state, code=None, recent=codes[:4], choices=choices, labels=(), elsewhere="", outer=choices)
    return Decision("answer", "lost", codes, reading.aspects, choices=choices, confidence=0.9, state=after)


def next_lost(reader: Reader, text: str, reading: Reading, state: State) -> str | None:
    """«Rồi cái thứ 2», «còn cà vẹt thì ở mô», while one of several lost papers is looked at: the one that is meant now."""
    now = next((at for at, choice in enumerate(state.outer) if choice in (state.code, state.elsewhere)), None)
    if now is None or state.choices == state.outer:
        return None
    match = _NEXT.match(reading.query.words.plain)
    if match is not None and _OUTER.search(reading.query.words.plain):
        which, last = match["which"], len(state.outer) - 1
        at = int(which) - 1 if which.isdigit() else _ORDINALS.get(which, now + 2) - 1
        return state.outer[last if at == -2 else at] if at == -2 or 0 <= at <= last else None
    paper = _PAPER.search(text) if _GOES_ON.match(reading.query.words.plain) and len(text.split()) <= ITEM_WORDS + 2 else None
    if paper is None:
        return None
    said = _VEHICLE.sub("cà vẹt", text[paper.start() :])
    narrow = reader.read(f"mất {said}", among=state.outer)
    assert narrow.ranking is not None
    meant, p = narrow.entries[0]
    known = p >= LIKELY and narrow.ranking.coverage >= LIKELY
    return meant.id if known and meant.id not in (state.code, state.elsewhere) else None


def still_lost(decision: Decision, state: State) -> Decision:
    """Keeps the list of lost papers in mind while what is spoken of is one of them."""
    about = decision.state.outer or decision.state.code in state.outer or decision.state.elsewhere in state.outer
    outer = decision.state.outer or (state.outer if about else ())
    return decision if outer == decision.state.outer else replace(decision, state=replace(decision.state, outer=outer))


def _paper(reader: Reader, item: str) -> str | None:
    """The procedure or the agency for a paper that is gone. Where being gone changes nothing («cần khai tử»), it is no such paper."""
    item = _CARD.sub("căn cước", item)
    part = reader.read(f"mất {item}")
    if part.top is None or part.ranking is None:
        return None
    likely = part.confidence >= LIKELY and part.ranking.coverage >= KNOWN and part.top.kind in (Kind.FAMILY, Kind.ELSEWHERE)
    if not likely and not is_clear(part):
        return None
    bare = reader.read(item)
    if not bare.query.content or (part.top is bare.top and part.top.kind is not Kind.ELSEWHERE):
        return None
    return part.top.members[0] if part.top.kind is Kind.FAMILY else part.top.id

"""What tells that a message is about a matter already named: one asked about before, the one whose paper is asked for, or the one in mind.

«Quay lại khai tử, ai nộp được», «đăng ký kết hôn có cần giấy độc thân không», «xong rồi sang tên ở đâu» after a motorbike.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.comparing import is_clear
from app.understanding.decision import SURE_ENOUGH, State
from app.understanding.heard import as_well, only_denies, supposed, without_back
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.terms import Kind

NAMED = 0.6  # overlap with its name from which a matter is named
WHOLE_NAME = 0.9  # overlap with a name from which it is that, and no mere verb
JOINS_WORDS = 2  # that say something, of «rồi đất sao»
WHOLLY = 0.999  # of what is asked about
NO, WHETHER_WORDS = "khong", 5  # at the end of so few words it asks whether those are needed
FAIRLY = 0.85  # probability from which «… thì sao» is about what it names, whatever it tells of it
TAX, TAX_WORD = "elsewhere:thue", "thuế"
_NEEDS = re.compile(
    r"(?i)^(?P<matter>.{4,60}?)[, ]+(?:thì |thi )?(?:có |co )?(?:cần|can|phải có|phai co|bắt buộc|bat buoc|đòi|doi|phải|phai) (?P<thing>.+?) (?:không|khong|ko|k|hông|hong|hok|hem)\b"
)
_PAPER = re.compile(r"(?i)\b(?:cần|can|phải có|phai co|đòi|doi|bắt buộc|bat buoc)\b")
_SO = re.compile(r"(?i)^(?:thế|vậy|the|vay|rồi|roi|còn|con)\b")
_TELLS = re.compile(
    r"(?i)\b(?:đang|dang|bị|bi|chưa|chua|không có|khong co|ko có|ko co|k có|k co|chỉ|hết|het|trễ|tre|muộn|muon|sau khi|quá|đứng tên|dung ten|còn bản|con ban"
    r"|không phải|khong phai|ở|vẫn|van|tự|tu)\b"
)
_COPY = re.compile(r"(?i)^(?:(?:thế|vậy|the|vay) )?(?:còn|con) (?:bản|ban|tờ|to) (?:photo|sao|chính|chinh|gốc|goc|scan|chụp|chup)\b")
_HERE_OR = re.compile(
    r"(?i)\b(?:xã|xa|phường|phuong|ở đây|o day) (?:có |co |mình |minh )?(?:làm|lam|chứng|chung|giải quyết|giai quyet|nhận|nhan) (?:được|duoc|đc|dc) (?:không|khong|ko|k)?,? ?(?:hay|hoặc|hoac)\b"
)
_PLACED = re.compile(
    r"(?i)^(?:.{6,70}?\b(?:ở|o|tại|tai|bên|ben) .{2,30}?),? (?:thì|thi|mà|ma|giờ|gio|có|co)(?: muốn| muon| có| co)? (?:xin|làm|lam|nộp|nop|lấy|lay|khai)"
    r"(?: luôn| luon)?(?: ở| o| tại| tai) (?:đây|day|phường này|phuong nay|xã này|xa nay|đà nẵng|da nang)(?: luôn| luon)? (?:được|duoc|đc|dc) (?:không|khong|ko|k|hông|hong)\b"
)
_TAXES = re.compile(r"(?i)\bthuế\b|\b(?:nop|dong|mien|giam|chiu|khai|tien|ma so) thue\b|^thue (?:nop|dong|bao nhieu|sao|thi)\b")
"""Without accents, «thue» also rents."""


def needed_for(reader: Reader, text: str) -> Reading | None:
    """«Đăng ký kết hôn có cần giấy độc thân không»: the matter that the paper is needed for, read with all that the message asks."""
    match = _NEEDS.match(text)
    if match is None:
        return None
    matter = reader.read(match["matter"])
    thing = reader.index.query(match["thing"])
    named = matter.ranking is not None and matter.ranking.name_overlap >= NAMED
    if not named or not is_clear(matter) or matter.confidence < SURE_ENOUGH or reader.rules.signs(thing.words.plain, thing.replaced).wants:
        return None
    return replace(matter, signs=reader.rules.signs(*_texts(reader, text)))


def asked_before(reader: Reader, text: str, reading: Reading, state: State, *, joins: bool) -> str | None:
    """Of the matters asked about before, the one that is named again: «quay lại khai tử …», «rồi đất sao»."""
    others = tuple(code for code in state.recent if code in reader.index.number_of)
    if not others or (not reading.signs.back and (len(others) < 2 or reading.exact or not (joins or reading.signs.follow_up))):
        return None
    left = without_back(text)
    words = reader.index.query(left).content
    if not words or (not reading.signs.back and len(set(words)) > JOINS_WORDS):
        return None
    said = set(words) - reader.rules.aspect_words
    if not reading.signs.back:
        others = tuple(code for code in others if code != state.code)
        if reading.confidence >= SURE_ENOUGH or state.code is None or said & _named_words(reader, state.code):
            return None
    named = {code: sum(map(reader.index.rarity, _named_words(reader, code) & said)) for code in others}
    most = tuple(code for code in others if named[code] == max(named.values()) > 0)
    return (most[0] if len(most) == 1 else reader.read(left, among=most).codes()[0]) if most else None


def only_the_act(reader: Reader, reading: Reading, code: str) -> bool:
    """«Xong rồi sang tên ở đâu», «lệ phí đăng ký bao nhiêu»: the verb of the one in mind and nothing that it is done to."""
    index = reader.index
    said = set(reading.query.content) - reader.rules.aspect_words
    added = (reading.query.markers & index.markers.variants) - index.class_markers[index.number_of[code]]
    of_family = reading.top is not None and reading.top.kind is Kind.FAMILY  # whose name may be the mere verb
    whole = reading.ranking is not None and reading.ranking.name_overlap >= WHOLE_NAME and not of_family
    return bool(said) and not added and not whole and not reading.exact and said <= _named_words(reader, code)


def stays(reader: Reader, text: str, reading: Reading, code: str) -> bool:
    """Whether it tells a circumstance, asks for one of the papers, or says only the verb of the matter in hand."""
    signs, number = reading.signs, reader.index.number_of[code]
    likened = reading.top is not None and reading.top.id in reader.index.entries[number].related and _SO.match(text) is not None
    tells = signs.only_tells and not likened and not as_well(text)
    paper = signs.needs and not signs.wants and _PAPER.search(text) is not None and needed_for(reader, text) is None
    here = _HERE_OR.search(text) is not None or _placed(reader, text, reading, number)
    return (
        tells
        or paper
        or here
        or _what_if(reader, text, reading, number)
        or _denies_another(reader, text, code)
        or _asks_of_its_words(reader, reading, number)
        or only_the_act(reader, reading, code)
    )


def _what_if(reader: Reader, text: str, reading: Reading, number: int) -> bool:
    """«Sổ đỏ đang thế chấp thì sao», «còn bản photo thì răng»: a circumstance, of whatever it names, that no look-alike is for."""
    told = supposed(text)
    if told is None or reading.exact or reading.signs.wants or reading.top is None or _TELLS.search(told) is None:
        return False
    if reading.top.id in reader.index.entries[number].related or (as_well(text) and _COPY.match(text) is None):
        return False
    return reading.entries[0][1] < FAIRLY or _COPY.match(text) is not None


def _denies_another(reader: Reader, text: str, code: str) -> bool:
    """«Không phải nhận con nuôi» after guardianship: nothing but what is not meant, and that is not the matter in hand."""
    denied = set(reader.index.query(text).content) if only_denies(text) else set[str]()
    return bool(denied) and not denied <= _named_words(reader, code)


def _placed(reader: Reader, text: str, reading: Reading, number: int) -> bool:
    """«Đăng ký khai sinh ở Hải Phòng thì xin ở đây được không»: where it was done before, and whether the matter in hand can be done here."""
    match = _PLACED.match(text)
    return match is not None and reading.top is not None and reading.top.id in reader.index.entries[number].related


def _asks_of_its_words(reader: Reader, reading: Reading, number: int) -> bool:
    """«Giấy chứng sinh là gì», «khám sức khỏe không»: of words that the matter in hand has, whoever else has them too."""
    words = reading.query.words.folded
    whether = words[-1:] == (NO,) and not reading.signs.wants and len(words) <= WHETHER_WORDS
    if not (whether or Aspect.MEANING in reading.signs.aspects) or reading.exact:
        return False
    covers, _ = reader.index.coverage(reading.query)
    return bool(reading.query.content) and float(covers[number]) >= WHOLLY


def taxed(reader: Reader, text: str, code: str) -> str | None:
    """«Thuế nộp ở đâu» after a matter of ours: who is to be asked about the tax of that."""
    if _TAXES.search(text) is None:
        return None
    taxes = tuple(entry.id for entry in reader.index.entries if entry.id.startswith(TAX))
    name = reader.index.entries[reader.index.number_of[code]].names[0]
    return reader.read(f"{TAX_WORD} {name}", among=taxes).entries[0][0].id if taxes else None


def _named_words(reader: Reader, code: str) -> set[str]:
    entry = reader.index.entries[reader.index.number_of[code]]
    return {word for name in entry.names for word in reader.index.normalizer.words(name).content}


def _texts(reader: Reader, text: str) -> tuple[str, str, str]:
    query = reader.index.query(text)
    return query.words.plain, query.replaced, query.words.original

"""A message as it is heard in its conversation: without what it takes back, says it is not, or only says to be kind."""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.decision import State
from app.understanding.reader import Reader, Reading
from app.understanding.text import clean

SHORT = 150  # letters; a story says where somebody is registered, and what else, in passing
_BACK = re.compile(
    r"(?i)\b(?:(?:quay|trở|tro|về|ve)(?: +(?:trở|tro))? +(?:lại|lai)|lại vụ|lai vu|hồi nãy|hoi nay|lúc nãy|luc nay|lúc trước|luc truoc|ban nãy|ban nay)\b"
    r"(?: +(?:vụ|vu|việc|viec|cái|cai|chuyện|chuyen)\b)?"
)
_FIRST = re.compile(r"(?i) (?:trước|truoc)(?: (?:đi|di|đã|da|cái|cai|nha|nhé|nhe))*[ .!]*$")
_PARTICLE = re.compile(r"(?i)(?<=\w) (?:hỉ|hí|hì|(?<!vỉa )(?<!via )(?<!nghỉ )(?<!nghi )(?<!mùa )(?<!mua )(?<!lề )(?<!le )h[èe]|hi)[ ?.!]*$")
_NO = re.compile(
    r"(?i)^(?:(?:à|a|ơ|dạ|da|ý|ủa|ua|ấy|ay)[, ]+(?:không|khong|ko|hông|hong|k)(?: phải| phai)?|(?:không|khong|ko|hông|hong)(?= ?[,.]))[,. ]+"
)
_INSTEAD = re.compile(
    r"(?i)^.*?(?:\b(?:mà|ma|à|a|ừ|nhưng|nhung),?|,) *thôi,? +(?=(?:(?:em|tui|tôi|mình|con|cháu|e) )?(?:cho|để|hỏi|làm|xin|muốn)\b)"
    r"|^.*?(?:\b(?:ma|nhung),?|,) *thoi,? +(?=(?:(?:em|tui|toi|minh|con|chau|e) )?(?:cho|de|hoi|lam|xin|muon)\b)"
)
_LATER = re.compile(
    r"(?i)^[^,.;?]{0,50}\b(?:để|de|tính|tinh) (?:sau|bữa khác|bua khac|hôm khác|hom khac)(?: (?:đi|di|nha|nhé|nhe|vậy|vay|cũng được|cung duoc))*[,.;]+ *"
)
_AND = re.compile(r"(?i)^(?:(?:thế|vậy|the|vay|rồi|roi|à|a|rứa|rua) )?(?:còn|con|nếu|neu) ")
_ALSO = re.compile(r"(?i)^(?:(?:thế|vậy|the|vay|rồi|roi|rứa|rua|à|a) (?:còn|con)|còn)\b")  # «con» alone is a child
_WHAT_IF = re.compile(
    r"(?i)^(?P<told>.{6,90}?)[, ]+(?:thì|thi) (?:phải |phai )?(?:sao|răng|rang|thế nào|the nao|làm sao|lam sao|làm răng|lam rang)[ ?.!]*$"
)
_RESIDES = re.compile(
    r"(?i)(?:^|[,;.] *|(?<=\w) (?=(?:mà|ma|nhưng|nhung|tại|tai|do|vì|vi) (?:hộ khẩu|ho khau|hk|thường trú|thuong tru)\b))"
    r"(?:(?:mà|ma|nhưng|nhung|tại|tai|do|vì|vi|còn|con) )?(?:(?:em|tui|tôi|toi|mình|minh|e|t|cháu|con) (?:có |co )?)?"
    r"(?:hộ khẩu|ho khau|hk|thường trú|thuong tru)(?: (?:em|tui|tôi|toi|mình|minh|e|t|của|cua|gốc|goc|cũ|cu|vẫn|van|còn|con|đang|dang|thì|thi|lại|lai))*"
    r" (?:ở|o|tại|tai|ngoài|ngoai|trong|dưới|duoi|trên|tren|bên|ben) (?:[\w-]+ ?){1,4}(?=[,;.]|$)"
)
_NOT = r"(?:không|khong|ko|k|kg|hông|hong|hổng|hok|chẳng|chả)"
_LOST_NOT = (
    r"\b(?:không|khong|ko|k|hông|hong|chưa|chua) (?:mất|mat|hư|hu|hỏng|hong|rách|rach)\b(?=[,.;]|$| (?:chỉ|chi|mà|ma|đâu|dau|nha)\b)"
)
_MEANT = r"[,.;]|$|\b(?:mà|ma|ý|y|(?:tôi|toi|tui|em|e|mình|minh|cháu|chau) (?:hỏi|hoi|muốn|muon|cần|can|nói|noi|là|la))\b"
_NEED_NOT = r"(?! (?:đóng|dong|nộp|nop|trả|tra|ra|đến|den|tới|lên|len|đi|di|mang|đem|dem|chờ|mất|tốn|ton)\b)"
_DENIED = re.compile(rf"(?i)(?:(?:^|[,.;] ?){_NOT} (?:phải|phai)\b{_NEED_NOT}|\b(?:chứ|chu) {_NOT}\b).*?(?={_MEANT})|{_LOST_NOT}")


def heard(reader: Reader, text: str, state: State) -> tuple[str, Reading]:
    """A message in its conversation: its text without control characters and without what it says it is not, and that, read."""
    text = instead(without_particle(clean(text)))
    reading = reader.read(text, favoured=state.choices, after=state.code)
    left = without_residence(text) if len(text) <= SHORT else text
    if left != text and len(set(reader.index.query(left).content)) > 1:
        again = reader.read(left, favoured=state.choices, after=state.code)
        reading = replace(again, signs=reading.signs) if again.confidence > reading.confidence else reading
    left = without_no(text)
    if left not in (text, ""):
        meant = reader.read(left).signs
        reading = replace(reading, signs=replace(reading.signs, wants=meant.wants, states=meant.states))
    if reading.signs.correction and (state.code or state.choices or _DENIED.match(text)):
        return _without_denied(reader, text, reading, state)
    left = without_back(text)
    if state.recent and left not in (text, "") and reader.index.query(left).content:  # «quay lại kết hôn» is no «đăng ký lại kết hôn»
        return text, replace(reader.read(left, favoured=state.choices, after=state.code), signs=reading.signs)
    return text, reading


def joins(text: str) -> bool:
    """Whether a message begins with «còn …», «thế nếu …»."""
    return _AND.match(text) is not None


def as_well(text: str) -> bool:
    """Whether a message begins with «còn …», «thế còn …»."""
    return _ALSO.match(text) is not None


def without_joining(text: str) -> str:
    """A message without «còn …», «thế nếu …» before it."""
    return _AND.sub("", text)


def _without_denied(reader: Reader, text: str, reading: Reading, state: State) -> tuple[str, Reading]:
    """«không phải hộ khẩu, tạm trú thôi»: what is left when what the message says it is not is taken away, and that, read."""
    left = _DENIED.sub(" ", text).strip(" ,.;")
    if left == text or not reader.index.query(left).content:
        return text, reading
    again = reader.read(left, favoured=state.choices, after=state.code)
    return left, replace(again, signs=replace(again.signs, correction=True), denied=True)


def only_denies(text: str) -> bool:
    """Whether a message only says what it is not: «không phải nhận con nuôi»."""
    return _DENIED.match(text) is not None and not _DENIED.sub("", text).strip(" ,.;!")


def supposed(text: str) -> str | None:
    """The circumstance that «sổ đỏ đang thế chấp thì sao» supposes; None when a message supposes none."""
    match = _WHAT_IF.match(text)
    return match["told"] if match else None


def without_back(text: str) -> str:
    """A message without «quay lại vụ», «hồi nãy»."""
    return " ".join(_BACK.sub(" ", text).split()).strip(" ,.")


def without_put_off(text: str) -> str:
    """«Chuyện quán để sau, con em mới sinh»: what is left when a matter is put off; the message itself when none is."""
    left = _LATER.sub("", text)
    return left if len(left.split()) > 1 else text


def instead(text: str) -> str:
    """«Làm khai sinh mà thôi cho hỏi tạm trú trước đi»: what is asked instead; the message itself when it takes nothing back."""
    left = _INSTEAD.sub("", text)
    return _FIRST.sub("", left) if left != text and len(left.split()) > 1 else text


def without_residence(text: str) -> str:
    """«Khai sinh cho con ở đây được không, hộ khẩu ở quê»: what is asked, without where one is registered."""
    left, found = _RESIDES.subn(" ", text)
    return " ".join(left.split()).strip(" ,.;") if found else text


def without_no(text: str) -> str:
    """«À không, đăng ký kết hôn»: what is meant, which is not denied by the «không» before it."""
    return _NO.sub("", text)


def without_particle(text: str) -> str:
    """«Tốn bao nhiêu tiền hỉ» asks, and greets nobody."""
    left = _PARTICLE.sub("", text)
    return left if len(left.split()) > 1 else text

"""What an announcement says. Plain text only, in NFC; addresses are https; everything has a length people can read."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from app.announcements.models import Announcement, Urgency
from app.announcements.words import words
from app.errors import BadInput
from app.messages import is_public

SHORT_LENGTH = 160
MAX_LINKS = 3
LENGTHS = {
    "title": 120,
    "what": 700,
    "when": 200,
    "where": 200,
    "who": 200,
    "bring": 400,
    "do": 700,
    "contact": 200,
    "body": 8000,
    "short": SHORT_LENGTH,
    "note": 300,
}
"""Letters of each text."""

NAMES = {
    "title": "Tiêu đề",
    "what": "Nội dung chính",
    "when": "Thời gian",
    "where": "Địa điểm",
    "who": "Ai cần biết",
    "bring": "Mang theo",
    "do": "Bà con cần làm",
    "contact": "Hỏi thêm",
    "body": "Viết thêm",
    "short": "Tin rút gọn",
    "note": "Đã sửa gì, vì sao",
    "links": "Đường dẫn",
    "cap": "Thiên tai, khẩn cấp",
}

_INVISIBLE = frozenset("\u200b\u200c\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def cleaned(value: object, *, lines: bool = False) -> object:
    """NFC text without control and invisible characters; with `lines`, line ends stay (at most one empty line)."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char == "\n" or (char not in _INVISIBLE and unicodedata.category(char) not in {"Cc", "Cs"}))
    if not lines:
        return " ".join(text.split())
    rows = [" ".join(row.split()) for row in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip()


def _line(value: object) -> object:
    return cleaned(value)


def _lines(value: object) -> object:
    return cleaned(value, lines=True)


Line120 = Annotated[str, BeforeValidator(_line), Field(max_length=LENGTHS["title"])]
Line160 = Annotated[str, BeforeValidator(_line), Field(max_length=SHORT_LENGTH)]
Line200 = Annotated[str, BeforeValidator(_line), Field(max_length=200)]
Lines300 = Annotated[str, BeforeValidator(_lines), Field(max_length=LENGTHS["note"])]
Lines400 = Annotated[str, BeforeValidator(_lines), Field(max_length=LENGTHS["bring"])]
Lines700 = Annotated[str, BeforeValidator(_lines), Field(max_length=LENGTHS["what"])]
Lines8000 = Annotated[str, BeforeValidator(_lines), Field(max_length=LENGTHS["body"])]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebLink(_Strict):
    """A page elsewhere that citizens may need; only https, only public."""

    label: Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=60)]
    url: Annotated[str, BeforeValidator(_line), Field(max_length=500)]

    @field_validator("url")
    @classmethod
    def _is_https(cls, value: str) -> str:
        if not value.startswith("https://") or not is_public(value) or re.search(r"[\s<>\"'\\`{}|^]", value):
            raise ValueError("Đường dẫn phải là trang công khai, bắt đầu bằng https://")
        return value


class Content(_Strict):
    """The text. `what` goes into chats with the facts; `body` only stands on the page and on paper.

    `note`: in a correction or withdrawal, what was wrong. `short`: at most 160 letters, for lists and feeds.
    """

    title: Line120 = ""
    what: Lines700 = ""
    when: Line200 = ""
    where: Line200 = ""
    who: Line200 = ""
    bring: Lines400 = ""
    do: Lines700 = ""
    contact: Line200 = ""
    body: Lines8000 = ""
    short: Line160 = ""
    note: Lines300 = ""
    links: tuple[WebLink, ...] = Field(default=(), max_length=MAX_LINKS)

    def missing(self) -> list[str]:
        """Names of what must be there before anybody may get it."""
        return [NAMES[name] for name in ("title", "what") if not getattr(self, name)]


_M = TypeVar("_M", bound=BaseModel)
CapStatus = Literal["Actual", "Exercise", "Test"]


class Cap(_Strict):
    """What the Common Alerting Protocol wants to know beside the text. Values are those of CAP 1.2; times are aware."""

    status: CapStatus = "Actual"
    event: Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=80)]
    category: Literal["Met", "Geo", "Fire", "Health", "Safety", "Security", "Rescue", "Env", "Transport", "Infra", "CBRNE", "Other"]
    response: Literal["Prepare", "Shelter", "Evacuate", "Execute", "Avoid", "Monitor", "None"] = "Prepare"
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"] = "Expected"
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"] = "Severe"
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"] = "Likely"
    onset: dt.datetime | None = None
    expires: dt.datetime | None = None

    @field_validator("onset", "expires")
    @classmethod
    def _is_aware(cls, value: dt.datetime | None) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("Giờ phải có múi giờ.")
        return value


class Draft(_Strict):
    """Everything an official fills in; the whole of it is a version, so that what was approved is what is sent."""

    content: Content
    topic: str = Field(max_length=40)
    urgency: Urgency = Urgency.NORMAL
    group_ids: tuple[int, ...] = Field(default=(), max_length=200)
    channels: tuple[str, ...] = Field(default=(), max_length=10)
    scheduled_at: dt.datetime | None = None
    quiet_exempt: bool = False
    quiet_reason: Annotated[str, BeforeValidator(_line), Field(max_length=300)] = ""
    banner_until: dt.datetime | None = None
    cap: Cap | None = None


def draft_of(announcement: Announcement) -> Draft:
    """What the form of an announcement shows."""
    return Draft(
        content=content_of(announcement),
        topic=announcement.topic,
        urgency=Urgency(announcement.urgency),
        group_ids=tuple(announcement.group_ids),
        channels=tuple(announcement.channels),
        scheduled_at=announcement.scheduled_at,
        quiet_exempt=announcement.quiet_exempt,
        quiet_reason=announcement.quiet_reason,
        banner_until=announcement.banner_until,
        cap=cap_of(announcement),
    )


def content_of(announcement: Announcement) -> Content:
    """Its text."""
    return Content.model_validate(announcement.content)


def cap_of(announcement: Announcement) -> Cap | None:
    """Its CAP facts, for dangers."""
    return Cap.model_validate(announcement.cap) if announcement.cap else None


def is_exercise(announcement: Announcement) -> bool:
    """Whether it only practises a danger: every text of it must say so."""
    return bool(announcement.cap) and announcement.cap is not None and announcement.cap.get("status") != "Actual"


def propose_short(content: Content) -> str:
    """A short form from the facts: title, time, place, as many as 160 letters hold; what does not fit is left out whole."""
    parts = [content.title, content.when, content.where, content.contact]
    text = ""
    for part in filter(None, parts):
        longer = f"{text}. {part.rstrip('.')}" if text else part.rstrip(".")
        if len(longer) + 1 > SHORT_LENGTH:
            continue
        text = longer
    if not text:
        cut = content.title[: SHORT_LENGTH - 1]
        return f"{cut.rsplit(' ', 1)[0]}…" if content.title else ""
    return text if text[-1] in ".!?…" else f"{text}."


class WrongFields(BadInput):
    """Fields that are wrong, each with its sentence."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(fields.values())))
        self.fields = fields


def read_content(values: dict[str, Any]) -> Content:
    """Content from a form. Raises WrongFields."""
    return _read(Content, values)


def read_cap(values: dict[str, Any]) -> Cap:
    """CAP facts from a form. Raises WrongFields."""
    return _read(Cap, values)


def _read(model: type[_M], values: dict[str, Any]) -> _M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = {str(problem["loc"][0]) if problem["loc"] else "": _sentence(problem) for problem in error.errors()}
        raise WrongFields(found) from error


def _sentence(problem: Any) -> str:
    field = str(problem["loc"][0]) if problem["loc"] else ""
    name = NAMES.get(field, NAMES["cap"])
    if problem["type"] in {"string_too_long", "too_long"} and isinstance(problem["input"], str):
        return f"«{name}» dài quá {problem['ctx']['max_length']} chữ cái. Anh/chị viết gọn lại."
    if problem["type"] == "too_long":
        return f"«{name}» nhiều quá {problem['ctx']['max_length']} mục. Anh/chị bỏ bớt."
    if problem["type"] == "value_error":
        return f"«{name}»: {problem['ctx']['error']}"
    return f"«{name}» chưa đúng. Anh/chị xem lại."


def slug_of(title: str) -> str:
    """A title as part of an address: at most 60 letters a–z, digits and dashes."""
    plain = unicodedata.normalize("NFD", title.lower()).replace("đ", "d")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return slug or "thong-bao"


def titled(title: str, kind: str, *, exercise: bool) -> str:
    """The title with what it is before it: «Đính chính: …», «DIỄN TẬP: …»."""
    return f"{words().exercise if exercise else ''}{words().prefixes[kind]}{title}"

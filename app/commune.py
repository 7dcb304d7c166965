"""The ward's profile: one YAML file (`GANDAN_COMMUNE_FILE`). The sample is marked as sample and says so everywhere."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from dateutil.rrule import rrulestr
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.catalog.content import Boolean, Sentence, ShortName, Slug, Text
from app.catalog.humanize import problems_of
from app.catalog.yaml_loader import ContentError, read_document

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{1,2}:\d{2}", value):
        hour, minute = map(int, value.split(":"))
        return dt.time(hour, minute)
    return value


Clock = Annotated[dt.time, BeforeValidator(_clock)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shift(_Strict):
    """Working hours of one part of a day."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"Giờ mở ({self.opens:%H:%M}) phải trước giờ nghỉ ({self.closes:%H:%M})")
        return self


class Phone(_Strict):
    name: ShortName
    number: Annotated[str, Field(pattern=r"^\+?[0-9 .]{3,16}$")]


class Counter(_Strict):
    name: ShortName
    handles: Sentence


class Link(_Strict):
    name: ShortName
    url: Annotated[str, Field(pattern=r"^https://")]


class SundayService(_Strict):
    """Ngày Chủ nhật gần Dân: an RFC 5545 rule, the hours, what is done."""

    rule: str = Field(default="FREQ=MONTHLY;BYDAY=1SU", description="Quy tắc RRULE; mặc định Chủ nhật đầu tiên hằng tháng.")
    hours: tuple[Shift, ...]
    about: Sentence
    except_days: tuple[dt.date, ...] = Field(default=(), description="Những ngày nghỉ dù đúng quy tắc.")
    extra_days: tuple[dt.date, ...] = Field(default=(), description="Những Chủ nhật làm thêm.")

    @field_validator("rule")
    @classmethod
    def _is_a_rule(cls, value: str) -> str:
        try:
            rrulestr(value, dtstart=dt.datetime(2026, 1, 1))  # noqa: DTZ001 -- only read, never compared
        except ValueError as error:
            raise ValueError("Quy tắc lặp sai. Chủ nhật đầu tháng viết: FREQ=MONTHLY;BYDAY=1SU") from error
        return value


class CommuneProfile(_Strict):
    """What citizens may know of their ward."""

    slug: Slug
    name: ShortName = Field(description="Ví dụ: Phường An Khê.")
    province: ShortName
    locale: Slug | None = Field(default=None, description="Thư mục lớp địa phương trong procedures/locales/.")
    is_sample: Boolean = Field(default=False, description="true: dữ liệu mẫu, trang sẽ ghi rõ như vậy.")
    office: Text = Field(description="Tên nơi tiếp nhận hồ sơ.")
    address: Text
    police: Text = Field(description="Tên và địa chỉ công an xã, phường.")
    phones: tuple[Phone, ...] = Field(min_length=1)
    hours: dict[Weekday, tuple[Shift, ...]]
    hours_note: Sentence | None = None
    sunday: SundayService | None = None
    counters: tuple[Counter, ...] = ()
    links: tuple[Link, ...] = ()


def load_commune(path: Path) -> CommuneProfile:
    """Read the profile. Raises ContentError, in Vietnamese, when it is broken."""
    document = read_document(path)
    try:
        return CommuneProfile.model_validate(document.data)
    except ValidationError as error:
        raise ContentError(problems_of(error, document)) from error


def as_counted(name: str) -> tuple[bool, list[int], str]:
    """To sort names as people count: «Tổ 2» before «Tổ 11», whatever the word before the number; names without one last."""
    *_, rest = re.split(r"\d+", name.casefold())
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    return not numbers, numbers, rest

"""The content model: one procedure as it is written in `procedures/<field>/<code>-<slug>.yaml`.

This is the single source of the validator, of `procedures/_schema.json` (editors complete and underline with it)
and of the field guide in `procedures/FIELDS.md`. Run `./dev generate` after a change; a stale file fails a test.

Every fact has a source: the one it names in `source`, else the procedure's `default_source`. A fact that is not
known is the word `unknown`, never an empty list, never zero.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from app.catalog.narrowing import wrong_with

UNKNOWN: Literal["unknown"] = "unknown"
Unknown = Literal["unknown"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=600)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=400)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=90)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=90)]
Ask = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


def _integer(value: object) -> object:
    """Scalars arrive as text (see yaml_loader); only plain digits are an integer: `8.000` is refused."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


def _boolean(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _date(value: object) -> object:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


# Strict: left to itself pydantic reads the text `8.000` as 8.
Integer = Annotated[int, Field(strict=True), BeforeValidator(_integer)]
Boolean = Annotated[bool, BeforeValidator(_boolean)]
Date = Annotated[dt.date, BeforeValidator(_date)]


class Channel(StrEnum):
    """A way of filing (cách nộp)."""

    ANY = "any"
    IN_PERSON = "in_person"
    ONLINE = "online"
    POSTAL = "postal"


class OnlineLevel(StrEnum):
    """Mức độ trực tuyến. It belongs to an authority: the national file states a default, a layer the truth."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class TimeUnit(StrEnum):
    """Unit of a processing time. `same_working_day`: returned the day it is filed."""

    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"
    SAME_WORKING_DAY = "same_working_day"


class FeeStatus(StrEnum):
    """What is known about a fee. A printed 0 without a note is `unknown`, never `free`."""

    AMOUNT = "amount"
    FREE = "free"
    BY_PROVINCE = "by_province"
    BY_REGULATION = "by_regulation"
    UNKNOWN = "unknown"


class PaperKind(StrEnum):
    """What the citizen does with a paper: hand it in, only show it, or fill it in (on paper or on screen)."""

    SUBMIT = "submit"
    SHOW = "show"
    FILL = "fill"


class Handler(StrEnum):
    """Who decides. `elsewhere` agencies are people a ward's citizen is sent to."""

    COMMUNE = "commune_people_committee"
    COMMUNE_POLICE = "commune_police"
    COMMUNE_MILITARY = "commune_military"
    LAND_REGISTRY = "land_registry"
    PROVINCE = "province"
    OTHER = "other"


class Voice(StrEnum):
    """In which voice a way of asking is written. Evaluation can hold one voice out."""

    PLAIN = "plain"
    SHORT = "short"
    NO_ACCENT = "no_accent"
    TEEN = "teen"
    DIALECT = "dialect"
    STORY = "story"
    ELIGIBILITY = "eligibility"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Where a fact was read. `date` is the day the source itself was current or was read."""

    title: Text = Field(description="Tên nguồn, đủ để người khác tìm lại được.")
    date: Date = Field(description="Ngày của nguồn (YYYY-MM-DD).")
    kind: Literal["portal", "law", "decision", "press", "notice"] = Field(
        description="Loại nguồn: cổng dịch vụ công, văn bản luật, quyết định, báo chí, bảng niêm yết."
    )
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$", max_length=500)] | None = Field(
        default=None, description="Nơi đọc được."
    )
    place: Text | None = Field(default=None, description="Nơi áp dụng; để trống, lớp địa phương tự ghi.")
    checked_on: Date | None = Field(default=None, description="Ngày kiểm tra; để trống, lớp địa phương tự ghi.")


class Fact(Strict):
    source: Slug | None = Field(default=None, description="Mã nguồn trong `sources`; bỏ trống là `default_source`.")


class Said(Fact):
    """One thing said in a sentence or two. Written as plain text, or with a `source` of its own."""

    text: Sentence = Field(description="Một hai câu.")

    def __str__(self) -> str:
        return self.text


def _said(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


PlainOrSourced = Annotated[Said, BeforeValidator(_said, json_schema_input_type=Sentence | Said)]


class Note(Said):
    """What often goes wrong or is asked."""

    about: Literal["amount"] | None = Field(default=None, description="`amount`: lời này nói số tiền người dân được nhận.")


PlainOrNote = Annotated[Note, BeforeValidator(_said, json_schema_input_type=Sentence | Note)]


class Paper(Fact):
    """One paper of a case (một loại giấy tờ)."""

    name: Text = Field(description="Tên giấy tờ, viết như nói với người dân.")
    kind: PaperKind = Field(description="`submit` nộp, `show` chỉ xuất trình, `fill` tờ khai phải điền.")
    originals: Integer | None = Field(default=None, ge=0, le=20, description="Số bản chính; bỏ trống nếu không rõ.")
    copies: Integer | None = Field(default=None, ge=0, le=20, description="Số bản sao; bỏ trống nếu không rõ.")
    only_if: Sentence | None = Field(default=None, description="Chỉ cần khi nào. Bỏ trống là ai cũng cần.")
    form: Text | None = Field(default=None, description="Tên hoặc số mẫu đơn (ví dụ: mẫu CT01).")
    replaced_by_data: Text | None = Field(
        default=None, description="Cơ sở dữ liệu thay giấy này theo Nghị quyết 66.7/2025 (khi tra cứu được)."
    )
    note: Sentence | None = Field(default=None, description="Điều cần biết thêm về giấy này.")


class ProcessingTime(Fact):
    """How long it takes, for one way of filing (or `any`)."""

    channel: Channel = Field(default=Channel.ANY, description="Cách nộp.")
    value: Integer = Field(ge=0, le=400, description="Số ngày/giờ. Với `same_working_day` ghi 1.")
    unit: TimeUnit = Field(description="Đơn vị: ngày làm việc, ngày, giờ, tháng, trong ngày.")
    note: Sentence | None = Field(default=None, description="Khi nào lâu hơn, tính từ lúc nào.")


class Fee(Fact):
    """One fee line for one way of filing (or `any`)."""

    channel: Channel = Field(default=Channel.ANY, description="Cách nộp.")
    status: FeeStatus = Field(description="`amount`, `free`, `by_province`, `by_regulation`, `unknown`.")
    amount: Integer | None = Field(default=None, ge=1, le=100_000_000, description="Số đồng, chỉ khi `status: amount`.")
    per: Text | None = Field(default=None, description="Tính theo gì: bản, trang, lần, hồ sơ…")
    note: Sentence | None = Field(default=None, description="Miễn, giảm cho ai; mức trần.")
    basis: Text | None = Field(default=None, description="Văn bản quy định mức này.")

    @model_validator(mode="after")
    def _amount_matches_status(self) -> Fee:
        if (self.status is FeeStatus.AMOUNT) != (self.amount is not None):
            raise ValueError("`amount` chỉ ghi khi `status: amount`, và khi đó bắt buộc phải ghi.")
        if self.status is FeeStatus.FREE and self.basis is None:
            raise ValueError("`free` (miễn phí) phải có `basis`: văn bản nào nói miễn. Không có thì ghi `unknown`.")
        return self


class Online(Fact):
    """The online level with its basis and the place it is true for."""

    level: OnlineLevel = Field(description="`full` toàn trình, `partial` một phần, `none` không, `unknown` chưa rõ.")
    basis: Text | None = Field(default=None, description="Căn cứ của mức độ này.")
    place: Text | None = Field(default=None, description="Đúng ở đâu: toàn quốc, tên tỉnh, tên xã.")

    @model_validator(mode="after")
    def _known_level_has_basis(self) -> Online:
        if self.level is not OnlineLevel.UNKNOWN and (self.basis is None or self.place is None):
            raise ValueError("Mức độ trực tuyến đã biết phải có `basis` và `place`.")
        return self


class Case(Strict):
    """One complete situation of a procedure (trường hợp), with its own papers, time and fees."""

    id: Slug = Field(description="Mã ngắn của trường hợp, dùng trong địa chỉ.")
    name: ShortName = Field(description="Tên trường hợp bằng lời thường.")
    when: Sentence = Field(description="Trường hợp này là của ai, khi nào.")
    asks: tuple[Ask, ...] = Field(default=(), description="Cách hỏi chỉ đúng với trường hợp này (nếu có).")
    said: tuple[Ask, ...] = Field(
        default=(), description="Lời ngắn chỉ đúng trường hợp này khi đã biết thủ tục, ví dụ: «rách nát», «chưa có ADN»."
    )
    papers: tuple[Paper, ...] | Unknown = Field(description="Giấy tờ cần chuẩn bị, hoặc `unknown`.")
    time: tuple[ProcessingTime, ...] | Unknown = Field(description="Thời hạn giải quyết, hoặc `unknown`.")
    fees: tuple[Fee, ...] | Unknown = Field(description="Phí, lệ phí theo cách nộp, hoặc `unknown`.")
    age_days: tuple[int, int] | None = Field(
        default=None,
        description="Trường hợp này là của người bao nhiêu ngày tuổi: từ, đến (nghe «bé 3 tháng» là biết). Một tuổi là 365 ngày.",
    )
    since_days: tuple[int, int] | None = Field(
        default=None, description="Trường hợp này là khi người thân mất đã bao nhiêu ngày: từ, đến (nghe «mất ba năm rồi» là biết)."
    )

    @model_validator(mode="after")
    def _no_empty_lists(self) -> Case:
        for name in ("papers", "time", "fees"):
            if getattr(self, name) == ():
                raise ValueError(f"`{name}` đang trống. Không biết thì ghi `unknown`.")
        return self


class Condition(Fact):
    text: Sentence = Field(description="Một điều kiện, một câu.")


class Step(Fact):
    text: Sentence = Field(description="Một bước, bắt đầu bằng động từ.")


class LookAlike(Strict):
    code: Code = Field(description="Mã thủ tục dễ nhầm.")
    difference: Sentence = Field(description="Khác nhau chỗ nào, một câu.")


class Option(Strict):
    """One answer to a guide's question (một lựa chọn)."""

    label: Label = Field(description="Lời của lựa chọn, bằng chữ thường ngày; là chữ trên nút bấm.")
    cases: tuple[Slug, ...] = Field(min_length=1, description="Mã các trường hợp còn lại khi chọn lời này.")
    asks: tuple[Ask, ...] = Field(default=(), description="Cách nói khác của lựa chọn này, ví dụ: «ở trọ», «chưa có».")


class Question(Strict):
    """One question of a guide (một câu hỏi)."""

    id: Slug = Field(description="Mã ngắn của câu hỏi.")
    text: Sentence = Field(description="Câu hỏi ngắn, hỏi điều người dân biết ngay.")
    options: tuple[Option, ...] = Field(min_length=2, max_length=4, description="Hai đến bốn lựa chọn.")


class Procedure(Strict):
    """One procedure (thủ tục hành chính)."""

    code: Code = Field(description="Mã trên Cổng Dịch vụ công quốc gia.")
    portal_id: Uuid | None = Field(default=None, description="Mã UUID của trang trên Cổng; để làm liên kết.")
    name: ShortName = Field(description="Tên đời thường, ngắn, người dân hay nói.")
    official_name: Text = Field(description="Tên chính thức trên Cổng.")
    field: Slug = Field(description="Lĩnh vực = tên thư mục (xem fields.yaml).")
    summary: Sentence = Field(description="Một hai câu: làm để được gì, ai cần làm.")
    handled_by: Handler = Field(description="Ai giải quyết.")
    agency: Text = Field(description="Tên cơ quan giải quyết, viết cho người dân.")
    where: PlainOrSourced = Field(description="Nộp ở đâu, một hai câu.")
    who: PlainOrSourced | None = Field(default=None, description="Ai được làm, ai làm thay được.")
    channels: tuple[Channel, ...] | Unknown = Field(description="Các cách nộp: in_person, online, postal.")
    online: Online = Field(description="Mức độ trực tuyến.")
    conditions: tuple[Condition, ...] | Unknown = Field(description="Điều kiện; danh sách trống nếu nguồn nói không có.")
    cases: tuple[Case, ...] = Field(min_length=1, description="Các trường hợp; luôn có ít nhất một.")
    case_question: Sentence | None = Field(default=None, description="Câu hỏi giúp chọn trường hợp, khi có từ hai trường hợp trở lên.")
    guide: tuple[Question, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=3,
        description="Một đến ba câu hỏi dẫn tới đúng một trường hợp, khi danh sách trường hợp khó chọn.",
    )
    steps: tuple[Step, ...] | Unknown = Field(description="Các bước người dân làm, hoặc `unknown`.")
    result: Text | Unknown = Field(description="Nhận được giấy gì, hoặc `unknown`.")
    legal_basis: tuple[Text, ...] | Unknown = Field(description="Căn cứ pháp lý: tên và số văn bản.")
    notes: tuple[PlainOrNote, ...] = Field(default=(), description="Lưu ý hay gặp.")
    aliases: tuple[ShortName, ...] = Field(default=(), description="Tên khác của thủ tục hay của giấy tờ.")
    asks: dict[Voice, tuple[Ask, ...]] = Field(description="Các cách người dân hỏi, theo giọng.")
    lookalikes: tuple[LookAlike, ...] = Field(default=(), description="Thủ tục dễ nhầm và chỗ khác nhau.")
    essential_online: Boolean = Field(default=False, description="Thuộc 25 dịch vụ công toàn trình thiết yếu.")
    replaced_by: Code | None = Field(default=None, description="Mã thay thế, khi thủ tục này không còn dùng.")
    default_source: Slug = Field(description="Nguồn của mọi dữ kiện không ghi nguồn riêng.")
    sources: dict[Slug, Source] = Field(min_length=1, description="Các nguồn đã dùng.")
    checked_on: Date = Field(description="Ngày người viết đối chiếu với nguồn (YYYY-MM-DD).")
    checked_by: Text = Field(description="Ai đối chiếu.")

    @model_validator(mode="after")
    def _consistent(self) -> Procedure:
        missing = {self.default_source, *self.cited_sources()} - self.sources.keys()
        if missing:
            raise ValueError(f"Nguồn chưa khai báo trong `sources`: {', '.join(sorted(missing))}.")
        ids = [case.id for case in self.cases]
        if len(ids) != len(set(ids)):
            raise ValueError("Hai trường hợp trùng `id`.")
        if len(self.cases) > 1 and self.case_question is None:
            raise ValueError("Có từ hai trường hợp trở lên thì phải có `case_question`.")
        problem = wrong_with(self.guide, ids) if self.guide else None
        if problem is not None:
            raise ValueError(problem)
        return self

    def cited_sources(self) -> set[str]:
        """Ids of the sources that single facts name."""
        found: set[str] = set()

        def walk(value: Any) -> None:
            if isinstance(value, Fact) and value.source is not None:
                found.add(value.source)
            if isinstance(value, BaseModel):
                for name in type(value).model_fields:
                    walk(getattr(value, name))
            elif isinstance(value, (tuple, list)):
                for item in value:
                    walk(item)

        walk(self)
        return found

    def source_of(self, fact: Fact) -> Source:
        """The source of a fact of this procedure."""
        return self.sources[fact.source or self.default_source]

    def case(self, case_id: str | None) -> Case:
        """The case with this id, else the first one."""
        return next((case for case in self.cases if case.id == case_id), self.cases[0])

    def all_asks(self) -> tuple[str, ...]:
        """Every way of asking, over all voices and cases."""
        return tuple(ask for asks in self.asks.values() for ask in asks) + tuple(ask for case in self.cases for ask in case.asks)

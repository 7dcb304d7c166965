"""The smaller content files beside the procedures: fields, life events, agencies elsewhere, local layers."""

from __future__ import annotations

from pydantic import Field, model_validator

from app.catalog.content import (
    Ask,
    Code,
    Date,
    Fact,
    Fee,
    Online,
    PlainOrNote,
    PlainOrSourced,
    ProcessingTime,
    Sentence,
    ShortName,
    Slug,
    Source,
    Strict,
    Text,
    Uuid,
)


class FieldOfWork(Strict):
    """A field of procedures (lĩnh vực); its id is the folder name."""

    id: Slug
    name: ShortName
    about: Sentence = Field(description="Một câu: lĩnh vực này gồm những việc gì.")


class LifeEvent(Strict):
    """An event in a family's life and the procedures it needs, in order."""

    id: Slug
    name: ShortName
    about: Sentence
    opening: Sentence | None = Field(default=None, description="Lời chia buồn hay chúc mừng trước khi chỉ việc.")
    advice: Sentence | None = Field(default=None, description="Việc cần làm ngay mà không phải là thủ tục. Có thì phải có `sources`.")
    sources: tuple[Source, ...] = Field(default=(), description="Nguồn của từng điều nói trong `advice`.")
    asks: tuple[Ask, ...] = Field(min_length=6, description="Cách người dân kể về sự kiện này.")
    procedures: tuple[Code, ...] = Field(min_length=2, description="Mã thủ tục theo thứ tự nên làm.")
    when: dict[Code, Text] = Field(default={}, description="Thủ tục nào chỉ cần khi nào: phần sau chữ «khi», không viết hoa, không chấm.")

    @model_validator(mode="after")
    def _when_of_its_own(self) -> LifeEvent:
        if strange := self.when.keys() - set(self.procedures):
            raise ValueError(f"`when` nói về thủ tục không có trong `procedures`: {', '.join(sorted(strange))}.")
        return self

    @model_validator(mode="after")
    def _advice_sourced(self) -> LifeEvent:
        if (self.advice is None) != (not self.sources):
            raise ValueError("`advice` và `sources` đi cùng nhau.")
        return self


class Elsewhere(Strict):
    """Something citizens ask the ward for that another agency does."""

    id: Slug
    name: ShortName
    codes: tuple[Code, ...] = Field(default=(), description="Mã trên danh mục toàn quốc, sát nhất trước.")
    portal_id: Uuid | None = None
    agency: Text = Field(description="Ai làm.")
    advice: Sentence = Field(description="Đi đâu, làm cách nào: một hai câu.")
    asks: tuple[Ask, ...] = Field(min_length=8)
    near: tuple[Code, ...] = Field(default=(), description="Thủ tục của xã, phường gần nghĩa nhất (nếu có).")
    source: Source


class Family(Strict):
    """Look-alikes that a too short message cannot tell apart: one question, two to five choices."""

    id: Slug
    question: Sentence
    choices: tuple[str, ...] = Field(min_length=2, max_length=5, description="Mã thủ tục, hoặc `elsewhere:<id>`.")
    asks: tuple[Ask, ...] = Field(min_length=3, description="Lời mơ hồ dẫn tới câu hỏi này.")
    plain_first: bool = Field(default=False, description="Ai nói «xin, làm, đăng ký, mở» thì cần việc đầu tiên của `choices`.")


class LocalCase(Strict):
    time: tuple[ProcessingTime, ...] | None = None
    fees: tuple[Fee, ...] | None = None


class Layer(Strict):
    """What is different in one place. A layer never replaces papers or steps."""

    code: Code
    place: Text
    online: Online | None = None
    where: PlainOrSourced | None = None
    notes: tuple[PlainOrNote, ...] = ()
    cases: dict[str, LocalCase] = Field(default_factory=dict, description="Theo mã trường hợp; `*` là mọi trường hợp.")
    default_source: Slug
    sources: dict[Slug, Source] = Field(min_length=1)
    checked_on: Date
    checked_by: Text

    @model_validator(mode="after")
    def _sources_declared(self) -> Layer:
        facts: list[Fact] = [fact for case in self.cases.values() for facts in (case.time, case.fees) for fact in facts or ()]
        facts += [*self.notes, *(fact for fact in (self.online, self.where) if fact is not None)]
        missing = {self.default_source, *(fact.source for fact in facts if fact.source)} - self.sources.keys()
        if missing:
            raise ValueError(f"Nguồn chưa khai báo trong `sources`: {', '.join(sorted(missing))}.")
        return self


class FieldsFile(Strict):
    fields: tuple[FieldOfWork, ...]


class LifeEventsFile(Strict):
    life_events: tuple[LifeEvent, ...]


class ElsewhereFile(Strict):
    elsewhere: tuple[Elsewhere, ...]


class FamiliesFile(Strict):
    everyday: tuple[Code, ...] = Field(default=(), description="Việc được hỏi hằng ngày: khi phân vân, nghiêng về chúng.")
    families: tuple[Family, ...]

"""What a local fact may be. Papers and steps are not here: they can never be changed in one place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from app.catalog.content import Date, Fee, FeeStatus, Note, Online, OnlineLevel, ProcessingTime, Said, Slug, Text

ALL_CASES = "*"
MOST_LINES = 6  # of fees, or of times


class FactField(StrEnum):
    """What a local fact is about. `TIME` and `FEES` may be of one case; the others are of the whole procedure."""

    ONLINE = "online"
    WHERE = "where"
    TIME = "time"
    FEES = "fees"
    NOTE = "note"


OF_A_CASE = (FactField.TIME, FactField.FEES)
VALUES: Mapping[FactField, TypeAdapter[Any]] = {
    FactField.ONLINE: TypeAdapter(Online),
    FactField.WHERE: TypeAdapter(Said),
    FactField.TIME: TypeAdapter(Annotated[tuple[ProcessingTime, ...], Field(min_length=1, max_length=MOST_LINES)]),
    FactField.FEES: TypeAdapter(Annotated[tuple[Fee, ...], Field(min_length=1, max_length=MOST_LINES)]),
    FactField.NOTE: TypeAdapter(Note),
}


class Proposal(BaseModel):
    """A fact as an official proposes it. `value`: as the catalog writes it, see VALUES."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]{6}$")]
    case_id: Slug | Literal["*"] = ALL_CASES
    field: FactField
    value: Any
    source_title: Text
    source_kind: Literal["portal", "law", "decision", "press", "notice"]
    source_url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^(https://\S+)?$")] = ""
    source_date: Date
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""

    @model_validator(mode="after")
    def _is_known_and_of_its_kind(self) -> Proposal:
        value = VALUES[self.field].validate_python(self.value)
        if self.case_id != ALL_CASES and self.field not in OF_A_CASE:
            raise ValueError("Chỉ phí và thời hạn mới ghi riêng cho một trường hợp.")
        if isinstance(value, Online) and value.level is OnlineLevel.UNKNOWN:
            raise ValueError("Chưa rõ mức trực tuyến thì không cần ghi gì.")
        if self.field is FactField.FEES and any(fee.status is FeeStatus.UNKNOWN for fee in value):
            raise ValueError("Chưa rõ phí thì không cần ghi gì.")
        return self

    @property
    def read_value(self) -> Any:
        """The value as the catalog's model has it."""
        return VALUES[self.field].validate_python(self.value)

    @property
    def stored_value(self) -> Any:
        """The value as plain JSON, whole."""
        return VALUES[self.field].dump_python(self.read_value, mode="json", exclude_none=True)


def digest(values: Any) -> str:
    """12 hex digits of plain JSON."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]

"""Shapes of the public API. Procedures are given as they stand in the catalog."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.content import OnlineLevel, Procedure
from app.catalog.tiers import Tier
from app.messages import Reply


class ProcedureSummary(BaseModel):
    """One line of the list of procedures."""

    code: str
    name: str
    official_name: str
    field: str
    agency: str
    online_level: OnlineLevel
    tier: Tier
    url: str


class ProcedureList(BaseModel):
    catalog_version: str
    total: int
    procedures: list[ProcedureSummary]


class ProcedureDetail(BaseModel):
    catalog_version: str
    tier: Tier
    url: str
    procedure: Procedure


Message = Annotated[str, Field(max_length=10_000)]


class Question(BaseModel):
    """A citizen's message, with the earlier messages of the same conversation, oldest first."""

    model_config = ConfigDict(extra="forbid")

    text: Message = Field(description="The message, as typed.")
    prev: list[Message] = Field(default_factory=list, max_length=20, description="Earlier messages of the same citizen.")


class AskAnswer(BaseModel):
    """What was understood, and the reply."""

    catalog_version: str
    decision: Literal["answer", "clarify", "unknown", "other"]
    intent: str
    codes: list[str] = Field(description="Procedure codes, best first, up to 5.")
    aspect: list[str]
    confidence: float = Field(ge=0, le=1)
    ms: float
    reply: Reply


class Problem(BaseModel):
    """An error: a stable code and a Vietnamese sentence."""

    error: str
    detail: str

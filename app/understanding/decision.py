"""What is decided about one message, and what a conversation keeps in mind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from app.understanding.rules import Aspect

Outcome = Literal["answer", "clarify", "unknown", "other"]
SURE_ENOUGH = 0.5  # a confidence from which the best is answered without more ado


@dataclass(frozen=True)
class State:
    """What a conversation keeps in mind between two messages."""

    code: str | None = None
    aspects: tuple[Aspect, ...] = ()
    recent: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """What was offered last, in order: codes, `elsewhere:…`, `event:…`, a case as `case:<code>:<case id>`, or
    an answer to a question of a procedure's guide as `guide:<code>:<question id>:<option number>`."""
    labels: tuple[str, ...] = ()
    """The words of the offered choices, in the same order: saying one of them chooses it."""
    answers: tuple[str, ...] = ()
    """What was answered in the guide of `code`: `<question id>:<option number>`."""
    case: str = ""
    """Id of the case of `code` that was chosen or told: what is asked next is about it."""
    unheard: int = 0
    """How often in a row an open question of a guide, or an open list, did not get further."""
    elsewhere: str = ""
    """Id of another agency's matter, when that was answered last: what is asked next may be about it."""
    danger: str = ""
    """The intent that told of danger, despair or a crime, when that was answered last: what is said next is about it."""
    expects: str = ""
    """What else the last reply asked for, such as a residential group or a confirmation: `app.subscribers.hearing.Expects`."""
    died: tuple[int, ...] = ()
    """How long ago somebody died, as days at least and at most, when that was said in this conversation."""
    due: str = ""
    """What the family of the one who died is due by what he received, when that was said: «ông có lương hưu»."""
    outer: tuple[str, ...] = ()
    """Several lost papers, in the order they were named, while one of them after the other is looked at."""
    condoled: bool = False
    """Whether condolences were said in this conversation: they are said once."""


@dataclass(frozen=True)
class Part:
    """One procedure asked about and the aspects asked."""

    code: str
    aspects: tuple[Aspect, ...]
    case_id: str | None = None


@dataclass(frozen=True)
class Decision:
    """What to do. `codes` are ranked also when it clarifies; `parts` holds one or several procedures to answer."""

    outcome: Outcome
    intent: str
    codes: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    parts: tuple[Part, ...] = ()
    choices: tuple[str, ...] = ()
    family: str | None = None
    target: str | None = None
    """Id of the agency elsewhere or life event to show."""
    confidence: float = 0.0
    inherited: bool = False
    beside: str = ""
    """Intent of danger that the message tells of beside what it asks."""
    state: State = field(default_factory=State)

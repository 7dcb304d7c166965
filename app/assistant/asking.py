"""What is asked of this very procedure: which aspects it has, which one is meant of two, and what else its sentences answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.assistant.affirmed import affirmed
from app.assistant.asked import Asked
from app.assistant.cards import Cards, is_of_police
from app.assistant.details import Details, Found
from app.assistant.options import Spoken
from app.assistant.replies import Replies
from app.assistant.told import Sentence
from app.catalog.content import UNKNOWN, Case, Procedure
from app.commune import CommuneProfile, Phone
from app.messages import Card, Line, Reply
from app.understanding.decision import Decision, State
from app.understanding.index import Index
from app.understanding.rules import Aspect
from app.understanding.text import folded_words

MEANS = re.compile(
    r"(?i)^(?:(?:dạ|da|à|a|ờ|không|khong|ko)[, ]+)*(?:ý|y) (?:là|la|(?:tôi|toi|tui|em|mình|minh|con|cháu|chau|anh|chị|chi) (?:là|la))\b"
)
"""«Ý em là đóng luôn cái quán»: who says what is meant of the matter in hand wants to hear that it is that."""
INSTEAD: Mapping[Aspect, frozenset[Aspect]] = {
    Aspect.WHO: frozenset({Aspect.AGENCY, Aspect.STEPS}),
    Aspect.VALIDITY: frozenset({Aspect.TIME, Aspect.FEE, Aspect.STEPS, Aspect.CONDITIONS}),
    Aspect.DEADLINE: frozenset({Aspect.TIME, Aspect.FEE, Aspect.STEPS, Aspect.CONDITIONS, Aspect.VALIDITY}),
    Aspect.PAYOUT: frozenset({Aspect.TIME, Aspect.PLACE, Aspect.STEPS, Aspect.AMOUNT, Aspect.RESULT}),
    Aspect.MEANING: frozenset({Aspect.RESULT, Aspect.STEPS, Aspect.DOCUMENTS}),
    Aspect.ONLINE: frozenset({Aspect.CONDITIONS}),
    Aspect.BRIEF: frozenset(Aspect),
    Aspect.LINK: frozenset(Aspect),
}
"""What is not shown beside one that says more exactly what is asked: «hạn nộp là mấy ngày» asks for no processing time."""
ANSWERED = frozenset(
    {Aspect.DOCUMENTS, Aspect.STEPS, Aspect.CONDITIONS, Aspect.PLACE, Aspect.AGENCY, Aspect.FORMS, Aspect.RESULT, Aspect.DUTY}
)
"""Aspects that «không có giấy X thì sao», «giấy X lấy ở đâu» are heard as; a sentence on that comes first."""
UNSURE = frozenset({Aspect.CONDITIONS, Aspect.STEPS, Aspect.DOCUMENTS})
"""Aspects that a question is heard as for want of a better one: that nothing is known of it must be told."""
BARE: Mapping[str, Any] = {"lines": (), "links": (), "badge": None, "subtitle": "", "case": ""}
"""A card that says only whose it is, and where the whole of it stands."""


@dataclass(frozen=True)
class Told:
    """What the sentences of a procedure say to a question."""

    lines: tuple[Line, ...] = ()
    missing: bool = False
    """The question says something that no sentence speaks of."""
    pointed: bool = False
    """The lines were found by what is asked, not by words alone."""


class Asking:
    """Fits what was heard to the procedure in hand."""

    def __init__(self, replies: Replies, cards: Cards) -> None:
        self._replies, self._cards, self._topics = replies, cards, cards.topics
        self._details = Details(cards.topics)
        self.nearby = cards.nearby
        self._sentences: dict[tuple[str, str], tuple[Procedure, tuple[Sentence, ...]]] = {}

    def aspects(self, procedure: Procedure, heard: tuple[Aspect, ...], plain: str) -> tuple[Aspect, ...]:
        """The aspects to show of those heard."""
        asked = set(heard) - {other for aspect in heard for other in INSTEAD.get(aspect, frozenset()) if other is not aspect}
        if {Aspect.VALIDITY, Aspect.DEADLINE}.issubset(heard) and "phai" not in plain.split():
            asked = (asked - {Aspect.DEADLINE}) | {Aspect.VALIDITY}  # «giấy đó hạn mấy tháng»; not «mấy tháng phải gia hạn»
        if Aspect.DEADLINE in asked and Aspect.TIME in heard and "thoi han" in plain and not self.speaks("deadline", procedure):
            asked = (asked - {Aspect.DEADLINE}) | {Aspect.TIME}  # «thời hạn đăng ký kết hôn bao lâu»
        pays, receiving = self.nearby.pays(procedure), self.nearby.receiving(plain)
        if asked & {Aspect.FEE, Aspect.AMOUNT} and receiving:
            asked = (asked - {Aspect.FEE, Aspect.RESULT}) | {Aspect.AMOUNT}
        elif pays and Aspect.FEE in asked and not self._topics.about("paying", plain):
            asked = (asked - {Aspect.FEE}) | {Aspect.AMOUNT}
        elif Aspect.AMOUNT in asked and not pays:
            asked = (asked - {Aspect.AMOUNT, Aspect.RESULT}) | {Aspect.FEE}
        if Aspect.PAYOUT in asked and not pays:
            asked = (asked - {Aspect.PAYOUT}) | {Aspect.TIME}
        if (
            len(asked) > 1
            and procedure.conditions in (UNKNOWN, ())
            and not asked.isdisjoint({Aspect.PLACE, Aspect.WHO, Aspect.DUTY, Aspect.ONLINE})
        ):
            asked.discard(Aspect.CONDITIONS)  # that there are none answers nothing
        kept = [aspect for aspect in heard if aspect in asked]
        return (*(aspect for aspect in Aspect if aspect in asked and aspect not in kept), *kept)

    def answering(
        self, reply: Reply, decision: Decision, procedure: Procedure, text: str, before: State, index: Index, commune: CommuneProfile
    ) -> Reply:
        """The reply about a procedure with the sentences that answer `text` first. `before`: what was in mind."""
        [part], [card], words = decision.parts, reply.cards, self._replies
        case = procedure.case(part.case_id) if part.case_id else None
        chosen = decision.intent == "choice" and case is not None
        if chosen and not part.aspects:
            return reply
        goes_on = decision.inherited and before.code == procedure.code
        so = affirmed(text)
        corrects = (so != text or MEANS.match(text) is not None) and not Spoken.of(text, index).asks
        if corrects and goes_on and not part.aspects and _confirms(text, so, procedure, index):
            return reply.model_copy(update={"paragraphs": (words.say(words.get("card.still"), {"name": procedure.name}),)})
        text = so if corrects else text
        told = self._told(procedure, case, part.aspects, text, index, goes_on=goes_on)
        if chosen and not told.pointed:
            return reply
        counter = self.nearby.counter(procedure, text, commune)
        if counter is not None:
            return reply.model_copy(update={"cards": (card.model_copy(update={"lines": (counter, *card.lines)}),)})
        if told.missing and goes_on:
            phone = phone_of(procedure, commune)
            tells = not part.aspects and not Spoken.of(text, index).asks  # «tại tên xấu», and no question
            missing = words.say(words.get("card.heard" if tells else "card.not_told"), {"name": phone.name, "number": phone.number})
            if part.aspects and before.aspects != decision.state.aspects:
                return reply.model_copy(update={"closing": (missing, *reply.closing)})
            return reply.model_copy(update={"paragraphs": (missing,), "cards": (card.model_copy(update=BARE),)})
        card = self._with_told(card, told, procedure, part.aspects)
        if Aspect.DEADLINE in part.aspects and self._topics.about("late", " ".join(folded_words(text))):
            reply = reply.model_copy(update={"closing": (words.get("card.late"), *reply.closing)})
        if part.aspects or not told.lines:
            return reply.model_copy(update={"cards": (card,)})
        card = card.model_copy(update={**BARE, "lines": told.lines})
        return reply.model_copy(update={"paragraphs": (words.say(words.get("card.again"), {"name": procedure.name}),), "cards": (card,)})

    def _told(
        self, procedure: Procedure, case: Case | None, aspects: tuple[Aspect, ...], text: str, index: Index, *, goes_on: bool
    ) -> Told:
        """What else the procedure says to a question. `goes_on`: it is asked after an answer about this procedure."""
        asks = bool(aspects) or goes_on or Spoken.of(text, index).supposes
        if not ANSWERED.union({Aspect.MEANING, Aspect.FEE}).issuperset(aspects) or not asks:
            return Told()
        found = self._found(procedure, case, text, index)
        if not goes_on and not found.pointed:  # who has heard nothing yet is told of this procedure
            found = replace(found, sentences=tuple(each for each in found.sentences if not each.beside))
        if Aspect.MEANING in aspects:
            found = Found(tuple(each for each in found.sentences if each.paper is not None and each.paper.note), found.telling)
        elif Aspect.FEE in aspects:
            found = Found(tuple(each for each in found.sentences if each.aside))
        if not found.sentences:
            return Told(missing=found.telling and UNSURE.issuperset(aspects) and aspects != (Aspect.DOCUMENTS,))
        texts = tuple(dict.fromkeys(each.text for each in found.sentences))
        label = self._replies.get("card.told")["label"]
        line = Line(label=label, text=texts[0]) if len(texts) == 1 else Line(label=label, text="", items=texts)
        return Told((line,), pointed=found.pointed)

    def beside_question(self, reply: Reply, procedure: Procedure, text: str, index: Index, today: dt.date, *, asks: bool) -> Reply:
        """The question of a guide once more, with what the procedure says to what was asked or told instead of an answer."""
        found = self._found(procedure, None, text, index)
        told = tuple(dict.fromkeys(each.text for each in found.sentences))
        if not told or (asks and not found.pointed and not any(each.paper for each in found.sentences)):
            return reply
        card = self._cards.card(procedure, procedure.cases[0], (), today, case_known=False)
        line = Line(label=self._replies.get(f"card.{'told' if asks else 'fact'}")["label"], text="", items=told)
        again = (self._replies.say(self._replies.get("card.again"), {"name": procedure.name}),)
        card = card.model_copy(update={**BARE, "lines": (line,)})
        return reply.model_copy(update={"paragraphs": again if asks else reply.paragraphs, "cards": (card,)})

    def late(self, decision: Decision, asked: Asked) -> Card | None:
        """«Để quá 60 ngày có bị phạt không» about the matter in mind: by when it is to be done, where a source says that."""
        code = asked.before.code
        procedure = asked.knowledge.catalog.current(code) if code and code in decision.codes[:1] else None
        if procedure is None or not self.speaks("deadline", procedure):
            return None
        return self._cards.card(procedure, procedure.cases[0], (Aspect.DEADLINE,), asked.now.date(), case_known=False)

    def speaks(self, topic: str, procedure: Procedure) -> bool:
        """Whether a procedure says anything of it."""
        return bool(self._topics.speaking(topic, self._cards.told(procedure, procedure.cases)))

    def _found(self, procedure: Procedure, case: Case | None, text: str, index: Index) -> Found:
        key = (procedure.code, case.id if case else "")
        made_from, among = self._sentences.get(key, (None, ()))
        if made_from is not procedure:
            among = self._cards.told(procedure, (case,) if case else procedure.cases)
            self._sentences[key] = (procedure, among)
        return self._details.find(text, (procedure.name, procedure.official_name), among, index)

    def _with_told(self, card: Card, told: Told, procedure: Procedure, aspects: tuple[Aspect, ...]) -> Card:
        """The card with what was told first, and without a line that says nothing beside it."""
        words, lines = self._replies.get("card"), list(card.lines)
        hidden: set[str] = set()
        if Aspect.MEANING in aspects or (told.lines and procedure.conditions in (UNKNOWN, ())):
            hidden = {words["meaning"]["label"], words["conditions"]["label"]}
        lines = [line for line in lines if line.label not in hidden]
        lines = [*(line for line in told.lines if not all(_shown(text, lines) for text in line.items or (line.text,))), *lines]
        if Aspect.MEANING in aspects and not told.lines:
            unknown = self._replies.say(words["meaning"]["unknown"], {"police": is_of_police(procedure)})
            lines = [Line(label=words["meaning"]["label"], text=unknown), *lines]
        return card.model_copy(update={"lines": tuple(lines)})

    def hours(self, procedure: Procedure, commune: CommuneProfile) -> tuple[str, ...]:
        """When the ward's police takes in what it handles, in the procedure's own words."""
        phone = phone_of(procedure, commune)
        said = [each.text for each in self._topics.speaking("hours", self._cards.told(procedure, ())) if not each.aside]
        context = {"name": procedure.name, "names": tuple(dict.fromkeys(said)), "phone": phone, "commune": commune}
        return self._replies.say_all(self._replies.get("card.police_hours"), context)


def _shown(text: str, lines: Iterable[Line]) -> bool:
    """Whether a card says this anyway: not as one of several, where it is better said first."""
    return any(text in line.text or any(text in item and text != item for item in line.items) for line in lines)


def _confirms(text: str, so: str, procedure: Procedure, index: Index) -> bool:
    """Whether a correction says something, and denies nothing of the procedure's own name: «mất» of «Cấp lại sổ đỏ bị mất»."""
    said, name = index.words(so).content, index.normalizer.words(procedure.name).content
    denied = set(index.words(text).content).difference(said)
    return bool(said) and denied.isdisjoint(name)


def phone_of(procedure: Procedure, commune: CommuneProfile) -> Phone:
    """Whom to call about it: the ward's police for what they handle, else the one-stop counter."""
    police = (phone for phone in commune.phones if "ông an" in phone.name)
    return (next(police, None) if is_of_police(procedure) else None) or commune.phones[0]

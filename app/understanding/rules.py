"""Patterns over folded text: intents that have a telling form, asked aspects, and signs of conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain

from app.understanding.screen import Screen, Screened
from app.understanding.spoken import UNSPOKEN, Spoken, Typed

SHORT = 9  # words; a choice is said in a short message
TELLING = 24  # words to which what tells of an intent, a comparison or a wish to get something decides; a story says much in passing


class Aspect(StrEnum):
    """What about a procedure is asked."""

    DOCUMENTS = "documents"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    STEPS = "steps"
    CONDITIONS = "conditions"
    ONLINE = "online"
    FORMS = "forms"
    LEGAL_BASIS = "legal_basis"
    AGENCY = "agency"
    RESULT = "result"
    AMOUNT = "amount"
    PAYOUT = "payout"
    """When and how the money is received."""
    WHO = "who"
    """Who hands it in, and who may in their place."""
    VALIDITY = "validity"
    """How long what one gets can be used."""
    DEADLINE = "deadline"
    """By when the citizen must come."""
    DUTY = "duty"
    """Whether one has to do it at all."""
    MEANING = "meaning"
    """What a paper or a word is."""
    BRIEF = "brief"
    QR = "qr"
    LINK = "link"


FINER = frozenset({Aspect.VALIDITY, Aspect.DEADLINE, Aspect.PAYOUT, Aspect.DUTY, Aspect.MEANING})
"""Aspects heard in the words of a coarser one («mấy tháng», «có phải … không»): they say more exactly what is asked, not more."""


@dataclass(frozen=True)
class IntentRule:
    """An intent that patterns can recognise; `sure` ones decide alone, before any search."""

    id: str
    patterns: tuple[re.Pattern[str], ...]
    sure: bool
    strong: bool
    """Its patterns are so telling that they outweigh a procedure named in the same message."""
    veto: tuple[re.Pattern[str], ...] = ()
    """What, in the folded or the accented text, speaks against it."""
    always: tuple[re.Pattern[str], ...] = ()
    """What no veto outweighs."""
    telling: tuple[re.Pattern[str], ...] = ()
    """What decides in a short message, whatever procedure it names («nộp hồ sơ tuần trước, duyệt chưa»)."""
    spoken: Spoken = UNSPOKEN
    """What tells it, with accents where the message has them."""
    unsaid: Spoken = UNSPOKEN
    """What speaks against `spoken`: a paper that is asked for, what is long ago."""
    despite: Spoken = UNSPOKEN
    """What is heard whatever speaks against it: a cry for help."""
    at_once: Spoken = UNSPOKEN
    """The same, in a long story too: a shell in the field, a hill that slides."""

    @cached_property
    def speaking_for(self) -> tuple[re.Pattern[str], ...]:
        """All that tells of it."""
        return (*self.patterns, *self.always, *self.telling, *self.spoken.patterns(), *self.despite.patterns(), *self.at_once.patterns())

    @cached_property
    def speaking_against(self) -> tuple[re.Pattern[str], ...]:
        """All that keeps it from being heard."""
        return (*self.veto, *self.unsaid.patterns())

    def tells(self, texts: Sequence[Screened], original: Screened) -> bool:
        """Whether a short message tells this intent, whatever procedure it names."""
        return any(text.has(self.telling) for text in texts) and not any(text.has(self.veto) for text in (*texts, original))

    def fires(self, texts: Sequence[Screened], original: Screened, typed: Typed, *, spoken: bool) -> bool:
        """Whether folded `texts` (and the accented `original`, or the message as `typed`) tell this intent. `spoken`: whether it is said."""
        if any(text.has(self.always) for text in texts) or self.despite.says(typed) or self.at_once.says(typed):
            return True
        if spoken and not self.unsaid.says(typed):
            return True
        return any(text.has(self.patterns) for text in texts) and not any(text.has(self.veto) for text in (*texts, original))


@dataclass(frozen=True)
class Signs:
    """What patterns say about one message."""

    intents: tuple[str, ...]
    sure: str | None
    at_once: bool
    """Whether the sure one is heard in a long story too."""
    strong: tuple[str, ...]
    telling: str | None
    beside: str
    """An intent that is said beside what speaks against it («bị trộm ví, làm lại căn cước»)."""
    aspects: tuple[Aspect, ...]
    follow_up: bool
    correction: bool
    back: bool
    supposes: bool
    needs: bool
    wants: bool
    """Whether it says that something is to be done, got or told («xin», «làm», «cho hỏi»), and not only that it was or was not."""
    states: bool
    """Whether it tells how things are: «chưa đăng ký kết hôn», «ba mất rồi», «con 10 tuổi», «hộ khẩu ở Nghệ An»."""
    compares: bool
    gets: bool
    general: bool
    """Whether it asks how papers are handed in or fetched, whatever they are («nộp thay được không»)."""
    number: int | None
    """A choice from a list: 1 is the first, -1 the last, 0 the middle."""
    number_words: frozenset[str]

    @property
    def only_tells(self) -> bool:
        """Whether it tells how things are, at most with «thì sao», and wants nothing: a circumstance of the matter in hand."""
        return self.states and not self.wants and {Aspect.CONDITIONS, Aspect.STEPS}.issuperset(self.aspects)


_ORDINALS = {
    "dau": 1,
    "dau tien": 1,
    "nhat": 1,
    "mot": 1,
    "hai": 2,
    "nhi": 2,
    "ba": 3,
    "tu": 4,
    "bon": 4,
    "nam": 5,
    "giua": 0,
    "cuoi": -1,
    "cuoi cung": -1,
    "chot": -1,
    "sau": -1,
    "sau cung": -1,
}
_CHOICE = re.compile(
    r"\b(?:(?:so|cai|muc|cau|truong hop|loai|dong|phuong an|lua chon)(?: so| thu)?|(?:viec|chuyen|thu tuc|giay) thu) "
    r"(dau tien|dau|nhat|mot|hai|nhi|ba|tu|bon|nam|giua|cuoi cung|cuoi|chot|sau cung|sau|\d)\b"
)
_BARE_NUMBER = re.compile(r"^(?:da |vang |ok |chon |so )*(\d)(?: (?:a|ak|nha|nhe|ad|di|em|ban))*$")


class Rules:
    """All patterns of `intents.yaml`, compiled."""

    def __init__(
        self,
        intents: Sequence[IntentRule],
        aspects: Mapping[Aspect, Sequence[re.Pattern[str]]],
        follow_up: Sequence[re.Pattern[str]],
        correction: Sequence[re.Pattern[str]],
        back: Sequence[re.Pattern[str]],
        supposes: Sequence[re.Pattern[str]],
        needs: Sequence[re.Pattern[str]],
        wants: Sequence[re.Pattern[str]],
        states: Sequence[re.Pattern[str]],
        receives: Sequence[re.Pattern[str]],
        compares: Sequence[re.Pattern[str]],
        gets: Sequence[re.Pattern[str]],
        general: Sequence[re.Pattern[str]] = (),
        aspect_words: frozenset[str] = frozenset(),
        general_words: frozenset[str] = frozenset(),
    ) -> None:
        """`aspect_words`: folded words that ask for papers, money, time or place and by themselves name no matter.

        `general_words`: those besides that ask how papers are handed in or fetched.
        """
        self.aspect_words, self.general_words, self._general = aspect_words, aspect_words | general_words, tuple(general)
        self._intents = tuple(intents)
        self._aspects = dict(aspects)
        self._follow_up, self._correction, self._back = tuple(follow_up), tuple(correction), tuple(back)
        self._supposes, self._needs, self._receives = tuple(supposes), tuple(needs), tuple(receives)
        self._wants, self._states = tuple(wants), tuple(states)
        self._compares, self._gets = tuple(compares), tuple(gets)
        signs = (follow_up, correction, back, supposes, needs, wants, states, receives, compares, gets, general, *aspects.values())
        groups = [rule.speaking_for for rule in intents]
        self.screen = Screen(chain(*((*rule.speaking_for, *rule.speaking_against) for rule in intents), *signs), groups)

    def signs(self, plain: str, replaced: str, original: str = "") -> Signs:
        """Signs of a message: the folded text as typed, the same after the lexicon, and the text with its accents."""
        typed_text, original_text = self.screen.read(plain), self.screen.read(original)
        replaced_text = typed_text if plain == replaced else self.screen.read(replaced)
        texts = (typed_text,) if plain == replaced else (typed_text, replaced_text)
        number, words = _number(plain)
        short = plain.count(" ") < TELLING
        typed = Typed.of(original, texts, self.screen)
        possible = frozenset[int]().union(*(text.possible for text in (*texts, *typed.texts)))
        likely = [rule for rule, group in zip(self._intents, self.screen.groups, strict=True) if not group.isdisjoint(possible)]
        telling = next((rule.id for rule in likely if rule.tells(texts, original_text)), None) if short else None
        spoken = {rule.id for rule in likely if rule.spoken.says(typed)}
        fired = [rule for rule in likely if rule.id == telling or rule.fires(texts, original_text, typed, spoken=rule.id in spoken)]
        surely = next((rule for rule in fired if rule.sure), None)
        return Signs(
            intents=tuple(rule.id for rule in fired),
            sure=surely.id if surely is not None else None,
            at_once=surely is not None and surely.at_once.says(typed),
            strong=tuple(rule.id for rule in fired if rule.strong),
            telling=telling,
            beside=next((rule.id for rule in likely if rule.id in spoken and rule not in fired), ""),
            aspects=self._asked(texts),
            follow_up=typed_text.has(self._follow_up),
            correction=typed_text.has(self._correction),
            back=typed_text.has(self._back),
            supposes=typed_text.has(self._supposes),
            needs=typed_text.has(self._needs),
            wants=replaced_text.has(self._wants),
            states=replaced_text.has(self._states),
            compares=short and typed_text.has(self._compares),
            gets=short and typed_text.has(self._gets),
            general=short and typed_text.has(self._general),
            number=number,
            number_words=frozenset(words.split()),
        )

    def _asked(self, texts: Sequence[Screened]) -> tuple[Aspect, ...]:
        """The aspects asked about. Money to receive is asked in the words of a fee, and is none: it belongs to the result."""
        paid = [text.without(self._receives) for text in texts]
        receives = paid != list(texts)

        def asks(aspect: Aspect, patterns: Sequence[re.Pattern[str]]) -> bool:
            among = paid if aspect is Aspect.FEE else texts
            return any(text.has(patterns) for text in among) or (receives and aspect is Aspect.RESULT)

        asked = tuple(aspect for aspect, patterns in self._aspects.items() if asks(aspect, patterns))
        return (Aspect.AMOUNT, *asked) if receives else asked


def _number(plain: str) -> tuple[int | None, str]:
    """The number chosen, and the words that say it."""
    match = _BARE_NUMBER.match(plain) or (_CHOICE.search(plain) if plain.count(" ") < SHORT else None)
    if match is None:
        return None, ""
    word = match.group(1)
    return (int(word) if word.isdigit() else _ORDINALS[word]), match.group(0)

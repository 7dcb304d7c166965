"""One message on its own: answer, ask one question, say «chưa rõ», or something else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from app.understanding.decision import SURE_ENOUGH, Decision, Outcome, Part, State
from app.understanding.national import Named, Nearest
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.terms import Entry, Kind
from app.understanding.text import fold

LIKELY, LED = 0.3, 0.35  # confidences from which an intent, and what leads elsewhere or to several procedures, are believed
PERHAPS = 0.15  # a confidence from which the best is shown, with what else may be meant
TOGETHER, SAID = 0.75, 0.1  # probability of a life event and its procedures from which it is believed; and of the event alone
MAYBE = 0.15  # probability of intents from which a procedure is not guessed
NOTHING_SAID = 0.7  # below this confidence, a message without any word of a matter is asked back
TOO_VAGUE = 0.35  # learned vagueness from which a question is asked
TOO_VAGUE_BESIDE_PLAIN, TOO_VAGUE_ALL_THE_SAME = (
    0.92,
    0.8,
)  # and where one of the family is asked every day; and the family is clearly meant
SURELY_VAGUE = 0.95  # vagueness from which the family on top is asked about though it is hardly likelier than others
CLEARLY = 0.8  # probability of a family
FAMILY_MEANT, NEAR_THE_TOP = 0.2, 5  # probability and place of a family whose question fits what is too vague
KNOWS_ALL = 0.95  # share of a message, from which no national name fits better than the agency we know («gia hạn hộ chiếu»)
FOREIGN = {"answer": 0.85, "clarify": 0.97}  # probability of another agency's matter that outweighs an answer, and a question, of ours
ALIKE = 0.4  # agreement from which a national name is told then
GUESSED = 0.15  # a confidence below which even a word or two that we know may be a slip of the finger
UNLIKELY = 0.25  # a confidence below which one word of no name means nothing
FEW_WORDS = 2  # that say something: so little says nothing more than a family of matters
COVERED = 0.45  # share of a message that a class must know, to ask about it
MAX_NEAR = 3
STORY = 20  # words from which a message is a story
TOLD, TOLD_IN_STORY = 0.12, 0.3  # probability of an intent whose pattern fired, from which it is believed against a procedure
UNSURE = frozenset({"procedure", "eligibility", "vague", "unclear", "other_level"})  # a name of the national catalogue may be meant by
WITH_NEAREST = frozenset({"fines", "law_advice", "petition"})  # not ours to answer, but a procedure may be near
OF_HOURS = frozenset({"opening_hours", "sunday_service"})  # the hours of what is named, else of what is in mind
BESIDE_A_MATTER = frozenset(
    {"opening_hours", "sunday_service", "fines", "status", "contact", "queue", "session", "portal_help", "law_advice"}
)
"""What is asked beside a procedure that the message names: that one is spoken of afterwards."""
COMPLAINTS = frozenset({"khieu_nai", "to_cao"})  # a hole in the road has no procedure, a complaint has
MAX_CHOICES = 5
_OF_ALL = frozenset({Aspect.DOCUMENTS, Aspect.STEPS, Aspect.CONDITIONS, Aspect.AMOUNT, Aspect.RESULT})
"""Aspects that may be asked of all procedures of a life event («được giúp gì không»)."""
_IN_TELLING = frozenset({Aspect.FEE, Aspect.CONDITIONS, Aspect.AMOUNT, Aspect.TIME, Aspect.PLACE, Aspect.ONLINE, Aspect.AGENCY})
"""Aspects that «có bị phạt không», «tới đâu rồi», «gọi ai» seem to ask; who asks for more wants the procedure."""
_QUESTION_WORDS = frozenset({"gi", "chi", "sao", "nao", "dau", "may"})


def fresh(reader: Reader, reading: Reading, aspects: tuple[Aspect, ...], state: State) -> Decision:
    """Decide about a message as if nothing had been said before, but for the state it leaves."""
    decision = _alone(reading, aspects, state)
    top = reading.top
    if top is None or decision.intent not in UNSURE or _says_nothing(reading):
        return decision
    least = FOREIGN.get(decision.outcome, math.inf)
    ours = decision.family == top.id or decision.confidence >= SURE_ENOUGH or top.everyday
    probability, nearest = reader.foreign(reading, least if ours and decision.intent != "other_level" else 0.0)
    if decision.intent == "other_level":
        better = nearest is not None and not reading.exact and _fits_better(nearest, reading, top)
        return _national(decision, nearest.named, state) if nearest and better else decision
    foreign = probability >= least
    if ours and not foreign:
        return decision
    ours_alone = reading.ranking is not None and reading.ranking.coverage >= KNOWS_ALL  # «trường mầm non»: names a family of ours
    if nearest is not None and ((nearest.is_meant and not ours_alone) or (foreign and nearest.agreement >= ALIKE)):
        return _national(decision, nearest.named, state)
    return _unknown(reading, state) if foreign and decision.outcome == "answer" else decision


def _fits_better(nearest: Nearest, reading: Reading, elsewhere: Entry) -> bool:
    """Whether a national name says more of what was asked than what we know of another agency («thú y», not «xây dựng»)."""
    coverage, overlap = (reading.ranking.coverage, reading.ranking.name_overlap) if reading.ranking else (0.0, 0.0)
    return nearest.is_meant and coverage < KNOWS_ALL and nearest.named.name not in elsewhere.names and nearest.agreement >= overlap


def _national(decision: Decision, named: Named, state: State) -> Decision:
    """It is this procedure of the national catalogue; what is near of ours is offered beside it."""
    target, near = f"national:{named.code}", decision.codes[:MAX_NEAR]
    after = replace(state, elsewhere=target)
    return replace(decision, outcome="other", intent="national", target=target, parts=(), choices=near, state=after)


def _alone(reading: Reading, aspects: tuple[Aspect, ...], state: State) -> Decision:
    top = reading.top
    if top is None:
        return Decision("unknown", "unclear", state=state)
    codes = codes_of(reading)
    sign = _told(reading)
    if sign is not None:
        return told(reading, sign, max(reading.confidence, 0.5), state)
    if _says_nothing(reading):
        often = reading.often
        return Decision(
            "clarify",
            "vague",
            codes,
            aspects,
            choices=often,
            confidence=reading.confidence,
            state=replace(state, aspects=aspects, choices=often),
        )
    if _only_guessed(reading) or _far_fetched(reading):
        return _unknown(reading, state)
    special = _special(reading, top, aspects, state)
    if special is not None:
        return special
    if reading.confidence >= SURE_ENOUGH and top.kind is Kind.PROCEDURE:
        return answer(reading, codes, aspects, state)
    if _short(reading) or (top.kind is Kind.PROCEDURE and not aspects and _alike(reading)):
        return _clarify(reading, state)
    if reading.confidence >= PERHAPS and codes and top.kind is not Kind.INTENT and not _maybe_intent(reading):
        return answer(reading, codes, aspects, state, near=codes[1 : 1 + MAX_NEAR])
    if _few_close(reading) or (_known(reading) and reading.vagueness >= TOO_VAGUE and top.kind is not Kind.INTENT):
        return _clarify(reading, state)
    return _unknown(reading, state)


def _special(reading: Reading, top: Entry, aspects: tuple[Aspect, ...], state: State) -> Decision | None:
    """What to do when the best is no procedure: a question of another kind, a family, a life event, an agency elsewhere; or too vague."""
    if top.kind is Kind.INTENT and reading.confidence >= LIKELY:
        return told(reading, top.id.removeprefix("intent:"), reading.confidence, state)
    event = _event_meant(reading, top)
    if _too_vague(reading, top) and not (event and top.kind is Kind.PROCEDURE):
        return _clarify(reading, state, family=_family_meant(reading))
    if event is not None:
        return _event(reading, event, aspects, state)
    if top.kind is Kind.ELSEWHERE and reading.confidence >= LED:
        return sent_elsewhere(top.id, codes_of(reading), aspects, state, reading.confidence)
    if _gets_plain(reading, top) and reading.confidence >= PERHAPS:
        codes = codes_of(reading)
        return answer(reading, codes, aspects, state, near=codes[1 : 1 + MAX_NEAR])
    return None


def _event_meant(reading: Reading, top: Entry) -> Entry | None:
    """A life event that is likely, by itself or together with its own procedures, between which confidence is divided."""
    if top.kind is Kind.EVENT and reading.confidence >= LED:
        return top
    likely = (e for e, p in reading.entries[:3] if e.kind is Kind.EVENT and p >= SAID and (e is top or top.id in e.members))
    event = next(likely, None) if reading.confidence < SURE_ENOUGH else None
    if event is None:
        return None
    together = sum(p for entry, p in reading.entries if entry is event or entry.id in event.members)
    return event if together >= TOGETHER else None


def _maybe_intent(reading: Reading) -> bool:
    """Whether it may as well be a question of another kind (a file's state, a fine): then no procedure is guessed."""
    return bool(reading.signs.intents) or sum(p for entry, p in reading.entries if entry.kind is Kind.INTENT) >= MAYBE


def in_passing(reading: Reading) -> bool:
    """A long story that names a fire or a fraud of long ago and asks for a procedure; or the very name of one.

    A shell in the field or a sliding hill is never said in passing.
    """
    asks = not reading.signs.at_once and any(entry.kind is Kind.PROCEDURE and p >= TOLD_IN_STORY for entry, p in reading.entries[:2])
    named = reading.exact and reading.top is not None and reading.top.kind is not Kind.INTENT
    return named or (asks and len(reading.query.words.folded) > STORY)


def _says_nothing(reading: Reading) -> bool:
    """«Cho em hỏi thủ tục giấy tờ», «thời gian xử lý»: words, and none of a matter."""
    words = reading.query
    if reading.signs.general and reading.only_asks:  # «nộp hồ sơ thay người khác»
        return not reading.exact
    if reading.signs.intents or reading.exact or reading.confidence >= NOTHING_SAID:
        return False
    return reading.only_asks or (len(words.words.folded) > 1 and not words.content)


def _far_fetched(reading: Reading) -> bool:
    """«Thôi khỏi», «đúng rồi», «500k»: a word that stands in no name of what it might mean. Neither a card nor a list of such things."""
    words, signs = reading.query, reading.signs
    alone = len(set(words.content)) == 1 and not (words.markers or signs.aspects or signs.follow_up or signs.general or reading.exact)
    return alone and reading.confidence < UNLIKELY and (reading.ranking is None or reading.ranking.name_overlap == 0)


def _only_guessed(reading: Reading) -> bool:
    """«bla bla»: nothing but what was put right from words that nobody knows, and nothing likely comes of it."""
    typed = set(reading.query.words.plain.split())
    return bool(reading.query.content) and typed.isdisjoint(reading.query.content) and reading.confidence < SURE_ENOUGH


def _known(reading: Reading) -> bool:
    """Whether the best class knows enough of the words to ask about it, and they are no mere guess at what was typed."""
    said = set(reading.query.content)
    letters = len(said) == 1 and all(len(word) == 1 for word in said)  # «a», «aaaa» say nothing
    if letters or reading.ranking is None or reading.ranking.coverage < COVERED:
        return False
    typed = set(reading.query.words.plain.split())
    return reading.confidence >= GUESSED or len(typed & said) * 2 > len(said)


def _short(reading: Reading) -> bool:
    """A word or two that we know: too little to choose by, enough to ask back."""
    return len(set(reading.query.content)) <= FEW_WORDS and _known(reading) and reading.confidence >= GUESSED


def _alike(reading: Reading) -> bool:
    """«Hỏi về trường mầm non»: every word stands in the names of each of the three likeliest, so none is told from the others."""
    best = [entry for entry, _ in reading.entries[:3] if entry.kind is Kind.PROCEDURE]
    words = set(reading.query.content)
    return len(best) == 3 and bool(words) and all(words <= {w for name in entry.names for w in fold(name).split()} for entry in best)


def _event(reading: Reading, event: Entry, aspects: tuple[Aspect, ...], state: State) -> Decision:
    """A life event: its procedures in order. Who asks for a fee or the days has one of them in mind: the plain one.

    Who only tells what happened («mới sinh con») is asked which of them is needed.
    """
    codes = codes_of(reading, led_by=event)
    ranked = [entry.id for entry, _ in reading.entries if entry.id in event.members and entry.id in reading.plain]
    if aspects and _OF_ALL.isdisjoint(aspects) and ranked:
        return answer(reading, tuple(dict.fromkeys([ranked[0], *codes]))[:5], aspects, state)
    asks = bool(aspects) or not _QUESTION_WORDS.isdisjoint(reading.query.words.plain.split())
    outcome: Outcome = "answer" if asks else "clarify"
    choices = () if asks else event.members
    after = replace(state, choices=event.members, labels=())
    return Decision(outcome, "life_event", codes, aspects, choices=choices, target=event.id, confidence=reading.confidence, state=after)


def _told(reading: Reading) -> str | None:
    """An intent whose pattern fired and that the examples do not speak against."""
    signs = reading.signs
    if signs.telling and _IN_TELLING.issuperset(signs.aspects):
        return signs.telling
    fired = {f"intent:{name}" for name in reading.signs.intents if not (name == reading.signs.sure and in_passing(reading))}
    best = next(((entry.id, p) for entry, p in reading.entries if entry.id in fired), None)
    if best is None:
        return None
    story = len(reading.query.words.folded) > STORY  # says much in passing: a fine, an hour, a file that was handed in
    elsewhere = reading.top is not None and reading.top.kind is Kind.ELSEWHERE
    doubtful = best[1] < (TOLD_IN_STORY if story else TOLD)
    if doubtful and (story or reading.confidence >= (LED if elsewhere else SURE_ENOUGH)):
        return None
    return best[0].removeprefix("intent:")


def answer(
    reading: Reading,
    codes: tuple[str, ...],
    aspects: tuple[Aspect, ...],
    state: State,
    *,
    inherited: bool = False,
    near: tuple[str, ...] = (),
) -> Decision:
    """Answer the first code. `near`: what else may be meant, to be offered below."""
    recent = (codes[0], *(code for code in state.recent if code != codes[0]))[:4]
    intent = "follow_up" if inherited else "eligibility" if aspects == (Aspect.CONDITIONS,) else "procedure"
    return Decision(
        "answer",
        intent,
        codes,
        aspects,
        parts=(Part(codes[0], aspects),),
        choices=near,
        confidence=max(reading.confidence, 0.6 if inherited else 0.0),
        inherited=inherited,
        state=State(code=codes[0], aspects=aspects, recent=recent),
    )


def sent_elsewhere(target: str, codes: tuple[str, ...], aspects: tuple[Aspect, ...], state: State, confidence: float) -> Decision:
    """Another agency's matter."""
    after = replace(state, choices=(), labels=(), elsewhere=target)
    return Decision("other", "other_level", codes, aspects, target=target, confidence=confidence, state=after)


def told(reading: Reading, intent: str, confidence: float, state: State) -> Decision:
    """An intent that is no procedure."""
    near = intent in WITH_NEAREST and (intent != "petition" or bool(reading.query.markers & COMPLAINTS))
    mind = () if state.code is None else (state.code,)
    codes = tuple(dict.fromkeys([*mind, *_named(reading, reading.query.words.folded)]))[:5] if near else ()
    if intent in OF_HOURS:
        codes = _hours_of(reading, mind)
    return Decision("other", intent, codes, reading.aspects, confidence=confidence, state=_keeping(reading, intent, state))


def _keeping(reading: Reading, intent: str, state: State) -> State:
    """What was offered stays open; a procedure that the message names beside the hour, the fine or the file is the one in mind now."""
    named = next(iter(reading.codes()), None) if intent in BESIDE_A_MATTER else None
    if named is None or named == state.code or named not in _named(reading, reading.query.words.folded):
        return state
    recent = (named, *(code for code in state.recent if code != named))[:4]
    return replace(state, code=named, aspects=(), recent=recent, choices=(), labels=(), answers=(), elsewhere="")


def _named(reading: Reading, words: Sequence[str]) -> list[str]:
    """Procedures, best first, in whose names two of the words stand side by side: «bị phạt» has none, «khai sinh trễ bị phạt» has."""
    said = {pair for pair in pairwise(words) if all(pair)}
    ranked = (entry for entry, _ in reading.entries if entry.kind is Kind.PROCEDURE)
    return [entry.id for entry in ranked if any(not said.isdisjoint(pairwise(fold(name).split())) for name in entry.names)]


def _hours_of(reading: Reading, mind: Sequence[str]) -> tuple[str, ...]:
    """The procedure whose hours are asked, «chủ nhật làm căn cước được không»: the one in mind when it is named, else the likeliest named one."""
    words = reading.query.words
    named = _named(reading, [word if not empty else "" for word, empty in zip(words.folded, words.filler, strict=True)])
    return tuple(code for code in mind if code in named or not named) or tuple(named[:1])


def _unknown(reading: Reading, state: State) -> Decision:
    if _far_fetched(reading):
        return Decision("unknown", "unclear", confidence=reading.confidence, state=state)
    codes = tuple(reading.codes())
    near = codes[:3]
    return Decision(
        "unknown", "unclear", codes, reading.aspects, choices=near, confidence=reading.confidence, state=replace(state, choices=near)
    )


def _few_close(reading: Reading) -> bool:
    """Two to five procedures share most of the probability: a question can tell them apart."""
    procedures = [(entry, p) for entry, p in reading.entries if entry.kind is Kind.PROCEDURE][:MAX_CHOICES]
    mass = sum(p for _, p in procedures)
    ranking = reading.ranking
    enough = len(set(reading.query.content)) > FEW_WORDS or reading.confidence >= GUESSED
    return ranking is not None and enough and mass >= 0.6 and ranking.coverage >= COVERED and len(procedures) >= 2


def codes_of(reading: Reading, limit: int = 5, led_by: Entry | None = None) -> tuple[str, ...]:
    """Codes best first; what a family or a life event on top, or the one `led_by`, leads to comes before the rest."""
    top = led_by or reading.top
    led = top.members if top is not None and top.kind in (Kind.FAMILY, Kind.EVENT) else ()
    return tuple(dict.fromkeys([*(code for code in led if ":" not in code), *reading.codes()]))[:limit]


def _too_vague(reading: Reading, top: Entry) -> bool:
    """Whether to ask back. A family with a plain everyday procedure is asked about only when nothing else is said."""
    if reading.query.only_acts and not reading.exact:
        return True
    heard = reading.ranking is not None and reading.ranking.coverage > 0
    family = heard and top.kind is Kind.FAMILY
    known = _known(reading) or (family and (reading.confidence >= PERHAPS or reading.vagueness >= SURELY_VAGUE))
    if not known:
        return False
    if top.kind is Kind.FAMILY:
        if _gets_plain(reading, top):
            return False
        beside_plain = TOO_VAGUE_ALL_THE_SAME if reading.entries[0][1] >= CLEARLY else TOO_VAGUE_BESIDE_PLAIN
        return reading.exact or reading.vagueness >= (beside_plain if top.everyday else TOO_VAGUE)
    meant = reading.confidence >= PERHAPS or _family_meant(reading) is not None  # else it is none of ours
    return top.kind is Kind.PROCEDURE and meant and reading.vagueness >= TOO_VAGUE


def _gets_plain(reading: Reading, family: Entry) -> bool:
    """«Xin giấy phép xây dựng»: no word of a change or a loss, so the first of the family is meant."""
    return family.plain_first and reading.signs.gets and not reading.exact


def _family_meant(reading: Reading) -> str | None:
    """The family whose question is worth asking: it is likely itself, or the likeliest procedure is one of its own."""
    likely = reading.entries[0][0].id
    for entry, p in reading.entries[:NEAR_THE_TOP]:
        if entry.kind is Kind.FAMILY and (p >= FAMILY_MEANT or likely in (entry.id, *entry.members)):
            return entry.id
    return None


def _clarify(reading: Reading, state: State, family: str | None = None) -> Decision:
    codes = codes_of(reading)
    best = reading.entries[0][1]
    close = [e.id for e, p in reading.entries if e.kind in (Kind.PROCEDURE, Kind.ELSEWHERE) and p >= 0.08 * best]
    choices = tuple(close[:4]) if len(close) > 1 else codes[:3]
    if family is not None:
        choices = next(entry.members for entry, _ in reading.entries if entry.id == family)
    return Decision(
        "clarify",
        "vague",
        codes,
        reading.aspects,
        choices=choices,
        family=family,
        confidence=reading.confidence,
        state=replace(state, aspects=reading.aspects, choices=choices),
    )

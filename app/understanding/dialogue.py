"""What to do with a message in its conversation: answer, ask one question, say «chưa rõ», or something else.

Pure: the state goes in, the decision and the next state come out. The assistant, the command line and the evaluation
all use this one function, so what is measured is what citizens meet.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding import danger, mourning
from app.understanding.alike import another, names_another, sibling, with_topic
from app.understanding.choosing import by_number, by_words, choose
from app.understanding.comparing import compared, is_clear
from app.understanding.decision import SURE_ENOUGH, Decision, Part, State
from app.understanding.heard import heard, joins, without_joining, without_put_off
from app.understanding.lost import lost_together, still_lost
from app.understanding.offered import among_offered, asked_again
from app.understanding.outright import asked_outright
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.single import answer, fresh, in_passing, sent_elsewhere, told
from app.understanding.staying import asked_before, needed_for, stays, taxed
from app.understanding.terms import Kind

NO_WORDS = 3  # letters and numbers, that say nothing
GOES_ON = 16  # words, politeness and all, of a message that may go on about the procedure in mind
FAR_WORDS, FAR = 6, 0.3  # words of a message that goes on although it says nothing of its own, and confidence below which it is so
SHARED = 0.3  # share of «lỡ mất thì sao» that a procedure must know, to be what is meant
ONE_MATTER = 0.9  # a probability from which nothing else is looked for in the message
SEVERAL_LENGTH = 200  # letters; a longer message is a story about one matter
OF_A_PROCEDURE = frozenset({Aspect.WHO, Aspect.VALIDITY, Aspect.DEADLINE, Aspect.PAYOUT})
"""What is only asked of a procedure: «nộp thay được không» after a card is no trouble with the portal."""
THE_PAPER = frozenset({"mat", "hu", "rach", "lai", "cap", "doi", "the", "giay", "so"})  # and no word of which one
ALL_BUT = 0.999  # of the words of a message
TURNS = 0.6  # probability from which a message is about another procedure than the one in mind
_CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)")
_DAY = re.compile(r"\d[/.-]\d")
_COMMANDS_NOT = re.compile(r"\b(phai|co|neu|lo)\b|\b(ha|khong|ko|sao)$")
_AS_WELL = re.compile(r"(?i)\b(?:ngoài ra|ngoai ra|đồng thời|dong thoi|với lại|voi lai)\b")
_THINGS = r"(?:hai|2|ba|3) (?:việc|viec|thứ|thu|thủ tục|thu tuc|chuyện|chuyen)\b"
_COUNTED = re.compile(rf"(?i)\b{_THINGS}|\b(?:một|mot) (?:là|la)\b.*\b(?:hai|2) (?:là|la)\b|\b(?:vừa|vua) .*\b(?:vừa|vua)\b")
_COUNTING = re.compile(
    rf"(?i)[:,]? *\b(?:{_THINGS}(?: này| nay| đó| do)?|(?:một|mot|hai|ba|thứ nhất|thu nhat|thứ hai|thu hai) (?:là|la)\b|(?:vừa|vua|rồi|roi|với|voi)(?= \w))"
)
_WARD = re.compile(
    r"(?i)^(?:(?:thế|the|vậy|vay|rứa|rua|dạ|da|mà|ma|sao) )*(?:(?:ở|o|tại|tai|bên|ben|lên|len|ra|trên|tren) )?(?:xã|xa|phường|phuong|ubnd|ủy ban|uy ban|ở đây|o day)"
    r"(?: (?:mình|minh|này|nay|tôi|toi|em|có|co|không|khong|ko|k|thì|thi))*"
    r" (?:làm|lam|nhận|nhan|giải quyết|giai quyet|nộp|nop|cấp|cap)(?: (?:hồ sơ|ho so|giấy|giay|việc này|viec nay|cái này|cai nay|cái đó|cai do))?"
    r"(?: (?:được|duoc|đc|dc))?(?: (?:không|khong|ko|k|hông|hong|hả|ha|à|a|luôn|luon|vậy|vay|ạ|nhỉ|nhi))+[ ?.!]*$"
)
_SPLIT = re.compile(r"[;?!.\n]+|,(?=\s)|\b(?:ngoài ra|ngoai ra|đồng thời|dong thoi|còn(?= )|với lại|voi lai|và|va)\b", re.IGNORECASE)


def decide(reader: Reader, text: str, state: State) -> Decision:
    """Decide about one message; `Decision.state` is the state after it."""
    state = _still_known(reader, state)
    coded = _CODE.search(text)
    left = without_put_off(text)
    if left != text:
        text, state = left, State(recent=state.recent, condoled=state.condoled)
    text, reading = heard(reader, text, state)
    decision = danger.remembered(reading, _decided(reader, text, reading, coded, state), state)
    return mourning.remembering(reader, reading, still_lost(decision, state), state)


def _decided(reader: Reader, text: str, reading: Reading, coded: re.Match[str] | None, state: State) -> Decision:
    signs = reading.signs
    if signs.sure is not None and not in_passing(reading):
        return told(reading, signs.sure, 0.99, State() if signs.sure == "restart" else state)
    if not reading.query.words.folded:
        return Decision("other", "empty", confidence=1.0, state=state)
    if coded is not None and coded[0] in reader.index.number_of:
        return choose(coded[0], reading.aspects, state)
    if _says_nothing(reading, text):
        return Decision("unknown", "unclear", state=state)
    known = (
        by_number(reader, text, reading, state)
        or mourning.for_the_family(reader, reading, state)
        or _of_the_list(reader, text, reading, state)
        or by_words(reader, reading, state)
        or danger.still(reading, state)
        or asked_outright(reader, text, reading, state)
        or _only_a_number(reading, state)
        or compared(reader, text, reading, state)
        or lost_together(reader, text, reading, state)
        or _several(reader, text, reading)
        or _named_before(reader, text, reading, state)
        or _of_the_ward(text, reading, state)
        or _goes_on_elsewhere(reader, text, reading, state)
        or _follow_up(reader, text, reading, state)
    )
    if known is not None:
        return known
    decision = danger.perhaps(reading, fresh(reader, reading, _asked(reading, state), state), state)
    if decision.outcome in ("unknown", "clarify") and (_adds(reading, state) or _far_from_all(reading, state)):
        assert state.code is not None
        codes = tuple(dict.fromkeys([state.code, *reading.codes()]))[:5]
        return answer(reading, codes, signs.aspects, state, inherited=True)
    if decision.outcome == "clarify" and not (decision.intent == "vague" and decision.choices == reading.often):
        decision = replace(decision, state=replace(decision.state, code=None, answers=()))  # what is offered is the matter now
    return decision if decision.outcome == "other" else replace(decision, state=replace(decision.state, elsewhere=""))


def _named_before(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """«Quay lại khai tử, ai nộp được»; «đăng ký kết hôn có cần giấy độc thân không», whatever was spoken of before."""
    code = asked_before(reader, text, reading, state, joins=joins(text))
    if code is not None:
        codes = tuple(dict.fromkeys([code, *state.recent]))[:5]
        return answer(reading, codes, reading.aspects or state.aspects, state, inherited=True)
    if not reading.signs.needs or reading.signs.telling is not None:
        return None
    matter = needed_for(reader, text)
    if matter is None or matter.top is None or matter.top.id == state.code or (state.code is None and matter.top is reading.top):
        return None
    return answer(matter, tuple(matter.codes()), matter.aspects, state)


def _says_nothing(reading: Reading, text: str) -> bool:
    """«A», «500k», «1+1»: letters and numbers that choose nothing."""
    words = reading.query.words.plain.split()
    silent = len(words) <= NO_WORDS and all(len(word) == 1 or word[0].isdigit() for word in words)
    return silent and reading.signs.number is None and not reading.exact and _DAY.search(text) is None


def _only_a_number(reading: Reading, state: State) -> Decision | None:
    """A number or «cái đầu tiên», and nothing was offered."""
    alone = reading.signs.number is not None and set(reading.query.content) <= reading.signs.number_words and not reading.signs.aspects
    return Decision("other", "menu", confidence=0.5, state=state) if alone else None


def _adds(reading: Reading, state: State) -> bool:
    """A short question on some aspect that says nothing clear of another matter: it goes on about the one in mind."""
    signs, words = reading.signs, len(reading.query.words.folded)
    return (
        state.code is not None
        and bool(signs.aspects or signs.follow_up)
        and not signs.correction
        and words <= GOES_ON
        and reading.confidence < SURE_ENOUGH
    )


def _far_from_all(reading: Reading, state: State) -> bool:
    """«Cả hai đồng ý» after an answer: a few words that no matter is near to, and that want none."""
    signs = reading.signs
    few = len(reading.query.words.folded) <= FAR_WORDS and not (signs.wants or signs.correction or signs.intents)
    return state.code is not None and few and reading.confidence < FAR


def _of_the_ward(text: str, reading: Reading, state: State) -> Decision | None:
    """«Phường có nhận hồ sơ không», «ở phường không làm à», of the matter in hand: where it is handed in, and no opening hours."""
    if _WARD.match(text.strip()) is None:
        return None
    if state.elsewhere.startswith("elsewhere:"):
        return replace(sent_elsewhere(state.elsewhere, (), (Aspect.PLACE,), state, 0.6), inherited=True)
    if state.code is None:
        return None
    codes = tuple(dict.fromkeys([state.code, *state.recent]))
    return answer(reading, codes, (Aspect.PLACE,), state, inherited=True)


def _goes_on_elsewhere(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """«mất mấy ngày vậy» after another agency's matter: who to ask is told again, and nothing of what was asked before that."""
    signs = reading.signs
    asks = bool(signs.aspects or signs.follow_up) and len(reading.query.words.folded) <= GOES_ON
    if not state.elsewhere or not asks or signs.intents or signs.correction or signs.back:
        return None
    if set(reading.query.content) <= THE_PAPER and not signs.follow_up and _knows_all(reader, reading, state.elsewhere):
        return replace(sent_elsewhere(state.elsewhere, (), signs.aspects, state, 0.6), inherited=True)  # «mất thẻ xin lại ở đâu»
    if reading.confidence >= SURE_ENOUGH:
        return None
    if state.elsewhere in reader.index.number_of:
        if not reading.query.only_acts and reader.turns(reading, state.elsewhere, joins=joins(text)) >= TURNS:
            return None
        ours = _ours_beside(reader, text, reading, state)
        if ours is not None:
            return answer(ours, tuple(ours.codes()), signs.aspects, state, inherited=True)
        return replace(sent_elsewhere(state.elsewhere, (), signs.aspects, state, 0.6), inherited=True)
    if reader.index.topic_words(reading.query.content):  # a national name is no class to turn from
        return None
    return Decision("other", "national", aspects=signs.aspects, target=state.elsewhere, confidence=0.6, inherited=True, state=state)


def _knows_all(reader: Reader, reading: Reading, elsewhere: str) -> bool:
    number = reader.index.number_of.get(elsewhere)
    return number is not None and bool(reading.query.content) and float(reader.index.coverage(reading.query)[0][number]) > ALL_BUT


def _ours_beside(reader: Reader, text: str, reading: Reading, state: State) -> Reading | None:
    """«Lỡ mất thì sao» after another agency's passports: of the ward's own procedures just offered beside, the one that is meant."""
    index = reader.index
    if not reading.signs.supposes or not index.topic_words(reading.query.content) + sorted(reading.query.markers):
        return None
    together = reader.read(f"{text} {index.entries[index.number_of[state.elsewhere]].names[0]}")
    ours = next(iter(together.codes()), None)
    if ours is None or ours not in state.choices:
        return None
    covers, _ = index.coverage(reading.query)
    return together if covers[index.number_of[ours]] >= SHARED else None


def _still_known(reader: Reader, state: State) -> State:
    """The state without procedures that a newer catalog no longer has."""

    def known(choice: str) -> bool:
        return (choice.split(":")[1] if choice.startswith(("case:", "guide:")) else choice) in reader.index.number_of

    if state.code is not None and not known(state.code):
        state = replace(state, code=None, aspects=(), answers=(), case="")
    if state.elsewhere.startswith("elsewhere:") and not known(state.elsewhere):
        state = replace(state, elsewhere="")
    if not all(map(known, state.choices)):
        state = replace(state, choices=(), labels=())
    return state


def _asked(reading: Reading, state: State) -> tuple[Aspect, ...]:
    """The aspects asked; «còn khai tử?», «à không, ý là…» and what answers our question («lệ phí» – «việc nào?») ask the same as before."""
    signs = reading.signs
    answers = state.code is None and bool(state.choices)
    return signs.aspects or (state.aspects if answers or signs.follow_up or signs.correction or signs.back else ())


# --- a message in a conversation ---------------------------------------------------------------------------------


def _of_the_list(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """Nothing was chosen yet of what was offered: the message is about that, unless it names something else."""
    found = among_offered(reader, text, reading, state)
    if found is None:
        return None
    what, choices = found
    aspects = reading.signs.aspects
    return choose(choices[0], aspects or state.aspects, state) if what == "choose" else asked_again(choices, aspects, state)


def _several(reader: Reader, text: str, reading: Reading) -> Decision | None:
    """Two or three procedures in one message, each said clearly."""
    counted = _COUNTED.search(text) is not None
    one = reading.entries and reading.entries[0][1] > ONE_MATTER and _AS_WELL.search(text) is None and not counted
    if len(text) > SEVERAL_LENGTH or one:
        return None
    text = _COUNTING.sub(";", text) if counted else text
    pieces = [piece.strip() for piece in _SPLIT.split(text) if piece and len(piece.split()) >= 2]
    if not 2 <= len(pieces) <= 4 or (reading.top is not None and reading.top.kind is Kind.INTENT):
        return None
    near = [entry for entry, _ in reading.entries]
    parts: list[Part] = []
    confidence = 1.0
    for left, piece in zip(range(len(pieces), 0, -1), pieces, strict=True):
        if len(parts) + left < 2:
            return None  # what is left cannot make it two
        part = reader.read(piece)
        top = part.top
        if top is None or not part.query.content:
            continue
        if not is_clear(part) or (counted and top not in near):
            continue
        if top.id not in [known.code for known in parts]:
            parts.append(Part(top.id, part.aspects))
            confidence = min(confidence, part.confidence)
    if len(parts) < 2:
        return None
    aspects = tuple(dict.fromkeys(aspect for part in parts for aspect in part.aspects))
    codes = tuple(part.code for part in parts)
    return Decision(
        "answer", "several", codes, aspects, parts=tuple(parts), confidence=confidence,
        state=State(code=codes[-1], aspects=parts[-1].aspects, recent=tuple(reversed(codes)), outer=codes),
    )  # fmt: skip


def _follow_up(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """A message after an answer: same procedure, another aspect; or another procedure, perhaps the same aspect.

    None: read it as a fresh message.
    """
    signs = reading.signs
    if state.code is None or _of_no_procedure(reader, reading, state):
        return None
    if signs.general and reading.only_asks:
        return answer(reading, tuple(dict.fromkeys([state.code, *state.recent])), signs.aspects, state, inherited=True)
    tax = taxed(reader, text, state.code)
    if tax is not None:
        return sent_elsewhere(tax, (state.code,), signs.aspects, state, 0.6)
    return _stays_or_turns(reader, text, reading, state, state.code)


def _of_no_procedure(reader: Reader, reading: Reading, state: State) -> bool:
    """Whether it asks for hours, a file, what the bot can do; or goes back to what was no procedure («quay lại tiền thai sản»)."""
    signs, top = reading.signs, reading.top
    of_it = not OF_A_PROCEDURE.isdisjoint(signs.aspects)
    topic = reader.index.topic_words(reading.query.content) or sorted(reading.query.markers)
    if (signs.telling is not None and not of_it) or (signs.back and topic):
        return True
    if top is None or top.kind is not Kind.INTENT or (signs.general and reading.only_asks):
        return False
    asks_of_it = of_it and (not signs.intents or signs.intents == ("portal_help",))
    of_bot = bool(signs.aspects) and not signs.intents and top.id == "intent:bot_feedback"
    asks_within = top.id == "intent:restart" and _COMMANDS_NOT.search(reading.query.words.plain) is not None
    told_alone = signs.intents or (reading.exact and not any(choice.startswith("guide:") for choice in state.choices))
    surely = told_alone or (topic and reading.confidence >= SURE_ENOUGH)
    return bool(surely) and not (asks_of_it or of_bot or asks_within)


def _stays_or_turns(reader: Reader, text: str, reading: Reading, state: State, code: str) -> Decision | None:
    """Which of the two is a judgement of its own (`turning.py`), beside the rules of `staying.py` and `alike.py`."""

    def goes_on(first: str, aspects: tuple[Aspect, ...]) -> Decision:
        codes = tuple(dict.fromkeys([first, code, *(state.recent if first == code else ()), *reading.codes()]))[:5]
        return answer(reading, codes, aspects, state, inherited=True)

    kept = stays(reader, text, reading, code)
    turns = not kept and reader.turns(reading, code, joins=joins(text)) >= TURNS
    aspects = _asked(reading, state)
    alike = None if kept or (turns and not reading.signs.correction) else another(reader, text, reading, state)
    if alike is not None:
        return goes_on(alike, aspects or state.aspects)
    if kept or (not turns and not names_another(reading, code)):
        return goes_on(code, reading.signs.aspects)
    close = sibling(reader, without_joining(text), state)
    if close is not None:
        return goes_on(close, aspects or state.aspects)
    together = with_topic(reader, text, state)
    if together is not None:
        return answer(together, tuple(together.codes()), aspects, state, inherited=True)
    only_acts = reading.query.only_acts and not reading.exact  # «xin lại ở mô»
    return goes_on(code, reading.signs.aspects) if only_acts else None

"""From one message to one reply, as a list of small steps. Nothing is stored here; `service` does that."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jinja2 import Environment

from app.assistant import following
from app.assistant.asked import Asked
from app.assistant.composer import Composer
from app.assistant.knowing import Knowledge, KnowledgeHolder
from app.assistant.masking import Masked, mask
from app.calendar.opening import VIETNAM
from app.commune import CommuneProfile
from app.local.snapshot import Snapshot
from app.messages import Card, Incoming, MessageKind, Reply
from app.settings import Settings
from app.subscribers.hearing import Wish
from app.understanding.danger import HEARD
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.elapsed import said_times
from app.ward.ward import SwitchName

Clock = Callable[[], dt.datetime]
ALWAYS = HEARD | {"delete_data", "erase_data", "keep_data", "unfollow", "unlink", "why_received", "my_subscriptions"}
"""Intents that are answered also while answering is switched off: danger, and what people may demand of us."""

MATTERS = frozenset({"other_level", "national", "law_advice", "status"})
"""Intents that are no procedure of the ward and yet about a matter of somebody's life."""

SECRETS, NUMBERS = frozenset({"card", "password"}), frozenset({"account", "otp"})
"""Kinds of what is masked: what nobody should send, and what may be sent beside a question."""
SMALL = frozenset({"empty", "thanks", "greeting", "goodbye", "out_of_scope"})


@dataclass
class Turn:
    """One message on its way through the steps."""

    incoming: Incoming
    knowledge: Knowledge
    local: Snapshot
    state: State
    now: dt.datetime
    text: str = ""
    masked: Masked = field(default_factory=lambda: Masked("", ()))
    notes: list[str] = field(default_factory=list)
    decision: Decision | None = None
    wish: Wish | None = None
    reply: Reply | None = None


@dataclass(frozen=True)
class Thought:
    """What came of one message: all that is stored and sent."""

    masked_text: str
    decision: Decision
    reply: Reply
    catalog_version: str
    elapsed_ms: float
    wish: Wish | None = None
    """What the person wants of the ward's news; done where it is stored, with a reply of its own."""
    notes: tuple[str, ...] = ()


class Pipeline:
    """Answers messages. Everything it says comes from the catalog, the profile and templates."""

    def __init__(
        self,
        holder: KnowledgeHolder,
        commune: CommuneProfile,
        environment: Environment,
        settings: Settings,
        clock: Clock = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.clock = clock
        self._holder, self._settings = holder, settings
        self._composer = Composer(environment, settings.public_url)
        self.local = Snapshot.of_file(commune)

    # --- the steps, in order: a step that sets `decision` or `reply` is not overruled by the next ones ------------

    @property
    def steps(self) -> tuple[Callable[[Turn], None], ...]:
        """Everything that happens to a message."""
        return (
            self._answer_what_is_no_text,
            self._shorten,
            self._mask_personal_data,
            self._decide,
            self._keep_no_secrets,
            self._hear_wishes,
            self._compose,
            self._condole,
            self._respect_switches,
            self._add_notes,
        )

    def answer(self, incoming: Incoming, state: State) -> Turn:
        """Run the steps. Pure but for the clock: nothing is stored."""
        turn = Turn(incoming, self._holder.now, self.local, state, self.clock().astimezone(VIETNAM), incoming.text)
        for step in self.steps:
            step(turn)
        return turn

    def think(self, incoming: Incoming, state: State) -> Thought:
        """Answer one message: only what is stored and sent of it."""
        started = time.perf_counter()
        turn = self.answer(incoming, state)
        assert turn.reply is not None
        assert turn.decision is not None
        elapsed_ms = (time.perf_counter() - started) * 1000
        version, notes = turn.knowledge.catalog.version, tuple(turn.notes)
        return Thought(turn.masked.text, turn.decision, turn.reply, version, elapsed_ms, turn.wish, notes)

    @property
    def version(self) -> str:
        """Of the catalog's files in use."""
        return self._holder.files.catalog.version

    def reload(self) -> None:
        """Read the catalog again."""
        self._holder.reload()

    def use(self, local: Snapshot) -> None:
        """From now on answer with what the officials set: profile, calendar, local facts, switches."""
        self.local = local
        self._holder.lay(local.layers)

    def ask(self, text: str, earlier: list[str]) -> Turn:
        """Answer one message after `earlier` ones, without storing anything."""
        state = State()
        for sent in [*earlier, text]:
            incoming = Incoming(channel="api", person="-", message_id="-", text=sent, sent_at=self.clock())
            turn = self.answer(incoming, state)
            assert turn.decision is not None
            state = turn.decision.state
        return turn

    def search(self, text: str) -> list[str]:
        """Codes of procedures for a search box, best first: those that share evidence with the text."""
        reading = self._holder.now.reader.read(mask(text[: self._settings.message_max_length]).for_reading)
        found = [entry.id for entry, p in reading.entries if p > 0.01 and ":" not in entry.id]
        led = [code for entry, _ in reading.entries[:1] for code in entry.members if ":" not in code]
        return list(dict.fromkeys([*led, *found]))

    def cards(self, text: str, limit: int = 5) -> list[Card]:
        """Cards of the procedures nearest to a text, best first."""
        return self._composer.cards(self.search(text)[:limit], self._holder.now, self.clock().astimezone(VIETNAM).date())

    def thanks_for_feedback(self, word: str) -> Reply:
        """What to say to «Đúng ý» (`good`) and «Chưa đúng» (`bad`)."""
        return Reply(paragraphs=(self._composer.replies.get(f"feedback.{word}"),))

    def _answer_what_is_no_text(self, turn: Turn) -> None:
        if turn.incoming.kind is MessageKind.START:
            turn.decision = Decision("other", "greeting", confidence=1.0, state=turn.state)
        elif turn.incoming.kind is not MessageKind.TEXT and not turn.text.strip():
            turn.decision = Decision("other", "not_text", confidence=1.0, state=turn.state)

    def _shorten(self, turn: Turn) -> None:
        limit = self._settings.message_max_length
        if len(turn.text) > limit:
            turn.text = turn.text[:limit]
            turn.notes.append(self._composer.replies.get("too_long.note"))

    def _mask_personal_data(self, turn: Turn) -> None:
        turn.masked = mask(turn.text)
        if turn.masked.kinds:
            names = self._composer.replies.get("kinds")
            kinds = ", ".join(names[kind] for kind in turn.masked.kinds)
            note = self._composer.replies.get("personal_data.note")
            turn.notes.append(self._composer.replies.say(note, {"kinds": kinds}))

    def _decide(self, turn: Turn) -> None:
        if turn.decision is None:
            text = turn.masked.for_reading
            decision = decide(turn.knowledge.reader, text, turn.state)
            turn.decision = self._composer.guiding.heard(decision, turn.knowledge, text, turn.state, turn.now.date())

    def _keep_no_secrets(self, turn: Turn) -> None:
        """Whoever sends a password, a card or an account number is told not to, rather than something guessed from the rest."""
        assert turn.decision is not None
        kinds, decision = frozenset(turn.masked.kinds), turn.decision
        nothing_else = decision.outcome in ("unknown", "clarify") or decision.intent in SMALL
        if (kinds & NUMBERS and nothing_else) or (kinds & SECRETS and (nothing_else or decision.outcome == "answer")):
            turn.decision = Decision("other", "personal_data", confidence=1.0, state=turn.state)

    def _hear_wishes(self, turn: Turn) -> None:
        assert turn.decision is not None
        turn.decision, turn.wish = following.heard(turn.knowledge.listener, turn.decision, turn.masked.for_reading, turn.state)

    def _compose(self, turn: Turn) -> None:
        assert turn.decision is not None
        turn.decision = replace(turn.decision, state=replace(turn.decision.state, condoled=turn.state.condoled))
        query = turn.knowledge.reader.index.query(turn.masked.for_reading)
        words, text = query.words.plain, turn.masked.for_reading
        asked = Asked(turn.knowledge, words, frozenset(query.content), query.markers, turn.now, turn.local, text, turn.state)
        turn.reply, turn.decision = self._composer.compose(turn.decision, asked)
        died = said_times(words, turn.now.date()).since or turn.state.died
        if turn.decision.intent != "restart":
            turn.decision = replace(turn.decision, state=replace(turn.decision.state, died=died))

    def _condole(self, turn: Turn) -> None:
        """Whoever tells of a death hears first, and once, that we are sorry; a life event has words of its own for it."""
        assert turn.decision is not None
        assert turn.reply is not None
        decision, reader = turn.decision, turn.knowledge.reader
        about_a_matter = decision.outcome != "other" or decision.intent in MATTERS
        if decision.state.condoled or not about_a_matter:
            return
        sorry: str = self._composer.replies.get("condolence")
        if not any(paragraph.startswith(sorry) for paragraph in turn.reply.paragraphs):
            if not reader.leanings.mourns(reader.index.query(turn.masked.for_reading).words.original):
                return
            turn.reply = turn.reply.model_copy(update={"paragraphs": (sorry, *turn.reply.paragraphs)})
        turn.decision = replace(decision, state=replace(decision.state, condoled=True))

    def _respect_switches(self, turn: Turn) -> None:
        """Where answering is switched off, the ward's reason is the answer."""
        assert turn.decision is not None
        assert turn.reply is not None
        ward, words = turn.local.ward, self._composer.replies
        switch = ward.chat_switch(turn.incoming.channel)
        if not switch.on and turn.decision.intent not in ALWAYS:
            said = words.say_all(words.get("switched_off"), {"commune": ward.profile, "reason": switch.reason})
            turn.decision, turn.wish = Decision("other", "switched_off", confidence=1.0, state=turn.state), None
            turn.reply = Reply(paragraphs=said)
        elif turn.reply.feedback and not ward.switch(SwitchName.FEEDBACK).on:
            turn.reply = turn.reply.model_copy(update={"feedback": False})

    def _add_notes(self, turn: Turn) -> None:
        if turn.reply is not None and turn.notes:
            turn.reply = turn.reply.model_copy(update={"closing": (*turn.reply.closing, *turn.notes)})

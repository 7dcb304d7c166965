"""From a decision to a Reply: facts from the catalog, sentences from templates, nothing invented."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jinja2 import Environment

from app.assistant import news, teams
from app.assistant.advice import advice_for, tells_where
from app.assistant.asked import Asked
from app.assistant.asking import Asking
from app.assistant.cards import PORTAL, Cards, is_of_police
from app.assistant.cases import still_there, to_choose
from app.assistant.each import Each
from app.assistant.guiding import FACT, FINES, GUIDE, LISTS, QUESTION, Guiding
from app.assistant.hours import INTENTS as CALENDAR_INTENTS
from app.assistant.hours import hours_context
from app.assistant.knowing import Knowledge
from app.assistant.news_search import Found, Wanted, search
from app.assistant.options import SHORT
from app.assistant.replies import Replies
from app.catalog.content import Procedure
from app.messages import Card, Choice, Link, Picture, Reply
from app.understanding.decision import Decision, Part
from app.understanding.lost import OF_BANKS
from app.understanding.rules import Aspect

Composed = tuple[Reply, Decision]
POLICE_KEEP = frozenset({"opening_hours", "sunday_service"})
"""What is answered otherwise where the ward's police takes a matter in."""
WARDS_OWN = re.compile(r"\b(?:phuong|uy ban|ubnd|mot cua|trung tam|xa)\b")


class Composer:
    """Turns decisions into replies."""

    def __init__(self, environment: Environment, public_url: str) -> None:
        self.replies = Replies(environment)
        self._cards = Cards(environment, self.replies, public_url)
        self.guiding = Guiding(self.replies, self._cards)
        self._asking = Asking(self.replies, self._cards)
        self._each = Each(self.replies, self.guiding, self._asking)
        self._public_url = public_url

    def compose(self, decision: Decision, asked: Asked) -> Composed:
        """The reply, and the decision with the choices that the reply really offers in its state."""
        reply, decision = self._composed(decision, asked)
        alerts = [self.replies.get("alert_codes").get(part.code, "") for part in decision.parts] + [decision.beside]
        alert = next((words for name in alerts if (words := self.replies.get("alert").get(name))), None)
        return (reply if alert is None else reply.model_copy(update={"paragraphs": (alert, *reply.paragraphs)})), decision

    def _composed(self, decision: Decision, asked: Asked) -> Composed:
        if decision.parts:
            return self._answering(*self._procedures(self._fitted(decision, asked), asked), asked)
        if asked.local.news and (decision.outcome == "unknown" or decision.intent == "vague"):
            return self._perhaps_news(decision, asked)
        composed_by = {
            "vague": self._clarify,
            "difference": self._difference,
            "lost": self._lost,
            "other_level": self._elsewhere_or_news,
            "national": self._national,
            "life_event": self._life_event,
        }
        if decision.intent in composed_by:
            return composed_by[decision.intent](decision, asked)
        if decision.intent == teams.INTENT:
            local = asked.local
            return teams.compose(self.replies, local.teams, asked.text or asked.plain, local.profile, self._public_url), decision
        if decision.intent in POLICE_KEEP and (procedure := self._kept_by_police(decision, asked)) is not None:
            return Reply(paragraphs=self._asking.hours(procedure, asked.local.profile), feedback=True), decision
        if decision.intent in news.INTENTS:
            return self._news(decision, asked), decision
        if decision.intent == FINES and (late := self._asking.late(decision, asked)) is not None:
            reply, _ = self._canned(FINES, decision, asked)
            return reply.model_copy(update={"cards": (late,)}), decision
        if decision.intent in ("fines", "law_advice", "petition") or decision.outcome == "unknown":
            return self._near(decision, asked)
        return self._canned(decision.intent, decision, asked)

    def cards(self, codes: list[str], knowledge: Knowledge, today: dt.date) -> list[Card]:
        """Whole cards of procedures, without a conversation around them."""
        found = [knowledge.catalog.current(code) for code in codes]
        return [self._cards.card(each, each.cases[0], (), today, case_known=len(each.cases) == 1) for each in found if each is not None]

    # --- procedures ----------------------------------------------------------------------------------------------

    def _fitted(self, decision: Decision, asked: Asked) -> Decision:
        """The decision with the aspects that its procedures have: «bao nhiêu» of a support is what one receives."""
        parts = []
        for part in decision.parts:
            procedure = asked.knowledge.catalog.current(part.code)
            parts.append(replace(part, aspects=self._asking.aspects(procedure, part.aspects, asked.plain)) if procedure else part)
        return replace(decision, parts=tuple(parts))

    def _answering(self, reply: Reply, decision: Decision, asked: Asked) -> Composed:
        """The reply with the sentences that answer the very question first; no answer twice to two questions."""
        procedure = asked.knowledge.catalog.current(decision.parts[0].code) if len(decision.parts) == 1 else None
        index, commune = asked.knowledge.reader.index, asked.local.profile
        text = asked.text or asked.plain
        if procedure is not None and decision.target in (FACT, QUESTION):
            return self._asking.beside_question(reply, procedure, text, index, asked.now.date(), asks=decision.target == QUESTION), decision
        if procedure is None or len(reply.cards) != 1 or decision.intent == GUIDE:
            return reply, decision
        part = decision.parts[0]
        reply = self._asking.answering(reply, decision, procedure, text, asked.before, index, commune)
        offer = self._asking.nearby.offer(reply, part, procedure, text, asked.before, asked.knowledge.catalog)
        if offer is None:
            return reply, decision
        choices = self._choices(offer.codes, asked)
        return self._offering(offer.reply.model_copy(update={"choices": _shown(choices)}), decision, choices)

    def _kept_by_police(self, decision: Decision, asked: Asked) -> Procedure | None:
        """The procedure in mind or named whose hours are those of the police; None when the ward's own are asked."""
        own = WARDS_OWN.search(asked.plain) is not None and "cong an" not in asked.plain
        for code in decision.codes:
            procedure = asked.knowledge.catalog.current(code)
            if procedure is not None and is_of_police(procedure) and not (own and code == decision.state.code):
                return procedure
        return None

    def _procedures(self, decision: Decision, asked: Asked) -> Composed:
        words: list[str] = []
        if len(decision.parts) > 1:
            words.append(self.replies.say(self.replies.get("card.several"), {"count": len(decision.parts)}))
        cards: list[Card] = []
        choices: list[Choice] = []
        parts: list[Part] = []
        picture: Picture | None = None
        for part in decision.parts:
            procedure = asked.knowledge.catalog.current(part.code)
            if procedure is None:
                continue
            if procedure.code != part.code:
                words.append(self.replies.say(self.replies.get("card.replaced"), {"old": part.code}))
            if procedure.guide and decision.parts == (part,) and not decision.choices and not words and Aspect.QR not in part.aspects:
                return self._guided(procedure, part, decision, asked)
            alone = len(decision.parts) == 1
            known = part.case_id or (still_there(procedure, decision.state.case) if alone else None)
            case_id = known or self._case_of(procedure, asked)
            if alone:
                decision = replace(decision, state=replace(decision.state, case=case_id or ""))
                words.append(self._introduce(procedure.name, part))
                choices = to_choose(procedure, replace(part, case_id=known), decision)
            card, case_id = self._card(procedure, case_id, part.aspects, asked)
            cards.append(card)
            parts.append(replace(part, code=procedure.code, case_id=case_id))
            if Aspect.QR in part.aspects:
                picture = self._cards.qr_picture(procedure)
            if choices and procedure.case_question:
                said = {"question": procedure.case_question, "case": procedure.case(case_id).name if case_id else ""}
                closing = self.replies.say(self.replies.get("card.case_question"), said)
                reply = Reply(paragraphs=tuple(words), cards=tuple(cards), choices=_shown(choices), closing=(closing,), feedback=True)
                return self._offering(reply, replace(decision, parts=tuple(parts)), choices)
        if not cards:
            return self._near(replace(decision, outcome="unknown", parts=()), asked)
        decision = replace(decision, parts=tuple(parts))
        reply = Reply(paragraphs=tuple(words), cards=tuple(cards), picture=picture, feedback=True)
        return self._perhaps(reply, decision, asked) if decision.choices else (reply, decision)

    def _guided(self, procedure: Procedure, part: Part, decision: Decision, asked: Asked) -> Composed:
        """The next question of a procedure's guide, or its end; a message that already tells the case needs no questions."""
        answers = decision.state.answers
        if decision.intent != GUIDE and not (decision.intent == "choice" and answers):
            story = len(asked.plain.split()) > SHORT  # it names much: better ask than guess
            named = asked.knowledge.reader.index.normalizer.words(f"{procedure.name} {procedure.official_name}").content
            beside, guess = replace(asked, words=asked.words.difference(named)), not (story or decision.inherited)
            case_id = part.case_id or (beside.guessed_case(procedure) if guess else None)
            answers = self.guiding.told(procedure, case_id, asked, answers)
        told = answers != decision.state.answers
        if told:
            decision = replace(decision, state=replace(decision.state, answers=answers))
        return self.guiding.compose(procedure, decision, asked.now.date(), self._introduce, asked.local.profile, told=told)

    def _case_of(self, procedure: Procedure, asked: Asked) -> str | None:
        """The case that the message says, or is clearly about."""
        if len(procedure.cases) == 1:
            return None
        told = self.guiding.told_case(procedure, asked.knowledge, asked.text or asked.plain, asked.now.date())
        return told or asked.guessed_case(procedure)

    def _card(self, procedure: Procedure, case_id: str | None, aspects: tuple[Aspect, ...], asked: Asked) -> tuple[Card, str | None]:
        """While nobody knows which case it is, what is asked is told for each of them; of papers only the first one's list."""
        today = asked.now.date()
        if procedure.guide and case_id is None and not aspects:
            short, case_id = self.guiding.short(procedure, self.guiding.told(procedure, None, asked), today)
            if short is not None:
                return short, None
        if case_id is None and len(procedure.cases) > 1 and aspects and Aspect.QR not in aspects:
            return self.guiding.together(procedure, procedure.cases, aspects, today, first=LISTS), None
        return self._cards.card(procedure, procedure.case(case_id), aspects, today, case_known=case_id is not None), case_id

    def _perhaps(self, reply: Reply, decision: Decision, asked: Asked) -> Composed:
        """An answer that may not be what was meant: below it, what else may be."""
        choices = self._choices(decision.choices, asked)
        closing = (self.replies.get("card.perhaps"),)
        return self._offering(reply.model_copy(update={"choices": _shown(choices), "closing": closing}), decision, choices)

    def _introduce(self, name: str, part: Part) -> str:
        key = f"card.{part.aspects[0]}.intro" if len(part.aspects) == 1 else "card.intro"
        return self.replies.say(self.replies.get(key), {"name": name})

    # --- what the ward published ---------------------------------------------------------------------------------

    def _news(self, decision: Decision, asked: Asked) -> Reply:
        """A planned session first; else what was published; else that nothing is known."""
        reply, _ = self._canned(decision.intent, decision, asked)
        wanted, found, answering = self._searched(asked)
        if hours_context(asked.local.calendar, asked.text or asked.plain, asked.now, intent=decision.intent)["said"].is_session:
            return answering.beside(found, reply)
        return answering.newest(asked.local.news) if wanted.is_generic else answering.found(found, asked.local.news, reply)

    def _perhaps_news(self, decision: Decision, asked: Asked) -> Composed:
        """Not understood: perhaps it asks about what was published. Where one of several procedures may be meant, only links."""
        wanted, found, answering = self._searched(asked)
        told = answering.instead(found, asked.local.news) if decision.outcome == "unknown" or wanted.asks_when else None
        if told is not None:
            return told, _about_news(decision)
        if decision.intent != "vague":
            return self._near(decision, asked)
        reply, decision = self._clarify(decision, asked)
        return answering.beside(found, reply), decision

    def _elsewhere_or_news(self, decision: Decision, asked: Asked) -> Composed:
        """«Cắt điện tới mấy giờ»: somebody else's matter, about which the ward may have published something."""
        wanted, found, answering = self._searched(asked)
        told = answering.instead(found, asked.local.news) if wanted.asks_when else None
        if told is not None:
            return told, _about_news(decision)
        reply, decision = self._elsewhere(decision, asked)
        return answering.beside(found, reply, surely=False) if wanted.asks_when else reply, decision

    def _searched(self, asked: Asked) -> tuple[Wanted, Found, news.Answering]:
        """What the message wants of the news, what there is of it, and who says it."""
        listener, local = asked.knowledge.listener, asked.local
        topics = listener.topics if listener else None
        named = listener.topics_in(asked.plain) if listener else ()
        wanted = Wanted.heard(asked.text or asked.plain, asked.plain, asked.words, named)
        answering = news.Answering(self.replies, local.profile, topics, self._public_url, asked.now, asked.plain)
        return wanted, search(wanted, local.news, topics, asked.now), answering

    # --- everything else -----------------------------------------------------------------------------------------

    def _clarify(self, decision: Decision, asked: Asked) -> Composed:
        family = asked.knowledge.catalog.family((decision.family or "").removeprefix("family:"))
        choices = self._choices(decision.choices or asked.knowledge.reader.often, asked)
        question = family.question if family else ""
        if decision.inherited and decision.choices:
            reply, decision = self._each.again(choices, decision, asked)
            return self._offering(reply.model_copy(update={"choices": _shown(choices) if reply.choices else ()}), decision, choices)
        nothing_said = (decision.choices or asked.knowledge.reader.often) == asked.knowledge.reader.often
        paragraphs = self._say(
            "clarify.paragraphs", decision, asked, question=question, nothing_said=nothing_said, again=decision.inherited
        )
        first = replace(decision, state=replace(decision.state, unheard=0))
        return self._offering(Reply(paragraphs=paragraphs, choices=_shown(choices)), first, choices)

    def _difference(self, decision: Decision, asked: Asked) -> Composed:
        """What each of those compared is for, and which of two to choose when."""
        catalog = asked.knowledge.catalog
        choices = self._choices(decision.choices, asked)
        if len(choices) < 2:
            return self._clarify(decision, asked)
        procedures = [found for choice in choices if (found := catalog.current(choice.send)) is not None]
        agencies = [item for choice in choices if (item := catalog.agency_elsewhere(choice.send.removeprefix("elsewhere:"))) is not None]
        told = {found.code: {other.code: other.difference for other in found.lookalikes} for found in procedures}
        advice = [told[a.code][b.code] for a in procedures for b in procedures if b.code in told[a.code]] if len(choices) == 2 else []
        paragraphs = (
            *self._say("difference.paragraphs", decision, asked, count=len(choices)),
            *(text for each in procedures for text in self._say("difference.each", decision, asked, each=each)),
            *(text for item in agencies for text in self._say("difference.elsewhere", decision, asked, item=item)),
            *([" ".join(advice)] if advice else []),
        )
        closing = self._say("difference.closing", decision, asked)
        return self._offering(Reply(paragraphs=paragraphs, choices=_shown(choices), closing=closing, feedback=True), decision, choices)

    def _lost(self, decision: Decision, asked: Asked) -> Composed:
        choices = self._choices(decision.choices, asked)
        paragraphs = self._say("lost.paragraphs", decision, asked, count=len(choices), bank=OF_BANKS.search(asked.plain))
        return self._offering(Reply(paragraphs=paragraphs, choices=_shown(choices), feedback=True), decision, choices)

    def _elsewhere(self, decision: Decision, asked: Asked) -> Composed:
        item = asked.knowledge.catalog.agency_elsewhere((decision.target or "").removeprefix("elsewhere:"))
        if item is None:
            return self._canned("out_of_scope", decision, asked)
        choices = self._choices(item.near, asked)
        again = decision.inherited and not tells_where(item.advice, decision.aspects)
        links: tuple[Link, ...] = ()
        if item.portal_id is not None:
            links = (Link(label=self.replies.get("card.portal"), url=f"{PORTAL}/thu-tuc-hanh-chinh/{item.portal_id}"),)
        reply = Reply(
            paragraphs=self._say("other_level.paragraphs", decision, asked, item=item, again=again),
            links=links,
            choices=_shown(choices),
            closing=self._say("other_level.closing", decision, asked, item=item, near=choices),
            feedback=True,
        )
        return self._offering(reply, replace(decision, codes=(*item.codes, *decision.codes)[:5]), choices)

    def _national(self, decision: Decision, asked: Asked) -> Composed:
        """Somebody else's procedure: its name, who does it, its page; and what the ward has that is near."""
        named = asked.knowledge.reader.national.by_code.get((decision.target or "").removeprefix("national:"))
        if named is None:
            return self._canned("out_of_scope", decision, asked)
        choices = self._choices(decision.choices, asked)
        reply = Reply(
            paragraphs=self._say("national.paragraphs", decision, asked, named=named),
            links=(Link(label=self.replies.get("card.portal"), url=f"{PORTAL}/thu-tuc-hanh-chinh/{named.portal_id}"),),
            choices=_shown(choices),
            closing=self._say("national.closing", decision, asked, near=choices),
            feedback=True,
        )
        return self._offering(reply, decision, choices)

    def _life_event(self, decision: Decision, asked: Asked) -> Composed:
        event = asked.knowledge.catalog.life_event((decision.target or "").removeprefix("event:"))
        if event is None:
            return self._canned("out_of_scope", decision, asked)
        choices = [
            choice.model_copy(update={"note": f"khi {event.when[choice.send]}"}) if choice.send in event.when else choice
            for choice in self._choices(event.procedures, asked)
        ]
        opening = "" if decision.state.condoled and event.opening == self.replies.get("condolence") else event.opening
        paragraphs = self._say(
            "life_event.paragraphs",
            decision,
            asked,
            event=event,
            opening=opening,
            count=len(choices),
            asked_back=decision.outcome == "clarify",
        )
        links = (Link(label=event.name, url=f"{self._public_url}/su-kien/{event.id}"),)
        return self._offering(Reply(paragraphs=paragraphs, choices=_shown(choices), links=links, feedback=True), decision, choices)

    def _near(self, decision: Decision, asked: Asked) -> Composed:
        """Not ours to answer, or not sure: say so, and offer the nearest procedures."""
        name = "unknown" if decision.outcome == "unknown" else decision.intent
        codes = decision.choices or decision.codes[:2]
        choices = self._choices(codes, asked)
        reply, _ = self._canned(name, decision, asked, near=choices)
        if not choices and decision.outcome == "unknown":
            return reply, decision
        return self._offering(reply.model_copy(update={"choices": _shown(choices)}), decision, choices)

    def _canned(self, name: str, decision: Decision, asked: Asked, **more: Any) -> Composed:
        words = self.replies.get(name)
        links = [Link(label=link["label"], url=link["url"]) for link in words.get("links", ())]
        if words.get("links_from"):
            links += [Link(label=link.name, url=link.url) for link in asked.local.profile.links if "hản ánh" in link.name]
        if words.get("list_link"):
            links.append(Link(label=self.replies.get("card.list"), url=f"{self._public_url}/thu-tuc"))
        offered = asked.knowledge.reader.often if words.get("suggestions") else tuple(words.get("offers", ()))
        choices = self._choices(offered, asked)
        advice = () if decision.inherited else advice_for(asked.text or asked.plain, words.get("advice", ()))
        reply = Reply(
            paragraphs=(*self._say(f"{name}.paragraphs", decision, asked, **more), *advice),
            closing=self._say(f"{name}.closing", decision, asked, **more) if "closing" in words else (),
            links=tuple(links),
            choices=_shown(choices),
            urgent=words.get("urgent") == "true",
        )
        return self._offering(reply, decision, choices) if choices else (reply, decision)

    def _say(self, name: str, decision: Decision, asked: Asked, **more: Any) -> tuple[str, ...]:
        context: dict[str, Any] = {"commune": asked.local.profile, "near": (), "question": "", "again": decision.inherited, **more}
        if decision.intent in CALENDAR_INTENTS or decision.outcome == "unknown":
            context |= hours_context(asked.local.calendar, asked.text or asked.plain, asked.now, intent=decision.intent)
        return self.replies.say_all(self.replies.get(name), context)

    def _choices(self, ids: tuple[str, ...], asked: Asked) -> list[Choice]:
        """Choices for class ids; ids that the catalog does not hold are left out."""
        catalog = asked.knowledge.catalog
        named: dict[str, Callable[[str], Any]] = {"elsewhere": catalog.agency_elsewhere, "event": catalog.life_event}
        choices = []
        for item_id in ids:
            kind, _, rest = item_id.rpartition(":")
            found = named[kind](rest) if kind in named else catalog.current(item_id)
            if found is not None:
                choices.append(Choice(label=found.name, send=item_id if kind else found.code))
        return choices

    def _offering(self, reply: Reply, decision: Decision, choices: list[Choice]) -> Composed:
        state = replace(decision.state, choices=tuple(choice.send for choice in choices), labels=tuple(choice.label for choice in choices))
        return reply, replace(decision, state=state)


def _about_news(decision: Decision) -> Decision:
    return replace(decision, outcome="other", intent=news.INTENT, codes=(), choices=(), family=None, target=None)


def _shown(choices: list[Choice]) -> tuple[Choice, ...]:
    """As shown: choosing is the same as saying the words. A number would point into a newer list when an old one is used."""
    return tuple(Choice(label=choice.label, send=choice.label, note=choice.note) for choice in choices)

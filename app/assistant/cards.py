"""A procedure as a card: whole, or only the aspects asked. Facts come from the catalog, words from templates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jinja2 import Environment

from app.assistant.nearby import Nearby
from app.assistant.replies import Replies
from app.assistant.told import Sentence, Topics, sentences
from app.catalog.checks import STALE_DAYS
from app.catalog.content import UNKNOWN, Case, Channel, Fact, Handler, Note, OnlineLevel, Paper, PaperKind, Procedure, Source
from app.catalog.layers import PREFIX
from app.messages import Badge, Card, Line, Link, Picture
from app.understanding.rules import Aspect

PORTAL = "https://dichvucong.gov.vn"
WHOLE = (Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME, Aspect.PLACE)
HOW = (Aspect.STEPS, Aspect.DOCUMENTS)  # who asks how to do it needs to know what to bring
MAX_PAPERS = 6
MAX_TOLD = 4  # sentences on one thing that was asked
LINKED = frozenset({Aspect.ONLINE, Aspect.FORMS, Aspect.LINK})
AT_THE_COUNTER = (Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME)  # what a one-stop counter is asked whoever decides
KEPT_CARDS = 4096


def _shown(procedure: Procedure, aspects: tuple[Aspect, ...]) -> tuple[Aspect, ...]:
    """The lines of a card. Who asks how to do it, or whether it can be done and no source says when, needs the papers too."""
    if aspects == (Aspect.STEPS,):
        return HOW
    if aspects == (Aspect.CONDITIONS,) and procedure.conditions in (UNKNOWN, ()) and len(procedure.cases) == 1:
        return (Aspect.CONDITIONS, Aspect.DOCUMENTS)
    return aspects or WHOLE


class Cards:
    """Builds cards. `public_url` is where the pages are."""

    def __init__(self, environment: Environment, replies: Replies, public_url: str) -> None:
        self._say: Any = environment.get_template("catalog/say.jinja").module
        self._replies = replies
        self._public_url = public_url
        self.topics = Topics()
        self.nearby = Nearby(replies, self.topics)
        self._made: dict[tuple[Any, ...], tuple[Procedure, Card]] = {}

    def card(self, procedure: Procedure, case: Case, aspects: tuple[Aspect, ...], today: dt.date, *, case_known: bool) -> Card:
        """The card of one case. No aspects: the whole card. Facts change with the catalog only, so a card is made once a day."""
        key = (procedure.code, case.id, aspects, today, case_known)
        made_from, card = self._made.get(key, (None, None))
        if card is None or made_from is not procedure:
            if len(self._made) >= KEPT_CARDS:
                self._made.clear()
            card = self._make(procedure, case, aspects, today, case_known=case_known)
            self._made[key] = (procedure, card)
        return card

    def _make(self, procedure: Procedure, case: Case, aspects: tuple[Aspect, ...], today: dt.date, *, case_known: bool) -> Card:
        whole = not aspects
        shown = _shown(procedure, aspects)
        lines = tuple(self._line(procedure, case, aspect, whole=whole) for aspect in shown)
        if Aspect.WHO in shown and procedure.who is not None:  # told once, not again before the conditions
            lines = tuple(
                line.model_copy(update={"text": ""})
                if line.items and line.text == _capital(procedure.who.text) and aspect is Aspect.CONDITIONS
                else line
                for aspect, line in zip(shown, lines, strict=True)
            )
        several = len(procedure.cases) > 1
        return Card(
            code=procedure.code,
            title=procedure.name,
            subtitle=procedure.official_name if whole and procedure.official_name.casefold() != procedure.name.casefold() else "",
            case=case.name if several and (case_known or any(a in WHOLE for a in shown)) else "",
            badge=self._badge(procedure) if whole or Aspect.ONLINE in aspects else None,
            lines=lines,
            basis=" · ".join(filter(None, (self._basis(procedure, today), self._local(procedure, case, shown)))),
            url=f"{self._public_url}/thu-tuc/{procedure.code}" + (f"#{case.id}" if several and case_known else ""),
            links=self._links(procedure) if whole or not LINKED.isdisjoint(aspects) else (),
        )

    def _badge(self, procedure: Procedure) -> Badge | None:
        level = procedure.online.level
        if level is OnlineLevel.UNKNOWN:
            return None
        tone = {OnlineLevel.FULL: "full", OnlineLevel.PARTIAL: "partial"}.get(level, "neutral")
        return Badge(text=self._text("level", procedure.online), tone=tone)

    def _text(self, macro: str, *values: object) -> str:
        return " ".join(str(getattr(self._say, macro)(*values)).split())

    def _line(self, procedure: Procedure, case: Case, aspect: Aspect, *, whole: bool) -> Line:
        words = self._replies.get(f"card.{aspect}")
        text, items = getattr(self, f"_{aspect}")(procedure, case, whole)
        if not text and not items:
            police = is_of_police(procedure) and aspect not in AT_THE_COUNTER
            text = self._replies.say(words.get("unknown") or self._replies.get("card.unknown"), {"police": police})
        return Line(label=words["label"], text=_capital(text), icon=words["icon"], items=items)

    def told(self, procedure: Procedure, cases: tuple[Case, ...]) -> tuple[Sentence, ...]:
        """All sentences about a procedure and these cases."""
        return sentences(procedure, cases, self._paper)

    def _paper(self, paper: Paper) -> str:
        return _capital(self._text("paper", paper))

    def _speaking(self, topic: str, procedure: Procedure, case: Case) -> tuple[str, ...]:
        found = self.topics.speaking(topic, self.told(procedure, (case,)))
        return tuple(dict.fromkeys(_capital(each.text) for each in found))[:MAX_TOLD]

    # One method per aspect: (text, items).

    def _documents(self, _: Procedure, case: Case, whole: bool) -> tuple[str, tuple[str, ...]]:
        if case.papers == UNKNOWN:
            return "", ()
        always = [paper for paper in case.papers if paper.only_if is None]
        sometimes = [paper for paper in case.papers if paper.only_if is not None]
        if not whole:
            return "", tuple(_capital(self._text("paper", paper)) for paper in [*always, *sometimes])
        items = [_capital(self._text("paper", paper)) for paper in always[:MAX_PAPERS]]
        if len(always) > MAX_PAPERS:
            items.append(self._replies.say(self._replies.get("card.more"), {"count": len(always) - MAX_PAPERS}))
        if sometimes:
            names = "; ".join(_small(paper.name) for paper in sometimes[:3]) + ("…" if len(sometimes) > 3 else "")
            items.append(self._replies.say(self._replies.get("card.only_if"), {"names": names}))
        return "", tuple(items)

    def _fee(self, _: Procedure, case: Case, whole: bool) -> tuple[str, tuple[str, ...]]:
        if case.fees == UNKNOWN:
            return "", ()
        if whole and len(case.fees) > 1:
            return "; ".join(self._text("fee_short", fee) for fee in case.fees), ()
        if len(case.fees) == 1:
            return self._text("fees", case), ()
        return "", tuple(_capital(self._text("fee", fee)) for fee in case.fees)

    def _time(self, _: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return ("" if case.time == UNKNOWN else self._text("time", case)), ()

    def _place(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return procedure.where.text, ()

    def _steps(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        if procedure.steps == UNKNOWN:
            return "", ()
        return "", tuple(f"Bước {number}. {step.text}" for number, step in enumerate(procedure.steps, 1))

    def _conditions(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        who = procedure.who.text if procedure.who else ""
        if procedure.conditions == UNKNOWN:
            return who, ()
        items = tuple(condition.text for condition in procedure.conditions)
        if items:
            return who, items
        cases = tuple(case.when for case in procedure.cases) if 1 < len(procedure.cases) <= MAX_TOLD else ()
        said = {"who": who, "police": is_of_police(procedure), "names": cases}
        return self._replies.say(self._replies.get("card.no_conditions"), said), cases

    def _who(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        """Who does it, and what is said elsewhere of doing it in another's place."""
        who = procedure.who.text if procedure.who else ""
        return who, tuple(text for text in self._speaking("who", procedure, case) if text not in who)

    def _validity(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return "", self._speaking("validity", procedure, case)

    def _deadline(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return "", self._speaking("deadline", procedure, case)

    def _payout(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return "", self._speaking("payout", procedure, case)

    def _duty(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return procedure.summary, ()

    _meaning = _duty

    def _brief(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        """What it is for, and the names of the papers that everybody needs."""
        papers = () if case.papers == UNKNOWN else tuple(_capital(paper.name) for paper in case.papers if paper.only_if is None)
        return procedure.summary, papers

    def _link(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return self._replies.get("card.link_use") if procedure.portal_id is not None else "", ()

    def _online(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        """The level; where nobody knows it, what is known of the ways of handing in."""
        if procedure.online.level is not OnlineLevel.UNKNOWN or procedure.channels == UNKNOWN:
            return self._text("level_sentence", procedure.online, is_of_police(procedure)), ()
        said = {
            "police": is_of_police(procedure),
            "online": Channel.ONLINE in procedure.channels,
            "postal": Channel.POSTAL in procedure.channels,
        }
        return self._replies.say(self._replies.get("card.channels"), said), (procedure.where.text,)

    def _qr(self, _: Procedure, __: Case, ___: bool) -> tuple[str, tuple[str, ...]]:
        return self._replies.get("card.qr_use"), ()

    def qr_picture(self, procedure: Procedure) -> Picture:
        """The QR code of a procedure's short address."""
        alt = self._replies.say(self._replies.get("card.qr_alt"), {"name": procedure.name})
        return Picture(url=f"{self._public_url}/q/{procedure.code}.png", alt=alt)

    def _forms(self, _: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        papers = [] if case.papers == UNKNOWN else [paper for paper in case.papers if paper.kind is PaperKind.FILL]
        names = tuple(_capital(self._text("paper", paper)) for paper in papers)
        return self._replies.get("card.no_forms"), names

    def _legal_basis(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return "", () if procedure.legal_basis == UNKNOWN else tuple(procedure.legal_basis)

    def _agency(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return procedure.agency, ()

    def _result(self, procedure: Procedure, _: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        return "" if procedure.result == UNKNOWN else procedure.result, ()

    def _amount(self, procedure: Procedure, case: Case, __: bool) -> tuple[str, tuple[str, ...]]:
        """The sums, or else how they are counted; that there are none, where nothing speaks of money."""
        sums, words = tuple(note.text for note in _amounts(procedure)), self._replies.get("card.amount")
        if sums:
            return "", sums
        gives = self.nearby.gives(procedure)
        return words["unknown" if gives else "none"], self._speaking("sum" if gives else "grant", procedure, case)

    def _basis(self, procedure: Procedure, today: dt.date) -> str:
        checked = procedure.checked_on.strftime("%d/%m/%Y").lstrip("0")
        if procedure.legal_basis == UNKNOWN:
            source = procedure.sources[procedure.default_source].title
            text = self._replies.say(self._replies.get("card.basis_source"), {"source": source, "checked": checked})
        else:
            text = self._replies.say(self._replies.get("card.basis"), {"law": procedure.legal_basis[0], "checked": checked})
        if (today - procedure.checked_on).days > STALE_DAYS:
            text += " " + self._replies.get("card.stale")
        return text

    def _local(self, procedure: Procedure, case: Case, aspects: tuple[Aspect, ...]) -> str:
        """Where the facts of this card that are true in this place only were read; nothing when there are none."""
        online = (procedure.online,) if Aspect.ONLINE in aspects or aspects == WHOLE else ()
        place = (procedure.where,) if Aspect.PLACE in aspects else ()
        shown: tuple[tuple[Aspect, tuple[Fact, ...] | str], ...] = (
            (Aspect.FEE, case.fees if Aspect.FEE in aspects else ()),
            (Aspect.TIME, case.time if Aspect.TIME in aspects else ()),
            (Aspect.PLACE, place),
            (Aspect.AMOUNT, _amounts(procedure) if Aspect.AMOUNT in aspects else ()),
            (Aspect.ONLINE, online),
        )
        names: dict[str, list[str]] = {}
        for aspect, facts in shown:
            for fact in facts if facts != UNKNOWN else ():
                if isinstance(fact, Fact) and fact.source is not None and fact.source.startswith(PREFIX):
                    names.setdefault(fact.source, []).append(_small(self._replies.get(f"card.{aspect}")["label"]))
        return " ".join(self._local_source(procedure.sources[key], list(dict.fromkeys(own))) for key, own in names.items())

    def _local_source(self, source: Source, names: list[str]) -> str:
        place = source.place or ""
        said = {"place": place, "names": names, "source": source.title, "day": source.date}
        return self._replies.say(self._replies.get("card.local"), said)

    def _links(self, procedure: Procedure) -> tuple[Link, ...]:
        if procedure.portal_id is None:
            return ()
        links = [Link(label=self._replies.get("card.portal"), url=f"{PORTAL}/thu-tuc-hanh-chinh/{procedure.portal_id}")]
        online = procedure.online.level in (OnlineLevel.FULL, OnlineLevel.PARTIAL)
        if online or (procedure.channels != UNKNOWN and Channel.ONLINE in procedure.channels):
            links.append(Link(label=self._replies.get("card.submit"), url=f"{PORTAL}/nop-ho-so?formalityId={procedure.portal_id}"))
        return tuple(links)


def is_of_police(procedure: Procedure) -> bool:
    """Whether the police of the ward, and not its one-stop counter, takes it in."""
    return procedure.handled_by is Handler.COMMUNE_POLICE


def _amounts(procedure: Procedure) -> tuple[Note, ...]:
    return tuple(note for note in procedure.notes if note.about == "amount")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """Lower first letter, unless the word is an abbreviation or a name in capitals."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]

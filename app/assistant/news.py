"""«Mai có cúp điện không»: what the ward has published about it, in its own words and with its day, never more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.announcements.models import Kind
from app.announcements.news import News, NewsGroup
from app.announcements.words import words as announcement_words
from app.assistant.news_search import Found
from app.assistant.replies import Replies
from app.calendar.facts import VIETNAM
from app.calendar.words import clock, date_inside
from app.commune import CommuneProfile
from app.messages import Card, Line, Link, Reply
from app.subscribers.groups import meant
from app.subscribers.topics import Topics

INTENT = "announcement"
INTENTS = frozenset({INTENT, "session"})
PAGE = "/thong-bao"
IN_FULL, NEWEST, LINKED, NAMES = 2, 3, 2, 6
LONGEST, SHORTEST = 240, 160
"""Letters of a text in the chat: in full, and in a list. The page has all of it."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s|\n")
_GROUP = re.compile(r"\b(to dan pho|to|tdp|khu pho|kp|khoi pho|khoi|khu|thon|xom|ap|ban)(?: so)? (\d{1,3}[a-z]?)\b")


@dataclass(frozen=True)
class Answering:
    """What an answer about news is made with."""

    words: Replies
    commune: CommuneProfile
    topics: Topics | None
    public_url: str
    now: dt.datetime
    plain: str
    """The folded message."""

    def newest(self, news: Sequence[News]) -> Reply:
        """«Có gì mới không»."""
        told = [each for each in news if not each.is_withdrawn][:NEWEST]
        if not told:
            return Reply(paragraphs=self._say("nothing_new"), links=self._others(news, told))
        cards = tuple(self._card(each, in_full=each.is_in_force(self.now)) for each in told)
        return Reply(paragraphs=self._say("newest", count=len(told)), cards=cards, links=self._others(news, told))

    def found(self, found: Found, news: Sequence[News], otherwise: Reply) -> Reply:
        """What fits a question; `otherwise`: what is said when nothing does."""
        fits = [fit.news for fit in found.fits]
        asked, theirs = self._group_asked(news, fits)
        told = sorted(fits, key=lambda each: (not each.is_in_force(self.now), each.id not in theirs))[:IN_FULL]
        urgent = [each for each in news if each.is_in_force(self.now) and each not in told and not each.exercise]
        before = tuple(self._warning(each) for each in urgent)
        warned = tuple(self._link(each) for each in urgent)
        if told:
            elsewhere = asked and not theirs & {each.id for each in told}
            surely = any(fit.surely for fit in found.fits)
            paragraphs = self._say("other_groups" if elsewhere else "surely" if surely else "perhaps", asked=asked)
            cards = tuple(self._card(each, in_full=True) for each in told)
            return Reply(
                paragraphs=(*before, *paragraphs), cards=cards, links=(*warned, *self._others(news, [*told, *urgent])), feedback=True
            )
        shown: list[News] = []
        paragraphs = otherwise.paragraphs
        if found.over:
            shown, paragraphs = list(found.over[:LINKED]), self._say("over")
        elif found.near and self.topics:
            shown = [each for each in found.near if each not in urgent][:LINKED]
            if shown:
                paragraphs = (*paragraphs, *self._say("same_kind", topic=self.topics.name(shown[0].topic)))
        links = tuple(self._link(each, dated=True) for each in shown)
        return otherwise.model_copy(
            update={
                "paragraphs": (*before, *paragraphs),
                "links": (*otherwise.links, *warned, *links, *self._others(news, [*shown, *urgent])),
            }
        )

    def beside(self, found: Found, reply: Reply, *, surely: bool = True) -> Reply:
        """An answer that stands by itself, and links to news that fit: only those that surely do, or all."""
        told = [fit.news for fit in found.fits if (fit.surely or not surely) and not fit.news.is_withdrawn][:LINKED]
        return reply.model_copy(update={"links": (*reply.links, *(self._link(each, dated=True) for each in told))})

    def instead(self, found: Found, news: Sequence[News]) -> Reply | None:
        """For a message that is not understood: news that it surely asks about, or None."""
        sure = tuple(fit for fit in found.fits if fit.surely and not fit.news.is_withdrawn)
        if not sure:
            return None
        reply = self.found(Found(sure), news, Reply())
        return reply.model_copy(update={"closing": (self.words.get("announcement.otherwise"),)})

    # --- pieces ------------------------------------------------------------------------------------------------------

    def _card(self, news: News, *, in_full: bool) -> Card:
        labels = announcement_words().facts
        lines = [Line(label=self.words.get("announcement.remark"), text=shortened(news.remark, LONGEST))] if news.remark else []
        if news.what:
            lines.append(Line(label=self.words.get("announcement.what"), text=shortened(news.what, LONGEST if in_full else SHORTEST)))
        for name in ("when", "where", "do"):
            text = getattr(news, name)
            if text and (in_full or name == "when"):
                lines.append(Line(label=labels[name].name, text=shortened(text, LONGEST), icon=labels[name].icon))
        if news.groups:
            names = [group.name for group in news.groups]
            said = {"names": names[:NAMES], "more": max(0, len(names) - NAMES)}
            label, text = self.words.get("announcement.for_groups.label"), self.words.get("announcement.for_groups.text")
            lines.append(Line(label=label, text=self.words.say(text, said)))
        return Card(code="", title=news.title, lines=tuple(lines), basis=self._dated(news) + ".", url=self._url(news))

    def _warning(self, news: News) -> str:
        if news.kind is Kind.ALL_CLEAR:
            return news.title
        return self.words.say(self.words.get("announcement.urgent"), {"title": news.title, "when": self._day(news.updated, news)})

    def _dated(self, news: News) -> str:
        """«Đăng thứ Sáu 20/11/2026, sửa lại thứ Bảy 21/11/2026»: people judge for themselves whether it still holds."""
        same_day = news.published.astimezone(VIETNAM).date() == news.updated.astimezone(VIETNAM).date()
        how = self.words.get("announcement.how")[Kind.REMINDER if news.kind is Kind.ORIGINAL else news.kind]
        said = {"published": self._day(news.published, news), "updated": "", "how": how}
        if news.kind is not Kind.ORIGINAL or not same_day:
            said["updated"] = self._day(news.updated, news)
        return self.words.say(self.words.get("announcement.dated"), said)

    def _day(self, moment: dt.datetime, news: News) -> str:
        """The day, and the hour of a danger: «đêm nay» in its text is that day's."""
        local = moment.astimezone(VIETNAM)
        return f"{clock(local.time())} {date_inside(local.date())}" if news.urgent_until else date_inside(local.date())

    def _link(self, news: News, *, dated: bool = False) -> Link:
        label = f"{news.title} ({self._dated(news)[:1].lower()}{self._dated(news)[1:]})" if dated else news.title
        return Link(label=label, url=self._url(news))

    def _url(self, news: News) -> str:
        return f"{self.public_url}{news.address}"

    def _others(self, news: Sequence[News], told: Sequence[News]) -> tuple[Link, ...]:
        """The list of all, where there is more in it than was told."""
        more = any(each not in told for each in news)
        return (Link(label=self.words.get("announcement.list"), url=f"{self.public_url}{PAGE}"),) if more else ()

    def _say(self, name: str, **context: Any) -> tuple[str, ...]:
        return self.words.say_all(self.words.get(f"announcement.{name}"), {"commune": self.commune, **context})

    def _group_asked(self, news: Sequence[News], fits: Sequence[News]) -> tuple[str, set[int]]:
        """The group that the message names, and the ids of what fits that is for it or for all; both empty when it names none."""
        known: list[NewsGroup] = list({group.id: group for each in news for group in each.groups}.values())
        groups = meant(known, self.plain, answering=False)
        said = _GROUP.search(self.plain)
        if not groups and said is None:
            return "", set()
        ids = {group.id for group in groups}
        theirs = {each.id for each in fits if not each.groups or any(group.id in ids for group in each.groups)}
        if groups:
            return groups[0].name[:1].lower() + groups[0].name[1:], theirs
        return self.words.get("announcement.group"), theirs


def shortened(text: str, most: int) -> str:
    """The beginning of a text: whole sentences if the first one fits, else whole words and «…». Rows become sentences."""
    rows = [bare for row in text.splitlines() if (bare := row.strip().lstrip("-•*+– "))]
    whole = " ".join(row if row[-1] in ".!?…:;," else f"{row}." for row in rows[:-1]) + f" {rows[-1]}" if len(rows) > 1 else "".join(rows)
    whole = whole.strip()
    if len(whole) <= most:
        return whole
    kept = ""
    for sentence in _SENTENCE.split(whole):
        if len(kept) + len(sentence) + 1 > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or f"{whole[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"

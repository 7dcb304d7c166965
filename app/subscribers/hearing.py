"""From words to a wish about news: follow, leave, why, which group. Pure; the patterns are in `procedures/topics.yaml`.

«Đăng ký» and «hủy» are the commonest words of procedures. So a wish is heard only where the whole message speaks of
news, of a reminder or of a code; everything else is left to the understanding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.catalog.yaml_loader import ContentError, Problem
from app.subscribers.topics import FILE, GENERAL, Topics, load_topics
from app.understanding.text import clean, folded_words

LONGEST = 24  # words of a message that can be a wish: longer ones are stories
LEFT = 6  # words that may be left when verbs, topics and groups are taken out
LEFT_BESIDE_TOPIC = 3  # the same where only the topic's name speaks for news
CHOSEN = "chủ đề"
WORDS_KEPT = 300  # characters of what was said, as they are kept with the consent


class Act(StrEnum):
    """What a person wants. `ERASE`, `KEEP`: the answers to «Bạn nhắn XÓA để…»; `SKIP`: to «Bạn ở tổ nào?», not to be told."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    WHY = "why_received"
    MINE = "my_subscriptions"
    TOPICS = "topics"
    GROUP = "set_group"
    LINK = "link"
    UNLINK = "unlink"
    LINK_CODE = "link_code"
    GUEST = "guest_code"
    ERASE = "erase_data"
    KEEP = "keep_data"
    SKIP = "skip_group"


class Expects(StrEnum):
    """What the last reply asked for, kept in the conversation."""

    NOTHING = ""
    TOPIC = "topic"
    GROUP = "group"
    ERASE = "erase"


@dataclass(frozen=True)
class Wish:
    """What was wanted, and the words. `plain`: the folded text, where names of groups are looked for. `everything`: all topics."""

    act: Act
    topics: tuple[str, ...] = ()
    everything: bool = False
    group: str = ""
    code: str = ""
    words: str = ""
    plain: str = ""
    sure: bool = True
    """False: it may be something else, such as six digits; where nothing comes of it, the usual answer stands."""
    whole: bool = False
    """Only where `group` is nothing but the name of a group: the message has another meaning, too."""


OURS: Final = frozenset({Act.ERASE, Act.KEEP, Act.SKIP})
"""Answers that change nothing of what is followed: the conversation itself replies to them."""


class Listener:
    """Hears wishes with one set of topics. Raises KeyError, re.error when the patterns are not whole."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        given = topics.hearing
        self._news = str(given["news"])
        self._group_pattern = str(given["group"]).replace("{{", "{").replace("}}", "}")
        self._polite_before, *self._polite_behind = (re.compile(pattern) for pattern in given["polite"])
        self._numbered_pattern = str(given["numbered"])
        self._lead = str(given["lead"])
        self._group, self._numbered = re.compile(rf"\b{self._group_pattern}"), re.compile(self._numbered_pattern)
        self._home, self._move = self._compiled([str(given["home"])]), self._compiled([str(given["move"])])
        self._home_number = self._compiled([str(given["home_number"])])
        names = (
            "follow",
            "follow_topic",
            "unfollow",
            "unfollow_perhaps",
            "unfollow_topic",
            "why",
            "mine",
            "topics",
            "link",
            "unlink",
            "never",
            "never_why",
            "never_follow",
        )
        self._any = {name: self._compiled(given[name]) for name in names}
        self._small = frozenset(str(given["small"]).split())
        self._everything = re.compile(str(given["everything"]))
        self._link_code, self._guest_code = re.compile(str(given["link_code"])), re.compile(str(given["guest_code"]))
        self._erase, self._no = re.compile(str(given["erase"])), re.compile(str(given["no"]))
        phrases = sorted(((phrase, topic.id) for topic in topics.topics for phrase in topic.phrases), key=lambda pair: -len(pair[0]))
        self._topic_of = dict(reversed(phrases))
        self._topic = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase, _ in phrases) + r")\b")

    def _compiled(self, patterns: Iterable[str]) -> re.Pattern[str]:
        """One pattern that finds any of them."""
        filled = (
            pattern.replace("{news}", self._news)
            .replace("{lead}", self._lead)
            .replace("{group}", self._group_pattern)
            .replace("{numbered}", self._numbered_pattern)
            for pattern in patterns
        )
        return re.compile("|".join(f"(?:{pattern})" for pattern in filled))

    def hear(self, text: str, expects: str = "") -> Wish | None:
        """The wish in a message, or None. `expects`: what the last reply asked for."""
        said = clean(text)
        words = folded_words(said)
        if not words or len(words) > LONGEST:
            return None
        whole = " ".join(words)
        light = self._without(whole, (self._polite_before, self._polite_behind[0]))
        bare = self._without(light, (self._polite_before, *self._polite_behind))
        wish = self._answer(bare, whole, expects) or self._code(bare)
        for plain in dict.fromkeys((bare, light, whole)):
            wish = wish or self._wish(plain, whole, said.casefold())
        if wish is None:
            return None
        chosen = expects == Expects.TOPIC and wish.act is Act.FOLLOW  # «1 và 3» alone says nothing when it is read later
        kept = f"{CHOSEN}: {said}" if chosen else said
        return replace(wish, group=_as_written(wish.group, said), words=kept[:WORDS_KEPT], plain=whole)

    def bare_name(self, text: str) -> str:
        """What is left of an answer such as «dạ nhà em ở Phú Hạ ạ», folded, when it is the bare name of a place."""
        plain = self._without(" ".join(folded_words(text)), (self._polite_before, *self._polite_behind))
        return re.sub(f"^{self._lead}", "", plain)

    def topics_in(self, plain: str) -> tuple[str, ...]:
        """The topics that a folded text names, in the order of the file."""
        found = {self._topic_of[phrase] for phrase in self._topic.findall(plain)}
        return tuple(topic.id for topic in self.topics.topics if topic.id in found)

    @staticmethod
    def _without(plain: str, politeness: Iterable[re.Pattern[str]]) -> str:
        """Without politeness before and behind, however much of it there is."""
        before = ""
        while before != plain:
            before = plain
            for pattern in politeness:
                plain = pattern.sub("", plain)
        return plain

    def _answer(self, plain: str, whole: str, expects: str) -> Wish | None:
        """What answers the question of the last reply."""
        if expects == Expects.ERASE:
            if self._erase.match(plain) or self._erase.match(whole):
                return Wish(Act.ERASE)
            return Wish(Act.KEEP) if self._no.match(whole) or self._no.match(plain) else None
        if expects == Expects.TOPIC:
            return self._chosen(plain)
        if expects == Expects.GROUP:
            if self._no.match(whole):
                return Wish(Act.SKIP)
            if re.fullmatch(r"(?:so )?\d{1,3}[a-z]?", plain):
                return Wish(Act.GROUP, group=plain)
            if self._home.match(plain):
                return Wish(Act.GROUP, group=self._group_in(plain), sure=self._numbered.search(plain) is not None)
        return None

    def _chosen(self, plain: str) -> Wish | None:
        """«1», «1 và 3», «tất cả», or the bare name of a topic, after the list of topics was shown."""
        if self._everything.fullmatch(plain):
            return Wish(Act.FOLLOW, everything=True)
        if re.fullmatch(r"(?:so |chon |muc |tin )*\d{1,2}(?:(?: va| voi| so)* \d{1,2})*", plain):
            numbers = [int(number) for number in re.findall(r"\d+", plain)]
            offered = self.topics.topics
            if all(0 < number <= len(offered) for number in numbers):
                return Wish(Act.FOLLOW, topics=tuple(dict.fromkeys(offered[number - 1].id for number in numbers)))
            return Wish(Act.TOPICS)
        named = self.topics_in(plain)
        left = self._topic.sub(" ", plain).split()
        return Wish(Act.FOLLOW, topics=named) if named and not set(left) - self._small else None

    def _code(self, plain: str) -> Wish | None:
        if match := self._guest_code.match(plain):
            return Wish(Act.GUEST, code=match[1])
        if match := self._link_code.match(plain):
            return Wish(Act.LINK_CODE, code=match[1].replace(" ", ""), sure="lien ket" in plain or "noi" in plain)
        return None

    def _wish(self, plain: str, whole: str, accented: str) -> Wish | None:
        if self._any["link"].match(plain):
            return Wish(Act.LINK)
        if self._any["unlink"].match(plain):
            return Wish(Act.UNLINK)
        if self._move.match(plain):
            return Wish(Act.GROUP)
        if self._home_number.match(plain):
            return Wish(Act.GROUP, group=self._group_in(plain), sure=False)
        if self._any["why"].search(plain) and not self._any["never_why"].search(whole):
            return Wish(Act.WHY)
        never = self._any["never"]
        if never.search(whole) or never.search(accented):
            return None
        if self._any["topics"].search(plain):
            return Wish(Act.TOPICS)
        if self._any["mine"].search(plain):
            return Wish(Act.MINE)
        return self._leaving(plain, accented) or self._following(plain, whole, accented)

    def _leaving(self, plain: str, accented: str) -> Wish | None:
        if self._any["unfollow_perhaps"].match(plain) or self._any["unfollow_perhaps"].match(accented):
            return Wish(Act.UNFOLLOW, sure=False)
        topics = self.topics_in(plain)
        told = self._any["unfollow"].search(plain) is not None
        beside = bool(topics) and self._any["unfollow_topic"].search(plain) is not None
        if not (told or beside) or self._left(plain, "unfollow") > (LEFT if told else LEFT_BESIDE_TOPIC):
            return None
        group = self._numbered.search(plain)
        return Wish(Act.UNFOLLOW, topics=topics, group=group[0] if group else "")

    def _following(self, plain: str, whole: str, accented: str) -> Wish | None:
        if self._any["never_follow"].search(whole) or self._any["never_follow"].search(accented):
            return None
        topics, group = self.topics_in(plain), self._group_in(whole)
        told = self._any["follow"].search(plain) is not None
        beside = bool(topics or group) and self._any["follow_topic"].search(plain) is not None
        if not (told or beside) or self._left(plain, "follow") > (LEFT if told else LEFT_BESIDE_TOPIC):
            return None
        everything = not topics and self._everything.search(plain) is not None
        return Wish(Act.FOLLOW, topics=topics or (() if everything else (GENERAL,)), everything=everything, group=group)

    def _group_in(self, plain: str) -> str:
        """The residential group as it was said, when a number or a name stands behind «tổ» or «thôn»."""
        match = self._numbered.search(plain) or self._group.search(plain)
        return match[0] if match else ""

    def _left(self, plain: str, verb: str) -> int:
        """How many words speak of something else than news, topics and groups."""
        rest = self._topic.sub(" ", plain)
        rest = self._any[verb].sub(" ", rest)
        rest = self._numbered.sub(" ", rest)
        return sum(word not in self._small for word in rest.split())


def load_listener(folder: Path) -> Listener | None:
    """A Listener for the topics of this folder, None when it has none. Raises ContentError when they are broken."""
    if not (folder / FILE).exists():
        return None
    try:
        return Listener(load_topics(folder))
    except (KeyError, ValueError, re.error) as error:
        wrong = f"không dùng được: {type(error).__name__} {error}"
        raise ContentError([Problem(FILE, "hearing", wrong, "mẫu (pattern) phải đủ ngoặc, không thiếu mục nào")]) from error


def _as_written(group: str, said: str) -> str:
    """The group as the person wrote it, with accents and capitals."""
    wanted, written = group.split(), re.findall(r"[^\W_]+", said)
    folded = folded_words(said)
    for at in range(len(folded) - len(wanted) + 1):
        if wanted and folded[at : at + len(wanted)] == wanted and len(written) == len(folded):
            return " ".join(written[at : at + len(wanted)])
    return group

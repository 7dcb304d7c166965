"""«Tổ công nghệ số tổ 12 là ai»: who is in charge where, as the teams agreed to have it told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.assistant.replies import Replies
from app.commune import CommuneProfile
from app.messages import Link, Reply
from app.subscribers.groups import meant
from app.understanding.text import folded_words
from app.volunteers.facts import Team, groups_of, in_charge

INTENT = "community_team"
MOST = 4
"""Teams told in one answer; the page has all of them."""
PAGE = "/to-cong-nghe-so"
_OWN_NAME = re.compile(r"\b(?:to|doi|nhom) cong nghe(?: so)?(?: cong dong)?\b")
_BARE_NUMBER = re.compile(r"^(?:so )?(\d{1,3}[a-z]?)\b")
_NAMES_A_PLACE = re.compile(r"\b(?:to|tdp|khu|kp|khoi|thon|xom|ap|ban|buon|lang|khom)\b|\d")


def compose(words: Replies, teams: Sequence[Team], text: str, commune: CommuneProfile, public_url: str) -> Reply:
    """The answer to a message that asks for a team. `text`: as typed, personal numbers out."""
    plain = _BARE_NUMBER.sub(r"to \1", _OWN_NAME.sub("", " ".join(folded_words(text))).strip())
    groups = meant(groups_of(tuple(teams)), plain, answering=False)
    found = in_charge(tuple(teams), {group.id for group in groups}) if groups else []
    key = "none" if not teams else "found" if found else "unknown" if _NAMES_A_PLACE.search(plain) else "all"
    told = found or (list(teams) if key == "all" else [])
    context = {"commune": commune, "names": [group.name for group in groups], "count": len(teams)}
    paragraphs = words.say_all(words.get(f"{INTENT}.{key}"), context)
    lines = tuple(_line(words, team) for team in told[:MOST])
    closing = words.say_all(words.get(f"{INTENT}.closing"), context) if told else ()
    links = (Link(label=words.get(f"{INTENT}.link"), url=f"{public_url}{PAGE}"),) if teams else ()
    return Reply(paragraphs=(*paragraphs, *lines), closing=closing, links=links)


def _line(words: Replies, team: Team) -> str:
    said = {
        "name": team.name,
        "names": [group.name for group in team.groups],
        "who": team.contact,
        "number": team.phone,
        "place": team.place,
    }
    return words.say(words.get(f"{INTENT}.team"), said)

"""Residential groups: which one people mean, and lists of them as officials paste them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.understanding.text import clean, folded_words

HEADS = (
    "to dan pho", "to dan cu", "to nhan dan", "to", "tdp", "khu dan cu", "khu pho", "khoi pho", "khu", "kdc", "kp", "khoi", "khom", "soc",
    "xom", "ap", "ban", "buon", "thon", "lang", "phum", "tieu khu",
)  # fmt: skip
KINDS = {
    "to": "to", "to dan pho": "to", "to dan cu": "to", "to nhan dan": "to", "tdp": "to",
    "khu": "khu", "khu pho": "khu", "khu dan cu": "khu", "kp": "khu", "kdc": "khu", "tieu khu": "khu", "khoi": "khoi", "khoi pho": "khoi",
}  # fmt: skip
_HEAD = re.compile(r"^(" + "|".join(HEADS) + r")(?: so)? (.+)$")
_SAID = re.compile(r"\b(" + "|".join(HEADS) + r")(?: so)? (\d{1,3}[a-z]?)\b")
_NUMBER = re.compile(r"0*(\d{1,3}[a-z]?)")
NAME_LENGTH, ALIASES, LINES = 80, 12, 500


def _plain(text: str) -> str:
    return " ".join(folded_words(text))


def _kind(head: str) -> str:
    return KINDS.get(head, head)


def number_of(name: str) -> str:
    """The number in a group's name: «Tổ dân phố số 12» → «12»; empty when it has a name instead."""
    match = _HEAD.match(_plain(name))
    number = _NUMBER.fullmatch(match[2]) if match else None
    return number[1] if number else ""


def meant(groups: Sequence[Any], text: str, *, answering: bool) -> list[Any]:
    """The groups that a text names, best first: none, the one, or several of the same name or number.

    `groups`: rows with id, name, number, aliases. `answering`: the text answers «Bạn ở tổ nào?», so a bare number or a bare
    name is enough.
    """
    plain = _plain(text)
    named = [group for group in groups if any(_within(phrase, plain) for phrase in _phrases(group, bare=answering, whole=plain))]
    if named:
        longest = max(len(_plain(group.name)) for group in named)
        return [group for group in named if len(_plain(group.name)) == longest] if len(named) > 1 else named
    said = _SAID.search(plain)
    if said is not None:
        number = _NUMBER.fullmatch(said[2])
        found = [group for group in groups if group.number and number and group.number == number[1]]
        same = [group for group in found if _kind(said[1]) == _kind(_head(group.name))]
        return same or found
    bare = re.fullmatch(r"(?:so )?0*(\d{1,3}[a-z]?)", plain) if answering else None
    return [group for group in groups if group.number == bare[1]] if bare else []


def is_name(group: Any, text: str) -> bool:
    """Whether a text is a name of the group and nothing else, with or without «thôn» before it."""
    plain = _plain(text)
    found = [_plain(words) for words in (group.name, *group.aliases)]
    return plain in {*found, *(match[2] for phrase in found if (match := _HEAD.match(phrase)))}


def _within(phrase: str, plain: str) -> bool:
    return bool(phrase) and f" {phrase} " in f" {plain} "


def _head(name: str) -> str:
    match = _HEAD.match(_plain(name))
    return match[1] if match else ""


def _phrases(group: Any, *, bare: bool, whole: str) -> list[str]:
    """What names a group for sure. A name of one word, without «thôn» before it, only as the whole answer."""
    found = [_plain(words) for words in (group.name, *group.aliases)]
    phrases = [phrase for phrase in found if " " in phrase]
    if bare:
        names = [match[2] for phrase in found if (match := _HEAD.match(phrase)) and not match[2][0].isdigit()]
        names += [phrase for phrase in found if " " not in phrase]
        phrases += [name for name in names if " " in name or name == whole]
    return phrases


# --- pasted lists ------------------------------------------------------------------------------------------------------


@dataclass
class Pasted:
    """What a pasted list holds: new groups (name, aliases), names that are there already, and lines that are none."""

    new: list[tuple[str, list[str]]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def tidy_name(text: str) -> str:
    """A name as it is kept: NFC, single spaces, capital first."""
    name = clean(text).strip(" .;,-–•*\t")
    return name[:1].upper() + name[1:]


def tidy_aliases(text: str) -> list[str]:
    """Other names from one field, separated by commas or lines; each once."""
    found: dict[str, str] = {}
    for piece in re.split(r"[,;\n]", text):
        alias = tidy_name(piece)[:NAME_LENGTH]
        if folded_words(alias):
            found.setdefault(alias.casefold(), alias)
    return list(found.values())[:ALIASES]


def read_pasted(text: str, known: Sequence[str]) -> Pasted:
    """Read lines such as «Tổ dân phố 12», «12» or «Thôn Phú Hạ; Phú Hạ, thôn 3» (what follows a semicolon or tab: aliases)."""
    pasted, seen = Pasted(), {_plain(name) for name in known}
    for line in text.splitlines()[:LINES]:
        head, _, rest = line.replace("\t", ";").partition(";")
        name = tidy_name(re.sub(r"^\s*\d+[.)]\s+(?=\D)", "", head))
        if re.fullmatch(r"\d{1,3}[A-Za-z]?", name):
            name = f"Tổ {name}"
        if not name:
            continue
        if not folded_words(name) or len(name) > NAME_LENGTH:
            pasted.wrong.append(line.strip()[:NAME_LENGTH])
        elif _plain(name) in seen:
            pasted.known.append(name)
        else:
            seen.add(_plain(name))
            pasted.new.append((name, tidy_aliases(rest)))
    return pasted

"""Text as Telegram measures and marks it: UTF-16 units, entities, and what of HTML it understands.

The reference says «4096 characters after entities parsing» without saying which; the fake counts UTF-16 units, the
stricter reading. Markdown is not played: its parse modes are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from tests.fakes.serving import Json
from tests.fakes.telegram_contract import ApiError

MAX_TEXT, MAX_CAPTION, MAX_ENTITIES = 4096, 1024, 100
PLAIN = {"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"}
FOUND = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
TYPES = PLAIN | FOUND | {"text_link", "text_mention", "custom_emoji", "date_time"}
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
DETECTED = re.compile(r"(?<![\w/@<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])|(?P<url>https?://[^\s<>\"]*[\w/#=])")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def read_text(values: Json, warnings: list[str]) -> tuple[str, list[Json]]:
    """The text of a message and its entities. Raises ApiError."""
    text, entities = _read(values, "text", "entities", warnings)
    if not text:
        raise ApiError("message text is empty")
    if units(text) > MAX_TEXT:
        raise ApiError("message is too long")
    return text, entities


def read_caption(values: Json, warnings: list[str]) -> tuple[str, list[Json]]:
    """The words under a picture, maybe none. Raises ApiError."""
    text, entities = _read(values, "caption", "caption_entities", warnings)
    if units(text) > MAX_CAPTION:
        raise ApiError("message caption is too long")
    return text, entities


def detected(text: str) -> list[Json]:
    """Entities that Telegram finds by itself: commands and addresses."""
    return [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match.group())}
        for match in DETECTED.finditer(text)
    ]


def _read(values: Json, name: str, entities_name: str, warnings: list[str]) -> tuple[str, list[Json]]:
    text: str = values.get(name, "")
    match values.get("parse_mode", "").lower():
        case "":
            entities = list(_checked(text, values.get(entities_name, []), warnings))
        case "html":
            text, entities = _Html.read(text)
        case _:
            raise ApiError("unsupported parse_mode")
    text, entities = _trimmed(text, entities)
    entities += [each for each in detected(text) if not any(_overlap(each, other) for other in entities)]
    return text, sorted(entities, key=lambda each: (each["offset"], -each["length"]))


def _checked(text: str, entities: list[Json], warnings: list[str]) -> Iterator[Json]:
    """Entities whose ends fall on characters, nested and never crossing. Raises ApiError."""
    if len(entities) > MAX_ENTITIES:
        warnings.append(f"entities beyond {MAX_ENTITIES} are ignored")
    borders = _borders(text)
    open_ends: list[Json] = []
    for entity in sorted(entities[:MAX_ENTITIES], key=lambda each: (each["offset"], -each["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"] not in TYPES:
            raise ApiError("can't parse MessageEntity: Unsupported type specified")
        if entity["type"] == "text_link" and not entity.get("url"):
            raise ApiError("can't parse MessageEntity: Can't find field \"url\"")
        if start < 0 or entity["length"] <= 0:
            warnings.append("an entity without length is ignored")
            continue
        while open_ends and _end(open_ends[-1]) <= start:
            open_ends.pop()
        if end > units(text) or (open_ends and end > _end(open_ends[-1])):
            raise ApiError(f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}")
        if borders and start not in borders:
            raise ApiError(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}")
        if borders and end not in borders:
            raise ApiError(f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at UTF-16 offset {end}")
        open_ends.append(entity)
        yield dict(entity)


def _borders(text: str) -> set[int]:
    """Offsets between characters; empty when every offset is one."""
    if units(text) == len(text):
        return set()
    borders, at = {0}, 0
    for character in text:
        at += 2 if character > "\uffff" else 1
        borders.add(at)
    return borders


def _end(entity: Json) -> int:
    end: int = entity["offset"] + entity["length"]
    return end


def _overlap(one: Json, other: Json) -> bool:
    return bool(one["offset"] < _end(other) and other["offset"] < _end(one))


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without blanks around; entities move along, and those of blanks only go."""
    trimmed = text.strip()
    if trimmed == text:
        return text, entities
    before, length = units(text) - units(text.lstrip()), units(trimmed)
    moved = []
    for entity in entities:
        start, end = max(entity["offset"] - before, 0), min(_end(entity) - before, length)
        if start < end:
            moved.append(entity | {"offset": start, "length": end - start})
    return trimmed, moved


class _Html(HTMLParser):
    """Telegram's HTML: a few tags, all of them closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[tuple[str, Json]] = []
        self.entities: list[Json] = []

    @classmethod
    def read(cls, source: str) -> tuple[str, list[Json]]:
        parser = cls()
        parser.feed(source)
        parser.close()
        if parser.open:
            raise ApiError(f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1][0]}\"")
        return parser.text, parser.entities

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ApiError(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}')
        entity: Json = {"type": TAGS[tag], "offset": units(self.text)}
        self.open.append((tag, entity | ({"url": dict(attrs).get("href") or ""} if tag == "a" else {})))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise ApiError(f"can't parse entities: Unmatched end tag at byte offset {self.getpos()[1]}")
        entity = self.open.pop()[1]
        if length := units(self.text) - entity["offset"]:
            self.entities.append(entity | {"length": length})

    def handle_data(self, data: str) -> None:
        self.text += data

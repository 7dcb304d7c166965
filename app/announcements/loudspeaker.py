"""What the ward's loudspeaker reads: whole sentences, everything spelled out, urgent news twice."""

from __future__ import annotations

from app.announcements.content import Content
from app.announcements.messages import Framing, before, items_of
from app.announcements.models import Kind
from app.announcements.speaking import speak
from app.announcements.words import words


def script(content: Content, framing: Framing) -> tuple[str, ...]:
    """The paragraphs to read, in order. `framing.sender` is the ward's People's Committee as it names itself."""
    said = words().loudspeaker
    opening = said["opening_urgent" if framing.urgent else "opening"].format(sender=_spoken(framing.sender, said))
    news = _news(content, framing, said)
    again = (said["again"], *news) if framing.urgent else ()
    warning = (said["exercise"],) if framing.exercise else ()
    return tuple(filter(None, (opening, *news, *again, *warning, said["closing"])))


def _news(content: Content, framing: Framing, said: dict[str, str]) -> tuple[str, ...]:
    prefix = words().prefixes[framing.kind]
    paragraphs = [*before(content, framing), f"{prefix}{content.title}"]
    if framing.kind is not Kind.WITHDRAWAL:
        paragraphs += content.what.splitlines()
        paragraphs += [_fact(name, getattr(content, name)) for name in words().facts if getattr(content, name)]
    elif content.contact:
        paragraphs.append(_fact("contact", content.contact))
    return tuple(_ended(_spoken(paragraph, said)) for paragraph in paragraphs if paragraph)


def _fact(name: str, text: str) -> str:
    items = items_of(text)
    return f"{words().facts[name].spoken}: {'; '.join(item.rstrip('.;,') for item in items) if items else text}"


def _spoken(text: str, said: dict[str, str]) -> str:
    return speak(text, address=said["address"])


def _ended(text: str) -> str:
    return text if text[-1:] in ".!?…" else f"{text}."

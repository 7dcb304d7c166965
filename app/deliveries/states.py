"""Which state of a delivery may follow which: the one table, and the words for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from app.deliveries.models import Status
from app.words import Words

ALLOWED: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        # Left to wait, or given up before anything was sent: withdrawn, stopped following, too late.
        Status.QUEUED: frozenset({Status.SENDING, Status.SKIPPED, Status.FAILED}),
        # Back to the queue: surely not delivered, or interrupted once.
        Status.SENDING: frozenset({Status.SENT, Status.QUEUED, Status.WAITING, Status.SKIPPED, Status.FAILED, Status.UNKNOWN}),
        # The platform tells «seen» without «delivered», and tells both in any order.
        Status.SENT: frozenset({Status.DELIVERED, Status.SEEN}),
        Status.DELIVERED: frozenset({Status.SEEN}),
        Status.SEEN: frozenset(),
        Status.WAITING: frozenset({Status.QUEUED, Status.SKIPPED}),
        # By an official only, and only what surely did not arrive.
        Status.SKIPPED: frozenset({Status.QUEUED}),
        Status.FAILED: frozenset({Status.QUEUED}),
        # Never again by us. Nothing tells whose a late receipt is: the platform's id of the message is not known.
        Status.UNKNOWN: frozenset(),
    }
)
GOT = (Status.SENT, Status.DELIVERED, Status.SEEN)
MAY_HAVE = (Status.SENDING, Status.SENT, Status.DELIVERED, Status.SEEN, Status.UNKNOWN)
"""Whom a correction must reach."""

OPEN = (Status.QUEUED, Status.SENDING)
_WORDS = Words(Path(__file__).with_name("words.yaml"))


def before(then: Status) -> tuple[Status, ...]:
    """The states that may become `then`."""
    return tuple(status for status, following in ALLOWED.items() if then in following)


def label(status: str) -> str:
    """The word for a state, for people."""
    return str(_WORDS.get(f"status.{status}.label"))


def meaning(status: str) -> str:
    """What the state means, in a short sentence."""
    return str(_WORDS.get(f"status.{status}.meaning"))


def reason(code: str) -> str:
    """Why somebody has not got it, in words. A code of a platform that we have no words for is named as it is."""
    words = _WORDS.get("reason")
    if code in words:
        return str(words[code])
    return str(words["other"]).format(code=code)


def held(code: str) -> str:
    """Why nothing goes out at the moment."""
    return str(_WORDS.get("held")[code])


def channel(name: str) -> str:
    """A channel's name, as people know it."""
    return str(_WORDS.get("channel").get(name, name))


def kind(name: str) -> str:
    """What is sent: an announcement, its correction, a reminder."""
    return str(_WORDS.get("kind").get(name, name))

"""The ways into our chats, as pages and printed codes offer them."""

from __future__ import annotations

from app.channels.accounts import Account, Accounts
from app.messages import Door

FIRST = "zalo_oa"  # nearly every phone here has Zalo


def doors_of(accounts: Accounts, code: str = "") -> tuple[Door, ...]:
    """The doors of the connected chats, one of each name: at the procedure `code`, or plain when it is empty."""
    found: dict[str, Door] = {}
    for account in sorted(accounts.all(), key=_rank):
        door = _door(account, code)
        if door is not None:
            found.setdefault(door.name, door)
    return tuple(found.values())


def _rank(account: Account) -> tuple[bool, int]:
    """The Official Account first, then as they were connected."""
    return (account.name != FIRST, account.id)


def _door(account: Account, code: str) -> Door | None:
    """A channel without the method has no door."""
    open_at = getattr(account.channel, "door", None)
    found: Door | None = open_at(code) if open_at else None
    return found

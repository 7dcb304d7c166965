"""What is true of a ward at one moment: its profile with the changes of its officials, its mode, its switches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.commune import CommuneProfile

PROFILE_FIELDS = (
    "office", "address", "police", "phones", "hours", "hours_note", "sunday_hours", "sunday_about", "counters", "links",
)  # fmt: skip
"""What officials change. Name, province and layer stay with the file: printed codes and the catalog hang on them.

`sunday_…` are parts of the Sunday service; its days are the calendar's.
"""
SUNDAY = "sunday_"


class WardMode(StrEnum):
    """`TRIAL`: announcements reach only staff and invited guests."""

    TRIAL = "trial"
    REAL = "real"


class SwitchName(StrEnum):
    """What can be switched off, with a reason that citizens read. `channel_…`: answers on one channel."""

    CHAT = "chat"
    ANNOUNCEMENTS = "announcements"
    FEEDBACK = "feedback"
    WEB = "channel_web"
    ZALO_OA = "channel_zalo_oa"
    ZALO_BOT = "channel_zalo_bot"
    TELEGRAM = "channel_telegram"


@dataclass(frozen=True)
class Switch:
    """One switch. `reason`: why it is off, in the ward's words."""

    on: bool = True
    reason: str = ""


ON = Switch()


@dataclass(frozen=True)
class Ward:
    """A ward now. Frozen and picklable: the process that understands gets a copy."""

    profile: CommuneProfile
    mode: WardMode = WardMode.TRIAL
    switches: Mapping[str, Switch] = field(default_factory=dict)
    version: str = ""

    def switch(self, name: str) -> Switch:
        """A switch; on unless somebody switched it off."""
        return self.switches.get(name, ON)

    def chat_switch(self, channel: str) -> Switch:
        """Whether messages on this channel are answered: the channel's own switch, else that of all chats."""
        everywhere = self.switch(SwitchName.CHAT)
        return everywhere if not everywhere.on else self.switch("channel_web" if channel in ("web", "api") else f"channel_{channel}")

    @property
    def is_trial(self) -> bool:
        return self.mode is WardMode.TRIAL

    @classmethod
    def made(cls, profile: CommuneProfile, mode: WardMode, switches: Mapping[str, Switch]) -> Ward:
        """A ward with its version: a digest of all that it says, 12 hex digits."""
        said = [profile.model_dump(mode="json"), mode, {name: [each.on, each.reason] for name, each in sorted(switches.items())}]
        digest = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
        return cls(profile, mode, dict(switches), digest)


def values_of(profile: CommuneProfile) -> dict[str, Any]:
    """What officials can change, as plain JSON values: what is stored, and what a form begins with."""
    data = profile.model_dump(mode="json")
    sunday = data.pop("sunday") or {"hours": [], "about": None}
    data |= {f"{SUNDAY}{part}": sunday[part] for part in ("hours", "about")}
    return {name: data[name] for name in PROFILE_FIELDS}


def changed_profile(base: CommuneProfile, values: Mapping[str, Any]) -> CommuneProfile:
    """The profile with these values in place of the file's. Raises pydantic's ValidationError."""
    data = base.model_dump(mode="json")
    given = {name: value for name, value in values.items() if name in PROFILE_FIELDS}
    parts = {name.removeprefix(SUNDAY): given.pop(name) for name in list(given) if name.startswith(SUNDAY)}
    if any(parts.values()):
        data["sunday"] = (data["sunday"] or {}) | parts
    elif "hours" in parts and not parts["hours"]:
        data["sunday"] = None
    return CommuneProfile.model_validate(data | given)

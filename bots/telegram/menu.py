"""The bot's menu and what it tells of itself: `commands.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(_Strict):
    """One command: what the menu shows, and the words it stands for."""

    description: str = Field(min_length=1, max_length=256)
    words: str = Field(min_length=1)


class Menu(_Strict):
    """The whole of `commands.yaml`, within Telegram's limits."""

    about: str = Field(max_length=512)
    short: str = Field(max_length=120)
    commands: Mapping[str, Command] = Field(max_length=100)


MENU = Menu.model_validate(yaml.safe_load(Path(__file__).with_name("commands.yaml").read_text(encoding="utf-8")))

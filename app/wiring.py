"""Which channels there are. The one place, beside main and cli, that knows the bots."""

from __future__ import annotations

from collections.abc import Mapping

from app.channels.accounts import Build
from app.messages import Capabilities, Channel, Vault
from app.settings import Settings


def channel_builders() -> dict[str, Build]:
    """Every channel there is. Each is imported when an account of it is opened: Telegram's library alone takes half a second."""

    def zalo_oa(values: Mapping[str, str], vault: Vault, settings: Settings) -> Channel:
        from bots.zalo_oa import build  # noqa: PLC0415

        return build(values, vault, settings)

    def zalo_bot(values: Mapping[str, str], vault: Vault, settings: Settings) -> Channel:
        from bots.zalo_bot import build  # noqa: PLC0415

        return build(values, vault, settings)

    def telegram(values: Mapping[str, str], vault: Vault, settings: Settings) -> Channel:
        from bots.telegram import build  # noqa: PLC0415

        return build(values, vault, settings)

    return {"zalo_oa": zalo_oa, "zalo_bot": zalo_bot, "telegram": telegram}


def channel_capabilities() -> dict[str, Capabilities]:
    """What each chat channel can show."""
    from bots.telegram import Telegram  # noqa: PLC0415
    from bots.zalo_bot import ZaloBot  # noqa: PLC0415
    from bots.zalo_oa import CAPABILITIES as ZALO_OA  # noqa: PLC0415

    return {"Zalo OA": ZALO_OA, "Zalo Bot": ZaloBot.capabilities, "Telegram": Telegram.capabilities}

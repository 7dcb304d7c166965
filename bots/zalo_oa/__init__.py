"""The Zalo Official Account channel. See README.md."""

from bots.zalo_oa.channel import CAPABILITIES, ZaloOA, build

__all__ = ["CAPABILITIES", "ZaloOA", "build"]

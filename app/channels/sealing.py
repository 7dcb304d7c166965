"""Where the channels find the Sealer: it moved to `app.sealing`, because officials' secrets are sealed with it too."""

from app.sealing import Sealer

__all__ = ["Sealer"]

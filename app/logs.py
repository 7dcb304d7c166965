"""Structured logs. No message text, no phone, no token, no visitor ever reaches a log line."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.settings import Settings

FORBIDDEN = frozenset({"text", "message_text", "person", "visitor", "phone", "token", "cookie", "masked_text", "body", "query"})


def configure_logging(settings: Settings) -> None:
    """Set structlog up for this process."""
    _quieten_addresses()
    renderer: Any = structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _drop_personal_fields,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(file=sys.stderr),  # as it is when something is said: tests exchange it
        cache_logger_on_first_use=False,
    )


def _quieten_addresses() -> None:
    """The library httpx tells every address at INFO, and a bot's token is part of its addresses."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _drop_personal_fields(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last guard: fields that could hold personal data are dropped even when a caller passes them."""
    for name in FORBIDDEN & event.keys():
        event[name] = "[bỏ]"
    return event

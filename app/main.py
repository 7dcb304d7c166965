"""Wires everything together and decides nothing. The list of routers is the map of the URLs."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog
from fastapi import FastAPI

from app import __version__
from app.api import endpoints as api
from app.assistant.knowing import Knowledge, KnowledgeHolder
from app.assistant.pipeline import Pipeline
from app.assistant.service import Assistant
from app.calendar.opening import VIETNAM, plan
from app.channels import endpoints as channels
from app.channels.accounts import Accounts
from app.channels.desk import Desk
from app.channels.sealing import Sealer
from app.commune import CommuneProfile, load_commune
from app.database import Database, migrate
from app.health import router as health
from app.limits import BodyLimitMiddleware, RateLimiter
from app.logs import configure_logging
from app.middleware import SecurityHeadersMiddleware, add_error_pages
from app.settings import Settings
from app.site import endpoints as site
from app.site.qr import draw
from app.site.static_files import static, static_files
from app.templates import environment
from app.visitor import Signer, VisitorMiddleware, load_secret
from app.wiring import channel_builders

log = structlog.get_logger()
RELOAD_SECONDS = 5.0
WARM_AFTER_SECONDS = 2.0


def create_app(
    settings: Settings | None = None,
    knowledge: Callable[[], Knowledge] | None = None,
    settled: Callable[[], None] | None = None,
    *,
    apart: bool = False,
) -> FastAPI:
    """The application. Content errors are raised here, before the server listens.

    `knowledge`: made elsewhere already. `settled`: called when everything that stays is in memory. `apart`: understand in a
    second process; only where this one has no thread yet.
    """
    settings = settings or Settings()
    configure_logging(settings)
    commune = load_commune(settings.commune_file)
    holder = KnowledgeHolder(settings.procedures_dir, commune.locale, knowledge() if knowledge else None)
    templates = environment()
    templates.globals["static"] = static
    templates.globals["commune"] = commune
    database = Database(settings.resolved_database_url)
    pipeline = Pipeline(holder, commune, templates, settings)
    assistant = Assistant(pipeline, database, settings)
    if apart:
        assistant.thinker.start()
    secret = load_secret(settings)
    sealer = Sealer(secret)
    accounts = Accounts(database, sealer, settings, channel_builders())

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(migrate, settings.resolved_database_url)
        watcher = asyncio.create_task(_watch_catalog(holder, settings.procedures_dir))
        warming = asyncio.create_task(_warm(commune))
        tidying = asyncio.create_task(database.keep_tidy())
        app.state.desk = desk = Desk(database, assistant, accounts, settings, draw)
        await desk.start()
        if settled is not None:
            settled()
        log.info("started", version=__version__, catalog=holder.now.catalog.version)
        try:
            yield
        finally:
            watcher.cancel()
            warming.cancel()
            await desk.stop()
            assistant.thinker.close()
            tidying.cancel()
            await database.close()

    app = FastAPI(
        title="Gần Dân",
        version=__version__,
        summary="Hỏi thủ tục của xã, phường bằng lời của mình.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.settings, app.state.commune, app.state.database = settings, commune, database
    app.state.pipeline, app.state.assistant, app.state.search = pipeline, assistant, pipeline.search
    app.state.catalog = lambda: holder.now.catalog
    app.state.holder = holder
    app.state.templates = templates
    app.state.limiter, app.state.signer = RateLimiter(settings.messages_per_minute), Signer(secret)
    app.state.sealer, app.state.accounts = sealer, accounts

    # /kenh/…              webhooks and consent; first, because it is asked most
    app.include_router(channels.router)
    # /                    home and chat, /thu-tuc, /q/…, /gioi-thieu, /su-kien/…
    app.include_router(site.router)
    # /api/v1/…
    app.include_router(api.router)
    # /healthz
    app.include_router(health)
    app.mount("/static", static_files(), name="static")

    _protect(app, settings)
    return app


def _protect(app: FastAPI, settings: Settings) -> None:
    """Errors as pages, visitors' cookies, limits, headers: around every route."""
    add_error_pages(app)
    app.add_middleware(VisitorMiddleware, signer=app.state.signer, secure=settings.public_url.startswith("https://"))
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)


async def _warm(commune: CommuneProfile) -> None:
    """Make the list of holidays (a quarter of a second) when the server is up, so that no citizen waits for it."""
    await asyncio.sleep(WARM_AFTER_SECONDS)
    await asyncio.to_thread(plan, commune, dt.datetime.now(VIETNAM).date())


async def _watch_catalog(holder: KnowledgeHolder, folder: Path) -> None:
    """Reload the catalog when a file changes; a broken file keeps the last good catalog serving."""
    seen = _stamp(folder)
    while True:
        await asyncio.sleep(RELOAD_SECONDS)
        try:
            now = await asyncio.to_thread(_stamp, folder)
            if now != seen:
                seen = now
                await asyncio.to_thread(holder.reload)
        except Exception as error:  # noqa: BLE001 -- a file that vanishes while we look must not end the watch
            log.warning("catalog_watch", kind=type(error).__name__)


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((path.as_posix(), path.stat().st_mtime_ns) for path in folder.rglob("*.yaml")))

"""Wires everything together and decides nothing. The list of routers is the map of the URLs."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI

from app import __version__
from app.announcements.messages import day_of
from app.announcements.published import Banners
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
from app.console import routes as console
from app.database import Database, migrate
from app.deliveries.running import Deliveries
from app.erasing import keep_erasing
from app.health import router as health
from app.limits import BodyLimitMiddleware, RateLimiter
from app.local.holder import SnapshotHolder
from app.local.snapshot import Snapshot
from app.logs import configure_logging
from app.middleware import HeadMiddleware, SecurityHeadersMiddleware, add_error_pages
from app.officials.office import Office
from app.paper.service import Press
from app.settings import Settings
from app.site import announcement_pages as announcements
from app.site import calendar_page as calendar
from app.site import endpoints as site
from app.site import guide_page, lookup, statistics_pages, volunteer_pages
from app.site import paper_pages as paper
from app.site.doors import doors_of
from app.site.lookup_data import LookupHolder
from app.site.qr import draw, qr_svg
from app.site.static_files import static, static_files
from app.statistics.public import Publisher
from app.statistics.service import Sources
from app.subscribers.acts import Acts
from app.templates import environment
from app.visitor import Signer, VisitorMiddleware, load_secret
from app.ward.holder import WardHolder
from app.wiring import channel_builders, channel_capabilities

log = structlog.get_logger()
RELOAD_SECONDS = 5.0
WARM_AFTER_SECONDS = 2.0


def create_app(
    settings: Settings | None = None,
    knowledge: Callable[[], Knowledge] | None = None,
    settled: Callable[[], None] | None = None,
    *,
    apart: bool = False,
    sends: bool = False,
) -> FastAPI:
    """The application. Content errors are raised here, before the server listens.

    `knowledge`: made elsewhere already. `settled`: called when everything that stays is in memory. `apart`: understand in a
    second process; only where this one has no thread yet. `sends`: send announcements from here, where no worker does.
    """
    settings = settings or Settings()
    configure_logging(settings)
    commune = load_commune(settings.commune_file)
    holder = KnowledgeHolder(settings.procedures_dir, commune.locale, knowledge() if knowledge else None)
    templates = environment()
    templates.globals |= {"static": static, "commune": commune}
    database = Database(settings.resolved_database_url)
    pipeline = Pipeline(holder, commune, templates, settings)
    secret = load_secret(settings)
    sealer = Sealer(secret)
    accounts = Accounts(database, sealer, settings, channel_builders())
    acts = Acts(templates, lambda: holder.now.topics, settings.public_url, lambda: doors_of(accounts), lambda: pipeline.local.ward.is_trial)
    assistant = Assistant(pipeline, database, settings, acts)
    if apart:
        assistant.thinker.start()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(migrate, settings.resolved_database_url)
        await app.state.ward.refresh()
        beside = _beside(
            app.state.ward.keep_fresh(),
            _watch_catalog(holder, settings.procedures_dir),
            _warm(commune),
            _publisher(app).keep(),
            database.keep_tidy(),
            *([keep_erasing(database, settings)] if sends and database.alone else []),
        )
        app.state.desk = desk = Desk(database, assistant, accounts, settings, draw)
        desk.receipts = deliveries.receipts.accept
        await desk.start()
        deliveries.start(sends=sends and deliveries.is_alone)
        if settled is not None:
            settled()
        log.info("started", version=__version__, catalog=holder.now.catalog.version)
        try:
            yield
        finally:
            await deliveries.stop()
            await desk.stop()
            assistant.thinker.close()
            await beside()
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
    state = app.state
    state.settings, state.commune, state.database, state.templates = settings, commune, database, templates
    state.pipeline, state.assistant, state.search, state.accounts = pipeline, assistant, pipeline.search, accounts
    state.holder, state.catalog, state.topics = holder, lambda: holder.now.catalog, holder.now.topics
    state.limiter, state.signer, state.sealer = RateLimiter(settings.messages_per_minute), Signer(secret), sealer
    _follow_ward(app, database, commune)
    _announce(app)
    _print(app)
    state.deliveries = deliveries = Deliveries(database, accounts, state.ward, settings)
    assistant.forget_hooks.insert(0, deliveries.forget_person)
    _open_office(app, secret)
    _route(app)
    _protect(app, settings)
    return app


def _route(app: FastAPI) -> None:
    """The map of the URLs."""
    # /kenh/…              webhooks and consent; first, because it is asked most
    app.include_router(channels.router)
    # /                    home and chat, /thu-tuc, /q/…, /gioi-thieu, /su-kien/…
    app.include_router(site.router)
    app.include_router(guide_page.router)
    # /tra-cuu, /sw.js     volunteers' lookup, offline
    app.include_router(lookup.router)
    # /tinh-nguyen/…      volunteers' tally; /to-cong-nghe-so
    app.include_router(volunteer_pages.router)
    # /in/…               posters and slips; /q/…/… and /quay/… where their codes lead
    app.include_router(paper.router)
    # /thong-bao/…
    app.include_router(announcements.router)
    # /so-lieu             figures of the months that are over
    app.include_router(statistics_pages.router)
    # /lich/…              the ward's calendar, its feed
    app.include_router(calendar.router)
    # /api/v1/…
    app.include_router(api.router)
    # /can-bo/…           officials
    console.install(app)
    # /healthz
    app.include_router(health)
    app.mount("/static", static_files(), name="static")


def _follow_ward(app: FastAPI, database: Database, commune: CommuneProfile) -> None:
    """What the officials set reaches answers and pages: `ward.now` is the ward, `local.now` also its calendar and local facts."""

    def use(local: Snapshot) -> None:
        app.state.pipeline.use(local)
        app.state.commune = app.state.templates.globals["commune"] = local.profile
        app.state.templates.globals["chat_off"] = local.ward.chat_switch("web").reason

    app.state.ward = WardHolder(database, commune)
    app.state.local = SnapshotHolder(app.state.ward, use)


def _announce(app: FastAPI) -> None:
    """Urgent announcements above every page; what each channel can show, for previews (loaded when first asked)."""
    app.state.banners = banners = Banners(lambda: dt.datetime.now(dt.UTC))
    app.state.ward.follow(lambda session, _ward: banners.read(session))
    app.state.capabilities, app.state.draw_qr = channel_capabilities, qr_svg
    app.state.templates.globals["banners"] = banners
    app.state.templates.filters["ngay_vn"] = day_of


def _open_office(app: FastAPI, secret: bytes) -> None:
    """Officials' accounts and sessions."""
    app.state.office = Office(app.state.database, app.state.settings, secret)
    app.state.sessions = app.state.office.sessions


def _print(app: FastAPI) -> None:
    """What people take with them: the lookup for the way, posters and slips of catalog and calendar as they are at that moment."""
    state = app.state
    state.lookup = LookupHolder(state.templates, state.settings.procedures_dir)
    state.press = Press(
        state.catalog,
        lambda: state.local.now.calendar,
        lambda: doors_of(state.accounts),
        state.templates.get_template("catalog/say.jinja").module,
        state.settings.public_url,
        lambda: dt.datetime.now(dt.UTC),
    )


def _publisher(app: FastAPI) -> Publisher:
    """Publishes each month's figures when it is over."""
    state = app.state

    def known() -> Sources:
        return Sources(state.catalog(), state.topics, state.local.now.calendar, state.settings.keep_answers)

    return Publisher(state.database, lambda: known().calendar, lambda code: known().is_full(code), lambda: dt.datetime.now(dt.UTC))


def _protect(app: FastAPI, settings: Settings) -> None:
    """Errors as pages, visitors' cookies, limits, headers: around every route."""
    add_error_pages(app)
    app.add_middleware(VisitorMiddleware, signer=app.state.signer, secure=settings.public_url.startswith("https://"))
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(HeadMiddleware)


def _beside(*work: Coroutine[Any, Any, None]) -> Callable[[], Awaitable[None]]:
    """Run these beside everything else; who calls what comes back ends them."""
    tasks = [asyncio.create_task(each) for each in work]

    async def end() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return end


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

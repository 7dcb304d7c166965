"""The application in this process, over the catalog that other tests have loaded too."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import app.main
from app.main import create_app
from app.settings import Settings
from tests.assistant.ward import knowledge

URL = "https://phuong.example.vn"


def make_app(data_dir: Path, **more: object) -> FastAPI:
    """The application with an empty database, whatever the environment says."""
    return create_app(Settings(_env_file=None, data_dir=data_dir, database_url=None, public_url=URL, **more))  # type: ignore[arg-type]


def client_of(application: FastAPI, address: str = "203.0.113.5") -> httpx.AsyncClient:
    """A client that sits at `address`. An error that the application lets out fails the test."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(application, client=(address, 50_000)), base_url=URL)


@contextlib.asynccontextmanager
async def running(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with its lifespan: migrated database, watcher."""
    async with application.router.lifespan_context(application), client_of(application) as client:
        yield client


@pytest.fixture(scope="session", autouse=True)
def one_catalog() -> Iterator[None]:
    """Share the loaded catalog: it is read only, and loading takes two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.main, "KnowledgeHolder", lambda _folder, _locale, _now=None: knowledge())
        yield


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("api"), messages_per_minute=100_000)


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application without its lifespan: the API needs no database."""
    async with client_of(application) as client:
        yield client

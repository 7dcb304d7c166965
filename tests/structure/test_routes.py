"""Every route says who may use it, and no two routes answer the same call."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.access_table import DECLARATIONS, TOKENS, access_table, api_routes
from app.main import create_app
from app.officials.access import SIGN_IN, csrf_official
from app.settings import ROOT, Settings

TABLE = "docs/quyen-truy-cap.md"
KNOWN_OTHERS = {"/static", "/api/openapi.json"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder: Path = tmp_path_factory.mktemp("routes")
    return create_app(Settings(data_dir=folder))


@pytest.fixture(scope="module")
def routes(app: FastAPI) -> list[APIRoute]:
    for route in app.routes:
        known = isinstance(route, APIRoute) or getattr(route, "original_router", None) is not None
        assert known or getattr(route, "path", "") in KNOWN_OTHERS, route
    return api_routes(app)


def test_every_route_declares_who_may_use_it(routes: list[APIRoute]) -> None:
    assert len(routes) >= 10
    for route in routes:
        called = {dependency.call for dependency in route.dependant.dependencies}
        assert len(called & DECLARATIONS) == 1, route.path


def test_every_form_checks_its_token(routes: list[APIRoute]) -> None:
    forms = [route for route in routes if "POST" in (route.methods or ()) and not route.path.startswith("/api/")]
    assert forms
    for route in forms:
        called = {dependency.call for dependency in route.dependant.dependencies}
        assert called & TOKENS, route.path


def test_every_form_of_the_console_checks_the_token_of_the_session(routes: list[APIRoute]) -> None:
    for route in routes:
        changes = (route.methods or set()) - {"GET", "HEAD"}
        if changes and route.path.startswith("/can-bo") and route.path != SIGN_IN:
            assert csrf_official in {dependency.call for dependency in route.dependant.dependencies}, route.path


def test_the_page_of_who_may_do_what_is_fresh(app: FastAPI) -> None:
    assert (ROOT / TABLE).read_text("utf-8") == access_table(app), f"{TABLE} is stale: run ./dev generate"


def test_no_call_has_two_answers(routes: list[APIRoute]) -> None:
    calls = Counter((method, route.path) for route in routes for method in route.methods or ())
    assert [call for call, count in calls.items() if count > 1] == []

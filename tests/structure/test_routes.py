"""Every route says who may use it, and no two routes answer the same call."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from app import access
from app.main import create_app
from app.settings import Settings

DECLARATIONS = {access.public, access.platform, access.keeper_ticket}
KNOWN_OTHERS = {"/static", "/api/openapi.json"}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[APIRoute]:
    folder: Path = tmp_path_factory.mktemp("routes")
    app = create_app(Settings(data_dir=folder))
    found: list[APIRoute] = []
    for route in app.routes:
        inner = getattr(route, "original_router", None)  # FastAPI keeps an included router whole
        if inner is not None:
            found += [each for each in inner.routes if isinstance(each, APIRoute)]
        elif isinstance(route, APIRoute):
            found.append(route)
        else:
            assert getattr(route, "path", "") in KNOWN_OTHERS, route
    return found


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
        assert called & {access.csrf_checked, access.platform}, route.path


def test_no_call_has_two_answers(routes: list[APIRoute]) -> None:
    calls = Counter((method, route.path) for route in routes for method in route.methods or ())
    assert [call for call, count in calls.items() if count > 1] == []

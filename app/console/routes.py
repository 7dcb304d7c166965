"""The map of the console: its routers, its to-dos. `install` puts them into the application; main calls it."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.console.announcements import endpoints as announcements
from app.console.announcements import pages as announcement_pages
from app.console.announcements.todo import todos as announcements_todos
from app.console.audit import endpoints as audit
from app.console.calendar import endpoints as calendar
from app.console.calendar import holidays as calendar_holidays
from app.console.calendar import sessions as calendar_sessions
from app.console.calendar.todo import todos as calendar_todos
from app.console.channels import endpoints as channels
from app.console.channels.todo import todos as channels_todos
from app.console.deliveries import endpoints as deliveries
from app.console.deliveries.todo import todos as deliveries_todos
from app.console.gallery import endpoints as gallery
from app.console.groups import endpoints as groups
from app.console.navigation import existing
from app.console.officials import endpoints as officials
from app.console.officials.todo import todos as officials_todos
from app.console.pages import error_page, local_time
from app.console.paper import endpoints as paper
from app.console.procedures import endpoints as procedures
from app.console.procedures.todo import todos as procedures_todos
from app.console.questions import endpoints as questions
from app.console.questions.todo import todos as questions_todos
from app.console.sign_in import account, province
from app.console.sign_in import endpoints as sign_in
from app.console.start import endpoints as start
from app.console.statistics import endpoints as statistics
from app.console.statistics import files as statistics_files
from app.console.statistics import targets as statistics_targets
from app.console.subscribers import endpoints as subscribers
from app.console.switches import endpoints as switches
from app.console.switches.todo import todos as switches_todos
from app.console.todo import TodoSource
from app.console.volunteers import endpoints as volunteers
from app.console.volunteers import people as volunteers_people
from app.console.volunteers import roster as volunteers_roster
from app.console.volunteers.todo import todos as volunteers_todos
from app.console.ward import endpoints as ward
from app.errors import NotFound
from app.officials.access import ElsewhereFirst

LARGEST_ID = 2**31 - 1

# One line per noun; the console's own pages first.
ROUTERS: list[APIRouter] = [
    start.router,  # /can-bo
    sign_in.router,  # /can-bo/dang-nhap, /can-bo/dang-xuat
    province.router,  # /can-bo/dang-nhap/tinh
    account.router,  # /can-bo/tai-khoan
    officials.router,  # /can-bo/can-bo
    audit.router,  # /can-bo/nhat-ky
    gallery.router,  # /can-bo/mau-giao-dien
    procedures.router,  # /can-bo/thu-tuc
    questions.router,  # /can-bo/cau-hoi
    announcements.router,  # /can-bo/thong-bao
    announcement_pages.router,
    deliveries.router,  # /can-bo/gui-tin, /can-bo/thong-bao/<số>/gui
    ward.router,  # /can-bo/phuong
    switches.router,  # /can-bo/cong-tac
    subscribers.router,  # /can-bo/nguoi-theo-doi
    groups.router,  # /can-bo/to-dan-pho
    channels.router,  # /can-bo/kenh
    calendar.router,  # /can-bo/lich
    calendar_sessions.router,
    calendar_holidays.router,
    paper.router,  # /can-bo/in-an
    volunteers.router,  # /can-bo/tinh-nguyen
    volunteers_people.router,
    volunteers_roster.router,
    statistics.router,  # /can-bo/so-lieu
    statistics_files.router,
    statistics_targets.router,
]

# What waits for somebody: one line per noun.
SOURCES: list[TodoSource] = [
    announcements_todos,
    deliveries_todos,
    officials_todos,
    procedures_todos,
    questions_todos,
    switches_todos,
    channels_todos,
    calendar_todos,
    volunteers_todos,
]


async def possible_ids(request: Request) -> None:
    """A number in the path that no database takes is a page that does not exist. Raises NotFound."""
    for value in request.path_params.values():
        digits = str(value).removeprefix("-")
        if digits.isascii() and digits.isdigit() and (len(digits) > len(str(LARGEST_ID)) or int(digits) > LARGEST_ID):
            raise NotFound


def install(app: FastAPI) -> None:
    """Routers, macros, menu, the way to the sign-in page. Needs app.state.templates and app.state.sessions."""
    templates = app.state.templates
    templates.filters["luc"] = local_time
    templates.globals["ui"] = templates.get_template("console/macros/ui.html").module
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(possible_ids)])
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    app.state.navigation = existing(route.path for route in routes)
    app.state.todo_sources = SOURCES
    app.state.console_error = error_page

    @app.exception_handler(ElsewhereFirst)
    async def elsewhere(request: Request, error: ElsewhereFirst) -> Response:
        if "hx-request" in request.headers:
            return Response(status_code=error.status, headers={"hx-redirect": error.place, "cache-control": "no-store"})
        if "text/html" in request.headers.get("accept", "") or request.method == "GET":
            return RedirectResponse(error.place, status_code=303, headers={"cache-control": "no-store"})
        return JSONResponse({"error": error.code, "detail": error.message}, error.status)

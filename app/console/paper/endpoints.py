"""HTTP of printing: choose what, how large, how many, where it will hang; one PDF comes back. Kept of it: the name of the place."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.catalog.catalog import Catalog
from app.catalog.collections import FieldOfWork
from app.console.forms import Errors
from app.console.pages import render
from app.errors import BadInput
from app.officials.access import access_signed, csrf_official
from app.paper import repository, words
from app.paper.places import tag_of
from app.paper.poster_layout import Format
from app.paper.posters import Kind, Subject, Subjects
from app.paper.service import Press, Print
from app.paper.svg import svg_of
from app.signed import Signed
from app.understanding.text import clean

HERE = "/can-bo/in-an"
OTHERS = (Kind.COUNTER, Kind.SUNDAY, Kind.CHAT, Kind.EVENT, Kind.FIELD)
SHOWN, MOST_COPIES, EVERYDAY = 3, 200, 12
ALL = "ca/"
"""Before a field's id: every procedure of it."""
Who = Annotated[Signed, Depends(access_signed)]
router = APIRouter(prefix=HERE, include_in_schema=False)


@dataclass(frozen=True)
class Wish:
    """The form as it was filled in."""

    keys: tuple[str, ...] = ()
    paper: str = Format.A4.value
    place: str = ""
    copies: str = "1"
    joined: bool = True


@router.get("")
async def page(request: Request, who: Who, ma: str = "") -> Response:
    """The form; `ma` is ticked already."""
    return await _form(request, who, Wish(keys=(ma,) if ma else ()), Errors())


@router.post("", dependencies=[Depends(csrf_official)])
async def make(
    request: Request,
    who: Who,
    ma: Annotated[list[str] | None, Form()] = None,
    kho: Annotated[str, Form()] = "",
    noi: Annotated[str, Form()] = "",
    ban: Annotated[str, Form()] = "1",
    ghep: Annotated[str, Form()] = "",
    act: Annotated[str, Form()] = "",
) -> Response:
    """`act`: «xem» shows the first sheets, «sua» the form again, anything else gives the file."""
    wish = Wish(tuple(ma or ()), kho, noi, ban, ghep == "1")
    errors = Errors() if act == "sua" else _wrong(wish)
    if not errors and act != "sua":
        try:
            return await _made(request, who, wish, look=act == "xem")
        except BadInput as error:
            errors = Errors(ma=error.message)
    return await _form(request, who, wish, errors)


async def _made(request: Request, who: Signed, wish: Wish, *, look: bool) -> Response:
    """Raises BadInput."""
    press = _press(request)
    codes = [code for key in wish.keys for code in _opened(request, key)]
    paper = Format(wish.paper)
    place = clean(wish.place)
    made = await asyncio.to_thread(press.many, codes, paper, place, copies=int(wish.copies), joined=wish.joined)
    if place:  # before the look, too: a browser prints what it shows
        async with request.app.state.database.write() as session:
            await repository.remember_place(session, who.commune_id, tag_of(place), place)
    if look:
        shown = [svg_of(each) for each in made.pages[:SHOWN]]
        return render(request, "paper/preview.html", made=made, sheets=shown, wish=replace(wish, keys=tuple(codes)), place=place)
    return await _file(made)


async def _file(made: Print) -> Response:
    body = await asyncio.to_thread(made.pdf)
    headers = {"content-disposition": f'inline; filename="{made.file_name}.pdf"', "cache-control": "private, no-store"}
    return Response(body, media_type="application/pdf", headers=headers)


def _wrong(wish: Wish) -> Errors:
    errors = Errors()
    if not wish.keys:
        errors["ma"] = "Anh/chị chọn ít nhất một mục để in."
    if wish.paper not in set(Format):
        errors["kho"] = "Anh/chị chọn khổ giấy."
    if not re.fullmatch(r"[0-9]{1,3}", wish.copies) or not 1 <= int(wish.copies) <= MOST_COPIES:
        errors["ban"] = f"Số bản là một số từ 1 đến {MOST_COPIES}."
    try:
        tag_of(wish.place)
    except BadInput as error:
        errors["noi"] = error.message
    return errors


def _opened(request: Request, key: str) -> list[str]:
    """The key itself, or the keys of every procedure of a field."""
    if not key.startswith(ALL):
        return [key]
    field = key.removeprefix(ALL)
    return [each.code for each in _catalog(request).in_force() if each.field == field]


async def _form(request: Request, who: Signed, wish: Wish, errors: Errors) -> Response:
    press = _press(request)
    subjects = press.subjects()
    async with request.app.state.database.read() as session:
        places = await repository.places(session, who.commune_id)
    return render(
        request,
        "paper/form.html",
        status=422 if errors else 200,
        wish=wish,
        errors=errors,
        others=[(words.say(f"kinds.{kind}.name"), found) for kind in OTHERS if (found := subjects.of(kind))],
        everyday=_everyday(request, subjects),
        fields=_by_field(request),
        all_of=ALL,
        places=places.values(),
        counters=[f"Quầy {each.ident}" for each in subjects.of(Kind.COUNTER)],
        press=press,
        most=MOST_COPIES,
    )


def _everyday(request: Request, subjects: Subjects) -> list[Subject]:
    found = (subjects.find(Kind.PROCEDURE, code) for code in _catalog(request).everyday[:EVERYDAY])
    return [each for each in found if each is not None]


def _by_field(request: Request) -> list[tuple[FieldOfWork, list[tuple[str, str]]]]:
    catalog = _catalog(request)
    found = [(field, [(each.code, each.name) for each in catalog.in_force() if each.field == field.id]) for field in catalog.fields]
    return [(field, members) for field, members in found if members]


def _press(request: Request) -> Press:
    press: Press = request.app.state.press
    return press


def _catalog(request: Request) -> Catalog:
    catalog: Catalog = request.app.state.catalog()
    return catalog

"""Guided questions on a page of their own: each answer is a link, so it works without JavaScript and can be shared."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.access import public
from app.catalog.catalog import Catalog
from app.catalog.narrowing import open_options, walked
from app.errors import NotFound
from app.site.links import page_path
from app.site.pages import SHARED, render
from app.site.procedure_view import view_of

router = APIRouter(include_in_schema=False)
MOST_ANSWERS = 12  # in an address; a guide asks three


@router.api_route("/thu-tuc/{code}/{slug}/truong-hop", methods=["GET", "HEAD"], dependencies=[Depends(public)])
async def guide(request: Request, code: str, slug: str, tl: Annotated[list[str] | None, Query()] = None) -> Response:
    """The next question that tells the cases apart, or the case with its papers. `tl`: answers as `<question>:<number>`."""
    catalog: Catalog = request.app.state.catalog()
    procedure = catalog.get(code)
    if procedure is None:
        raise NotFound
    if slug != page_path(procedure).rpartition("/")[2] or procedure.guide is None:
        return RedirectResponse(page_path(procedure), status_code=308, headers={"cache-control": SHARED})
    said = (answer.rpartition(":") for answer in (tl or [])[:MOST_ANSWERS])
    known = {question.id for question in procedure.guide}
    answers = {question: int(number) for question, _, number in said if question in known and re.fullmatch(r"[0-9]{1,2}", number)}
    possible, answered, question = walked(procedure.guide, frozenset(case.id for case in procedure.cases), answers)
    own = f"{page_path(procedure)}/truong-hop"

    def address(kept: dict[str, int]) -> str:
        """Where these answers are given."""
        return f"{own}?{urlencode([('tl', f'{name}:{number}') for name, number in kept.items()])}" if kept else own

    context = {
        "procedure": procedure,
        "view": view_of(catalog, procedure, request.app.state.settings.public_url),
        "question": question,
        "number": len(answered) + 1,
        "options": []
        if question is None
        else [(question.options[n - 1].label, address({**answers, question.id: n})) for n in open_options(question, possible)],
        "answered": [
            (asked.text, asked.options[number - 1].label, address({name: n for name, n in answers.items() if name != asked.id}))
            for asked, number in answered
        ],
        "case": next((case for case in procedure.cases if case.id in possible), None) if question is None else None,
        "page_path": page_path,
    }
    return render(request, "site/guide.html", context, cache=SHARED)

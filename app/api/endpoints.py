"""Routes of the public API. Nothing asked here is recorded; the same limits as elsewhere apply."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.access import public
from app.api import open_data
from app.api.schemas import AskAnswer, Problem, ProcedureDetail, ProcedureList, ProcedureSummary, Question
from app.catalog.content import Procedure
from app.catalog.exporting import Format
from app.catalog.tiers import tier_of
from app.errors import NotFound
from app.limits import one_question

router = APIRouter(
    prefix="/api/v1", tags=["gần dân"], responses={400: {"model": Problem}, 422: {"model": Problem}, 429: {"model": Problem}}
)


@router.get("/procedures", dependencies=[Depends(public)])
async def list_procedures(
    request: Request,
    field: Annotated[str | None, Query(max_length=60, description="Id of a field, e.g. `ho-tich`.")] = None,
) -> ProcedureList:
    """All procedures in force, by field, then by name."""
    catalog = request.app.state.catalog()
    found = [p for p in catalog.in_force() if field is None or p.field == field]
    return ProcedureList(
        catalog_version=catalog.version, total=len(found), procedures=[_summary(request, procedure) for procedure in found]
    )


@router.get("/procedures/{code}", dependencies=[Depends(public)], responses={404: {"model": Problem}})
async def get_procedure(
    request: Request, code: Annotated[str, Path(pattern=r"^[0-9]\.[0-9]{6}$", description="Code on the national portal.")]
) -> ProcedureDetail:
    """One procedure, whole. A replaced code is given with `replaced_by`."""
    catalog = request.app.state.catalog()
    procedure = catalog.get(code)
    if procedure is None:
        raise NotFound("Không có thủ tục mang mã này trong kho.")
    return ProcedureDetail(catalog_version=catalog.version, tier=tier_of(procedure), url=_url(request, procedure), procedure=procedure)


@router.post("/ask", dependencies=[Depends(public), Depends(one_question)], responses={413: {"model": Problem}})
async def ask(request: Request, question: Question) -> AskAnswer:
    """Understand a message and answer it. Stateless: give the earlier messages in `prev`."""
    started = time.perf_counter()
    turn = request.app.state.pipeline.ask(question.text, question.prev)
    decision = turn.decision
    return AskAnswer(
        catalog_version=turn.knowledge.catalog.version,
        decision=decision.outcome,
        intent=decision.intent,
        codes=list(decision.codes[:5]),
        aspect=[str(aspect) for aspect in decision.aspects],
        confidence=round(decision.confidence, 4),
        ms=round((time.perf_counter() - started) * 1000, 3),
        reply=turn.reply,
    )


@router.get("/catalog.jsonld", dependencies=[Depends(public)], response_class=Response, responses=open_data.described(Format.JSONLD))
async def catalog_jsonld(request: Request) -> Response:
    """All procedures as linked data (CPSV-AP 3.2)."""
    return await open_data.answer(request, Format.JSONLD)


@router.get("/catalog.csv", dependencies=[Depends(public)], response_class=Response, responses=open_data.described(Format.CSV))
async def catalog_csv(request: Request) -> Response:
    """All procedures as a table: one row per procedure and case, UTF-8 with a byte order mark."""
    return await open_data.answer(request, Format.CSV)


@router.get("/catalog.json", dependencies=[Depends(public)], response_class=Response, responses=open_data.described(Format.JSON))
async def catalog_json(request: Request) -> Response:
    """All procedures as the content model has them, in one file."""
    return await open_data.answer(request, Format.JSON)


def _url(request: Request, procedure: Procedure) -> str:
    return f"{request.app.state.settings.public_url}/thu-tuc/{procedure.code}"


def _summary(request: Request, procedure: Procedure) -> ProcedureSummary:
    return ProcedureSummary(
        code=procedure.code,
        name=procedure.name,
        official_name=procedure.official_name,
        field=procedure.field,
        agency=procedure.agency,
        online_level=procedure.online.level,
        tier=tier_of(procedure),
        url=_url(request, procedure),
    )

"""HTTP of the channels: webhooks, and the pages of consent.

An account's addresses contain its hook, a long random word: who does not know it finds nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from app.access import keeper_ticket, platform, public
from app.channels.accounts import Account, Accounts, set_status
from app.channels.desk import Desk
from app.channels.models import AccountStatus
from app.channels.vault import AccountVault
from app.errors import BadInput, NotFound, Unavailable
from app.messages import Forged, Malformed, SendError, WebhookRequest
from app.visitor import Signer

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)
CONSENT_SECONDS = 1800.0


@router.get("/kenh/{hook}", dependencies=[Depends(platform)])
async def webhook_is_there(request: Request, hook: str) -> Response:
    """Some consoles look whether the address answers."""
    _account(request, hook)
    return PlainTextResponse("ok")


@router.post("/kenh/{hook}", dependencies=[Depends(platform)])
async def webhook(request: Request, hook: str) -> Response:
    """Check, record, say 200; the work comes after. A forged or broken body leaves nothing behind."""
    account = _account(request, hook)
    headers = dict(request.headers.items())
    try:
        updates = account.channel.read(WebhookRequest(headers, await request.body()))
    except Forged:
        log.warning("webhook_forged", channel=account.name, account=account.id)
        return PlainTextResponse("forged", status_code=403)
    except Malformed:
        log.warning("webhook_malformed", channel=account.name, account=account.id)
        return PlainTextResponse("malformed", status_code=400)
    desk: Desk = request.app.state.desk
    await desk.accept(account, updates)
    return PlainTextResponse("ok")


@router.get("/kenh/{hook}/cap-quyen", dependencies=[Depends(keeper_ticket)])
async def consent(request: Request, hook: str, ve: str = "") -> Response:
    """Off to the platform's page, where the owner consents."""
    account, channel = _consenting(request, hook)
    signer: Signer = request.app.state.signer
    if signer.read_ticket("connect", ve) != str(account.id):
        raise BadInput("Đường dẫn này là của một tài khoản khác. Bạn chạy gandan channel check để có đường dẫn mới.")
    state = signer.ticket("consent", str(account.id), CONSENT_SECONDS)
    return RedirectResponse(channel.consent_url(_callback(request, hook), state, _verifier(signer, state)), status_code=303)


@router.get("/kenh/{hook}/xong", dependencies=[Depends(public)])
async def consented(request: Request, hook: str, code: str = "", state: str = "", oa_id: str = "") -> Response:
    """Back from the platform: exchange the code, keep the tokens, switch the account on."""
    account, channel = _consenting(request, hook)
    signer: Signer = request.app.state.signer
    if signer.read_ticket("consent", state) != str(account.id) or not code:
        raise BadInput("Lượt cấp quyền này đã hết hạn hoặc bị từ chối. Bạn chạy gandan channel check để có đường dẫn mới.")
    try:
        values = await channel.grant(_callback(request, hook), code, _verifier(signer, state), oa_id)
    except SendError as error:
        log.error("consent_refused", account=account.id, code=error.code)
        raise Unavailable(f"Zalo chưa nhận cấp quyền (mã {error.code}). {error.detail}".strip()) from error
    await AccountVault(request.app.state.database, request.app.state.sealer, account.id).remember(values)
    await set_status(request.app.state.database, account.id, AccountStatus.ON)
    await accounts_of(request).refresh()
    return RedirectResponse("/?xong=da-noi-kenh", status_code=303)


def _account(request: Request, hook: str) -> Account:
    account = accounts_of(request).by_hook(hook)
    if account is None:
        raise NotFound
    return account


def accounts_of(request: Request) -> Accounts:
    """The accounts in use."""
    accounts: Accounts = request.app.state.accounts
    return accounts


def _consenting(request: Request, hook: str) -> tuple[Account, Any]:
    account = _account(request, hook)
    if not hasattr(account.channel, "consent_url"):
        raise NotFound
    return account, account.channel


def _callback(request: Request, hook: str) -> str:
    return f"{request.app.state.settings.public_url}/kenh/{hook}/xong"


def _verifier(signer: Signer, state: str) -> str:
    """PKCE's secret of one consent: 43 letters and digits that only we can make from the state."""
    return hashlib.sha256(signer.sign("pkce", state).encode()).hexdigest()[:43]

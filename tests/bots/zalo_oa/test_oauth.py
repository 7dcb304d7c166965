"""Consent, PKCE and the token in use."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.messages import Part, SendAction, SendError
from bots.zalo_oa.oauth import challenge, ends_at
from tests.bots.zalo_oa.accounts import APP, CITIZEN, OA, SECRET, Clock, account
from tests.bots.zalo_oa.test_outgoing import URL, Recorder

VERIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456"
CALLBACK = "https://xa.test/kenh/x/cap-quyen"
PAIR: dict[str, object] = {"access_token": "at-2", "refresh_token": "rt-2", "expires_in": "90000"}


def test_the_challenge_agrees_with_the_vector() -> None:
    assert challenge(VERIFIER) == "IeThmbsK3EjPh47vIASAjzqgd6UVkkjokbmHy1-gHBw"


def test_the_consent_page_is_asked_for_with_all_it_needs() -> None:
    channel, _ = account("https://oauth.zalo.test")
    address = urlsplit(channel.consent_url(CALLBACK, "state 1&", VERIFIER))
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://oauth.zalo.test/v4/oa/permission"
    assert parse_qs(address.query) == {
        "app_id": [APP],
        "redirect_uri": [CALLBACK],
        "code_challenge": ["IeThmbsK3EjPh47vIASAjzqgd6UVkkjokbmHy1-gHBw"],
        "state": ["state 1&"],
    }


@pytest.mark.parametrize("lifetime", ["90000", 90000, None, "soon", 1e300])
async def test_a_lifetime_comes_as_text_as_number_or_not_at_all(lifetime: object) -> None:
    clock = Clock()
    recorder = Recorder(PAIR | {"expires_in": lifetime}, {"error": 0, "data": {"oaid": OA, "name": "Xã A", "oa_type": 2}})
    channel = recorder.plug_into(account(URL, {}, clock)[0])
    values = await channel.grant(CALLBACK, "code", VERIFIER, OA)
    assert ends_at(values) == clock() + dt.timedelta(hours=25)
    assert recorder.requests[0].headers["secret_key"] == SECRET


async def test_a_state_agency_uses_the_older_api_at_once() -> None:
    recorder = Recorder(PAIR, {"error": 0, "data": {"oa_id": int(OA), "name": "UBND xã A", "oa_type": 4}})
    values = await recorder.plug_into(account(URL, {})[0]).grant(CALLBACK, "code", VERIFIER, OA)
    assert {key: values[key] for key in ("access_token", "refresh_token", "oa_id", "oa_type", "api", "name")} == {
        "access_token": "at-2",
        "refresh_token": "rt-2",
        "oa_id": OA,
        "oa_type": "4",
        "api": "v2",
        "name": "UBND xã A",
    }


async def test_tokens_are_kept_when_the_account_cannot_be_asked_about() -> None:
    recorder = Recorder(PAIR, {"error": -212, "message": "…"})
    values = await recorder.plug_into(account(URL, {})[0]).grant(CALLBACK, "code", VERIFIER, OA)
    assert (values["access_token"], values["oa_id"]) == ("at-2", OA)
    recorder = Recorder(PAIR, {"error": -212, "message": "…"})
    values = await recorder.plug_into(account(URL, {"oa_id": OA})[0]).grant(CALLBACK, "code", VERIFIER, "")
    assert values["oa_id"] == OA


async def test_consent_for_another_account_is_refused_whichever_way_it_shows() -> None:
    values = {"oa_id": OA}
    with pytest.raises(SendError, match="111"):
        await Recorder().plug_into(account(URL, values)[0]).grant(CALLBACK, "code", VERIFIER, "111")
    told = Recorder(PAIR, {"error": 0, "data": {"oaid": "222", "name": "OA khác", "oa_type": 2}})
    with pytest.raises(SendError, match="222") as refused:
        await told.plug_into(account(URL, values)[0]).grant(CALLBACK, "code", VERIFIER, "")
    assert refused.value.action is SendAction.ACCOUNT


@pytest.mark.parametrize("answer", [{"error": -14003}, {"error": -14002}, {"error": "invalid_grant"}, {}])
async def test_a_refused_code_is_the_keepers_business(answer: dict[str, object]) -> None:
    with pytest.raises(SendError) as refused:
        await Recorder(answer).plug_into(account(URL, {})[0]).grant(CALLBACK, "code", VERIFIER, OA)
    assert refused.value.action is SendAction.ACCOUNT
    assert refused.value.detail


async def test_a_secret_that_is_no_ascii_is_refused_by_zalo_and_breaks_nothing() -> None:
    recorder = Recorder({"error": -14002})
    channel = recorder.plug_into(account(URL, {"app_secret": "bí mật"})[0])
    with pytest.raises(SendError):
        await channel.grant(CALLBACK, "code", VERIFIER, OA)
    assert len(recorder.requests) == 1


@pytest.mark.parametrize(
    "written", ["2026-12-01T03:00:00+00:00", "2026-12-01T03:00:00Z", "2026-12-01T03:00:00", "2026-12-01T10:00:00+07:00"]
)
def test_the_end_of_a_token_is_utc_however_it_is_written(written: str) -> None:
    assert ends_at({"expires_at": written}) == dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize("values", [{}, {"expires_at": ""}, {"expires_at": "soon"}])
def test_an_end_that_is_not_written_is_left_to_zalo(values: dict[str, str]) -> None:
    assert ends_at(values).year == dt.MAXYEAR


async def test_without_consent_nothing_is_asked_of_zalo() -> None:
    recorder = Recorder()
    with pytest.raises(SendError) as refused:
        await recorder.plug_into(account(URL, {})[0]).send(CITIZEN, Part(text="Chào"))
    assert refused.value.action is SendAction.ACCOUNT
    assert not recorder.requests


async def test_a_token_without_a_refresh_token_needs_consent() -> None:
    values = {"access_token": "at-1", "expires_at": "2026-01-01T00:00:00Z"}
    with pytest.raises(SendError) as refused:
        await Recorder().plug_into(account(URL, values)[0]).send(CITIZEN, Part(text="Chào"))
    assert (refused.value.action, refused.value.detail) == (SendAction.ACCOUNT, "cần cấp quyền lại")


async def test_the_vault_is_read_once_for_many_messages() -> None:
    channel, vault = account(URL)
    Recorder().plug_into(channel)
    for _ in range(20):
        await channel.send(CITIZEN, Part(text="Chào"))
    assert (vault.reads, vault.renewals) == (1, 0)


async def test_the_token_is_renewed_ten_minutes_early() -> None:
    clock = Clock()
    ends = (clock() + dt.timedelta(minutes=30)).isoformat()
    values = {"access_token": "at-1", "refresh_token": "rt-1", "expires_at": ends}
    channel, vault = account(URL, values, clock)
    recorder = Recorder().plug_into(channel)
    clock.pass_(minutes=19)
    await recorder.send(CITIZEN, Part(text="Chào"))
    assert vault.renewals == 0
    clock.pass_(minutes=2)
    Recorder(PAIR).plug_into(channel)
    await recorder.send(CITIZEN, Part(text="Chào"))
    assert vault.values["access_token"] == "at-2"
    assert vault.values["refresh_token"] == "rt-2"
    assert vault.values["previous_refresh_token"] == "rt-1"
    assert ends_at(vault.values) == clock() + dt.timedelta(hours=25)


async def test_a_token_that_another_process_renewed_is_taken_over() -> None:
    channel, vault = account(URL)
    await Recorder().plug_into(channel).send(CITIZEN, Part(text="Chào"))
    vault.values |= {"access_token": "at-9", "refresh_token": "rt-9"}
    recorder = Recorder({"error": -216, "message": "Access token is invalid"})
    await recorder.plug_into(channel).send(CITIZEN, Part(text="Chào"))
    assert [request.headers["access_token"] for request in recorder.requests] == ["at-1", "at-9"]
    assert vault.renewals == 0


async def test_a_renewal_outlives_the_message_it_was_made_for() -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        await answer.wait()
        return httpx.Response(200, json=PAIR)

    channel, vault = account(URL, {"access_token": "at-1", "refresh_token": "rt-1", "expires_at": "2026-01-01T00:00:00Z"})
    channel._client._http = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    sending = asyncio.create_task(channel.send(CITIZEN, Part(text="Chào")))
    await asked.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    answer.set()
    await stopping
    assert vault.values["refresh_token"] == "rt-2"


async def test_a_vault_that_fails_does_not_lose_the_message() -> None:
    """-235 and then no way to remember: nothing was delivered, so the error may go up."""
    channel, vault = account(URL)

    async def broken(values: Mapping[str, str]) -> None:
        raise ConnectionError

    vault.remember = broken  # type: ignore[method-assign]
    recorder = Recorder({"error": -235, "message": "…"})
    with pytest.raises(ConnectionError):
        await recorder.plug_into(channel).send(CITIZEN, Part(text="Chào"))
    assert len(recorder.requests) == 1

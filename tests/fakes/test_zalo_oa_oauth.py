"""The fake of Zalo OA gives and turns tokens as the platform does (zalo-oa.md §2)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.fakes.serving import Fake, running_fake
from tests.fakes.zalo_oa_peers import Json, Program

DAY = 86400.0
APP = "4444444444444444444"
CALLBACK = "http://127.0.0.1:1/zalo/ve"
VERIFIER, CHALLENGE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456", "IeThmbsK3EjPh47vIASAjzqgd6UVkkjokbmHy1-gHBw"
CONSENT = {"app_id": APP, "redirect_uri": CALLBACK, "code_challenge": CHALLENGE, "state": "s1"}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("zalo_oa") as found:
        yield found


@pytest.fixture
def program(fake: Fake) -> Iterator[Program]:
    with httpx.Client(base_url=fake.url, trust_env=False, verify=False) as http:
        yield Program(fake, http)


def consent(program: Program, **changes: str) -> dict[str, str]:
    """What came back to the callback."""
    program.fake.sim("oa", callback=CALLBACK)
    answer = program.http.get("/v4/oa/permission", params=CONSENT | changes)
    assert answer.status_code == 302, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def token(program: Program, secret: str | None = "APP_SECRET_fake_0123456789", **form: str) -> Json:
    headers = {} if secret is None else {"secret_key": secret}
    answer: Json = program.http.post("/v4/oa/access_token", data={"app_id": APP} | form, headers=headers).raise_for_status().json()
    return answer


def exchange(program: Program, code: str, **changes: str) -> Json:
    return token(program, **{"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER} | changes)


def refresh(program: Program, refresh_token: str) -> Json:
    return token(program, grant_type="refresh_token", refresh_token=refresh_token)


def test_consent_gives_a_code_and_the_code_a_pair(program: Program) -> None:
    back = consent(program)
    assert (back["oa_id"], back["state"]) == ("3333333333333333333", "s1")
    program.tokens = exchange(program, back["code"])
    assert program.tokens["expires_in"] == "90000"
    assert program.send({"text": "a"})["error"] == 0
    again = exchange(program, back["code"])
    assert (again["error"], again["error_name"]) == (-14003, "Invalid authorization code")
    assert program.fake.sim("state")["grants"] == 1
    recorded = str(program.fake.calls())
    assert back["code"] not in recorded
    assert program.tokens["refresh_token"] not in recorded


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"app_id": "1"}, -14002),
        ({"redirect_uri": CALLBACK + "?a=1"}, -14003),
        ({"redirect_uri": "https://example.vn/"}, -14003),
    ],
)
def test_the_consent_page_checks_app_and_callback(program: Program, change: dict[str, str], error: int) -> None:
    program.fake.sim("oa", callback=CALLBACK)
    answer = program.http.get("/v4/oa/permission", params=CONSENT | change)
    assert (answer.status_code, answer.json()["error"]) == (200, error)


@pytest.mark.parametrize("callback", ["", "http://example.vn/ve", CALLBACK + "?a=1"])
def test_a_callback_must_be_registered_secure_and_without_query(program: Program, callback: str) -> None:
    program.fake.sim("oa", callback=callback)
    answer = program.http.get("/v4/oa/permission", params=CONSENT | {"redirect_uri": callback})
    assert answer.json()["error"] == -14003


def test_an_admin_may_refuse(program: Program) -> None:
    program.fake.sim("oa", consent="refuse")
    assert consent(program) == {"error": "access_denied", "state": "s1"}


def test_the_verifier_must_fit_the_challenge(program: Program) -> None:
    answer = exchange(program, consent(program)["code"], code_verifier="x" * 43)
    assert (answer["error"], answer["error_name"]) == (-14003, "Invalid code verifier")


def test_a_consent_without_challenge_needs_no_verifier(program: Program) -> None:
    assert "access_token" in exchange(program, consent(program, code_challenge="")["code"], code_verifier="")


def test_a_code_lives_ten_minutes(program: Program) -> None:
    code = consent(program)["code"]
    program.fake.sim("clock", advance_seconds=601)
    assert exchange(program, code)["error"] == -14003


def test_the_token_address_wants_a_form_the_secret_and_a_known_grant(program: Program) -> None:
    form = {"app_id": APP, "grant_type": "refresh_token", "refresh_token": program.tokens["refresh_token"]}
    as_json = program.http.post("/v4/oa/access_token", json=form, headers={"secret_key": "APP_SECRET_fake_0123456789"})
    assert as_json.json()["error"] == -14002
    assert token(program, secret=None, **form)["error_name"] == "Invalid secret key"
    assert token(program, secret="wrong", **form)["error_name"] == "Invalid secret key"
    assert token(program, grant_type="password")["error"] == -14002
    assert program.send({"text": "a"})["error"] == 0


def test_a_refresh_turns_both_tokens(program: Program) -> None:
    old, program.tokens = program.tokens, refresh(program, program.tokens["refresh_token"])
    assert program.send({"text": "a"})["error"] == 0
    assert program.http.get("/v2.0/oa/getoa", headers={"access_token": old["access_token"]}).json()["error"] == -216
    assert program.fake.sim("state")["refreshes"] == 1


@pytest.mark.parametrize("kills", [True, False])
def test_a_spent_refresh_token_is_refused(program: Program, kills: bool) -> None:
    program.fake.sim("oa", reuse_kills_grant=kills)
    old, program.tokens = program.tokens, refresh(program, program.tokens["refresh_token"])
    refused = refresh(program, old["refresh_token"])
    assert (refused["error"], refused["error_description"]) == (-14014, "Invalid refresh token.")
    assert program.send({"text": "a"})["error"] == (-216 if kills else 0)


def test_a_refresh_token_ends_after_three_months_or_when_revoked(program: Program) -> None:
    program.fake.sim("clock", advance_seconds=90 * DAY + 60)
    assert refresh(program, program.tokens["refresh_token"])["error"] == -14014
    program.tokens = program.fake.sim("grant")
    program.fake.sim("revoke")
    assert refresh(program, program.tokens["refresh_token"])["error"] == -14014


def test_the_answer_of_a_refresh_may_be_lost(program: Program) -> None:
    program.fake.sim("fault", kind="cut_after_delivery", on="token")
    with pytest.raises(httpx.TransportError):
        refresh(program, program.tokens["refresh_token"])
    assert program.fake.sim("state")["refreshes"] == 1
    assert refresh(program, program.tokens["refresh_token"])["error"] == -14014

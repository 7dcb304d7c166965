"""The province's sign-in, against a real issuer over HTTP: state, nonce, PKCE, tokens that lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from app.errors import BadInput, Unavailable
from app.officials.province import Begun, Person, Province
from app.sealing import Sealer
from app.settings import Settings
from tests.fakes.issuer import CLIENT, SECRET, Issuer, running_issuer

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer) -> Iterator[Issuer]:
    yield running
    running.lie, running.public, running.claims = "", False, {"sub": "7", "email": "lan@tinh.example", "email_verified": True}


@pytest.fixture
def province(issuer: Issuer, tmp_path: Path) -> Province:
    settings = Settings(
        data_dir=tmp_path, public_url=HERE, oidc_issuer=issuer.url, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET)
    )
    return Province(settings, Sealer(b"secret", "province"))


def visit(begun: Begun) -> tuple[str, str]:
    """What the browser brings back: state and code."""
    answer = httpx.get(begun.url, trust_env=False)
    assert answer.status_code == 302
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{HERE}/can-bo/dang-nhap/tinh/ve"
    query = parse_qs(place.query)
    return query["state"][0], query["code"][0]


async def whole(province: Province) -> Person:
    begun = await province.begin()
    return await province.finish(begun.sealed, *visit(begun))


async def test_who_signs_in_there_is_known_here(province: Province, issuer: Issuer) -> None:
    assert await whole(province) == Person(f"{issuer.url}#7", ["lan@tinh.example"])
    assert issuer.refused == []


@pytest.mark.parametrize("secret", [None, SecretStr("")])
async def test_without_a_secret_we_only_name_ourselves(issuer: Issuer, tmp_path: Path, secret: SecretStr | None) -> None:
    issuer.public = True
    settings = Settings(data_dir=tmp_path, public_url=HERE, oidc_issuer=issuer.url, oidc_client_id=CLIENT, oidc_client_secret=secret)
    assert (await whole(Province(settings, Sealer(b"secret", "province")))).names == ["lan@tinh.example"]
    assert issuer.refused == []


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({"sub": "7", "email": "lan@tinh.example"}, []),
        ({"sub": "7", "email": "lan@tinh.example", "email_verified": "true"}, []),
        ({"sub": "7", "preferred_username": "lan"}, ["lan"]),
        ({"sub": "7", "preferred_username": "lan@tinh.example"}, []),
    ],
)
async def test_only_names_the_province_vouches_for_count(
    province: Province, issuer: Issuer, claims: dict[str, object], names: list[str]
) -> None:
    issuer.claims = claims
    assert (await whole(province)).names == names


@pytest.mark.parametrize("lie", ["nonce", "aud", "azp", "exp", "iss", "no-sub", "none", "hmac", "key", "text"])
async def test_a_token_that_lies_is_refused(province: Province, issuer: Issuer, lie: str) -> None:
    issuer.lie = lie
    with pytest.raises(BadInput):
        await whole(province)


async def test_state_cookie_and_code_belong_together_and_work_once(province: Province, issuer: Issuer) -> None:
    begun, other = await province.begin(), await province.begin()
    state, code = visit(begun)
    for sealed, given, brought in (
        (begun.sealed, "", code),
        (begun.sealed, state + "x", code),
        (other.sealed, state, code),
        ("", state, code),
        ("đ" * 100, state, code),
        (begun.sealed, state, ""),
    ):
        with pytest.raises(BadInput):
            await province.finish(sealed, given, brought)
    await province.finish(begun.sealed, state, code)
    with pytest.raises(BadInput):
        await province.finish(begun.sealed, state, code)
    # A stolen code is worth nothing without the verifier of the browser that began.
    stolen = visit(begun)[1]
    with pytest.raises(BadInput):
        await province.finish(other.sealed, parse_qs(urlsplit(other.url).query)["state"][0], stolen)
    issuer.refused.clear()


async def test_a_silent_or_wrong_province_is_said(province: Province, issuer: Issuer) -> None:
    for lie in ("down", "issuer"):
        issuer.lie = lie
        with pytest.raises(Unavailable):
            await province.begin()

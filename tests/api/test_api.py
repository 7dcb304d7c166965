"""The public API: what it gives, what it refuses and in which words, and that it records nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.assistant.models import Answer, Conversation
from app.catalog.content import Procedure
from app.limits import MAX_BODY
from tests.api.conftest import client_of, make_app, running

API = "/api/v1"
JSON = {"content-type": "application/json"}


def _problem(response: httpx.Response, status: int, code: str) -> str:
    """Check the shape of a refusal; its sentence."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    problem = response.json()
    assert set(problem) == {"error", "detail"}
    assert problem["error"] == code
    assert any(ord(letter) > 0x7F for letter in problem["detail"]), "in Vietnamese"
    return str(problem["detail"])


async def _ask(client: httpx.AsyncClient, text: str, *, prev: tuple[str, ...] = (), cookie: str = "") -> httpx.Response:
    headers = {"cookie": cookie} if cookie else {}
    return await client.post(f"{API}/ask", json={"text": text, "prev": list(prev)}, headers=headers)


# --- procedures ----------------------------------------------------------------------------------------------------


async def test_the_list_holds_every_procedure_in_force_with_its_page(client: httpx.AsyncClient, application: FastAPI) -> None:
    catalog = application.state.catalog()
    data = (await client.get(f"{API}/procedures")).json()
    assert data["catalog_version"] == catalog.version
    assert data["total"] == len(data["procedures"]) == len(catalog.in_force())
    birth = next(item for item in data["procedures"] if item["code"] == "1.001193")
    assert birth["name"] == "Đăng ký khai sinh"
    assert birth["url"] == "https://phuong.example.vn/thu-tuc/1.001193"
    assert (birth["online_level"], birth["tier"]) == ("full", "Vàng")
    assert not {item["code"] for item in data["procedures"]} & {p.code for p in catalog.procedures.values() if p.replaced_by}


async def test_the_list_can_be_of_one_field(client: httpx.AsyncClient) -> None:
    items = (await client.get(f"{API}/procedures", params={"field": "cu-tru"})).json()["procedures"]
    assert items
    assert {item["field"] for item in items} == {"cu-tru"}
    assert (await client.get(f"{API}/procedures", params={"field": "khong-co"})).json()["total"] == 0


async def test_a_procedure_is_given_as_it_stands_in_the_catalog(client: httpx.AsyncClient, application: FastAPI) -> None:
    for code, procedure in application.state.catalog().procedures.items():
        data = (await client.get(f"{API}/procedures/{code}")).json()
        assert Procedure.model_validate(data["procedure"]) == procedure


async def test_the_layer_of_the_ward_is_given(client: httpx.AsyncClient) -> None:
    procedure = (await client.get(f"{API}/procedures/1.013225")).json()["procedure"]
    assert any("Đà Nẵng" in note["text"] and note["source"] for note in procedure["notes"])


async def test_a_code_that_does_not_exist_is_said(client: httpx.AsyncClient) -> None:
    detail = _problem(await client.get(f"{API}/procedures/9.999999"), 404, "khong-tim-thay")
    assert detail == "Không có thủ tục mang mã này trong kho."


@pytest.mark.parametrize("code", ["1.00119", "abc", "1.0011934", "1,001193", "%00", "1.001193%0A", "١.001193"])
async def test_what_is_no_code_is_refused(client: httpx.AsyncClient, code: str) -> None:
    _problem(await client.get(f"{API}/procedures/{code}"), 422, "du-lieu-sai")


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/khong-co", "/api/v1/procedures/1.001193/them", "/api/v2/procedures"])
async def test_an_address_that_does_not_exist_is_said(client: httpx.AsyncClient, path: str) -> None:
    _problem(await client.get(path), 404, "khong-tim-thay")


@pytest.mark.parametrize("path", ["/api/v1/khong-co", "/api/v1/procedures/9.999999", "/api/v1/procedures/x"])
async def test_the_api_answers_in_json_also_when_a_browser_asks(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers={"accept": "text/html"})
    assert response.headers["content-type"] == "application/json"


async def test_a_method_that_is_not_offered_is_said_with_those_that_are(client: httpx.AsyncClient) -> None:
    response = await client.delete(f"{API}/procedures")
    _problem(response, 405, "du-lieu-sai")
    assert response.headers["allow"] == "GET"


# --- ask -----------------------------------------------------------------------------------------------------------


async def test_a_question_is_answered_with_decision_and_reply(client: httpx.AsyncClient, application: FastAPI) -> None:
    data = (await _ask(client, "làm giấy khai sinh cho con hết bao nhiêu tiền")).json()
    assert set(data) == {"catalog_version", "decision", "intent", "codes", "aspect", "confidence", "ms", "reply"}
    assert (data["decision"], data["codes"][0]) == ("answer", "1.001193")
    assert "fee" in data["aspect"]
    assert 0 < data["confidence"] <= 1
    assert data["ms"] > 0
    assert data["catalog_version"] == application.state.catalog().version
    (card,) = data["reply"]["cards"]
    assert card["code"] == "1.001193"
    assert card["lines"][0]["label"] == "Phí"


async def test_earlier_messages_are_minded(client: httpx.AsyncClient) -> None:
    alone = (await _ask(client, "bao nhiêu tiền vậy")).json()
    after = (await _ask(client, "bao nhiêu tiền vậy", prev=("làm giấy khai sinh cho con",))).json()
    assert alone["decision"] != "answer"
    assert (after["decision"], after["codes"][0]) == ("answer", "1.001193")


async def test_codes_are_codes_of_procedures_whatever_was_asked(client: httpx.AsyncClient) -> None:
    for prev in (("làm giấy khai sinh cho con",), ("bảo hiểm",), ("chứng thực",)):
        data = (await _ask(client, "số 9", prev=prev)).json()
        assert not [code for code in data["codes"] if ":" in code]


@pytest.mark.parametrize("text", ["", "🙏", "a" * 10_000, "khai sinh\x00", "<script>alert(1)</script>", "' OR 1=1 --", "\u202egnihton"])
async def test_any_text_is_answered(client: httpx.AsyncClient, text: str) -> None:
    response = await _ask(client, text)
    assert response.status_code == 200
    assert response.json()["reply"]["paragraphs"]


async def test_personal_numbers_are_not_repeated(client: httpx.AsyncClient) -> None:
    answer = (await _ask(client, "khai sinh, số em 0905123456, cccd 048099001234")).text
    assert "0905123456" not in answer
    assert "048099001234" not in answer
    assert "Mình đã che" in answer


BAD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"khai sinh"',
    b"{}",
    b'{"text": null}',
    b'{"text": 5}',
    b'{"text": ["a"]}',
    b'{"text": "a", "prev": "b"}',
    b'{"text": "a", "prev": [1]}',
    b'{"text": "a", "person": "b"}',
    b'{"text": "' + b"a" * 10_001 + b'"}',
    b'{"text": "a", "prev": [' + b", ".join([b'"b"'] * 21) + b"]}",
]


@pytest.mark.parametrize("body", BAD, ids=[body[:30].decode() for body in BAD])
async def test_bad_input_is_refused_in_vietnamese(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(f"{API}/ask", content=body, headers=JSON)
    assert "Bạn kiểm tra lại" in _problem(response, 422, "du-lieu-sai")


@pytest.mark.parametrize(
    "body", [b'{"text": "\xff\xfe"}', b"[" * 50_000, b'{"text": "\\ud800"}'], ids=["not UTF-8", "nested too deep", "half a letter"]
)
async def test_broken_bytes_are_refused_or_answered_and_no_crash(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(f"{API}/ask", content=body, headers=JSON)
    if response.status_code != 200:
        _problem(response, response.status_code, "du-lieu-sai")
        assert response.status_code in (400, 422)


async def test_a_body_that_is_not_utf8_is_refused_as_described(client: httpx.AsyncClient) -> None:
    response = await client.post(f"{API}/ask", content=b'{"text": "\xff\xfe"}', headers=JSON)
    _problem(response, 422, "du-lieu-sai")


async def test_a_body_that_says_it_is_too_large_is_refused_unread(client: httpx.AsyncClient) -> None:
    response = await client.post(f"{API}/ask", content=b"x" * (MAX_BODY + 1), headers=JSON)
    assert "quá lớn" in _problem(response, 413, "qua-lon")


async def test_a_body_that_turns_out_too_large_is_refused_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 1000 + 10):
            yield b" " * 1000

    response = await client.post(f"{API}/ask", content=pieces(), headers=JSON)
    _problem(response, 413, "qua-lon")


async def test_nothing_asked_here_is_recorded(tmp_path: Path) -> None:
    application = make_app(tmp_path)
    async with running(application) as client:
        assert (await _ask(client, "khai sinh")).status_code == 200
        async with application.state.database.read() as session:
            for table in (Answer, Conversation):
                assert (await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one() == 0


# --- limits, headers, description ----------------------------------------------------------------------------------


async def test_who_asks_too_fast_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    application = make_app(tmp_path, messages_per_minute=3)
    async with client_of(application) as hasty, client_of(application, "203.0.113.9") as patient:
        assert [(await _ask(hasty, "khai sinh")).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert "chờ một phút" in _problem(await _ask(hasty, "khai sinh"), 429, "qua-nhieu")
        assert (await _ask(patient, "khai sinh")).status_code == 200
        assert (await hasty.get(f"{API}/procedures/1.001193")).status_code == 200


async def test_a_made_up_cookie_does_not_escape_the_limit(tmp_path: Path) -> None:
    async with client_of(make_app(tmp_path, messages_per_minute=3)) as hasty:
        statuses = [(await _ask(hasty, "khai sinh", cookie=f"gd=khach{number}.x")).status_code for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


async def test_answers_carry_the_security_headers(client: httpx.AsyncClient) -> None:
    large = await client.post(f"{API}/ask", content=b"x" * (MAX_BODY + 1))
    for response in (await client.get(f"{API}/procedures"), await client.get(f"{API}/khong-co"), large):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers


async def test_the_description_names_the_routes_of_the_api(client: httpx.AsyncClient) -> None:
    description = (await client.get("/api/openapi.json")).json()
    assert {path for path in description["paths"] if path.startswith("/api/")} == {
        "/api/v1/procedures",
        "/api/v1/procedures/{code}",
        "/api/v1/ask",
        "/api/v1/catalog.jsonld",
        "/api/v1/catalog.csv",
        "/api/v1/catalog.json",
    }


async def test_many_questions_at_once_are_all_answered(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(_ask(client, "khai sinh") for _ in range(20)))
    assert [answer.status_code for answer in answers] == [200] * 20


async def test_the_application_starts_and_is_well(tmp_path: Path) -> None:
    async with running(make_app(tmp_path)) as client:
        health = (await client.get("/healthz")).json()
    assert health["status"] == "ok"
    assert (tmp_path / "gandan.sqlite3").exists()

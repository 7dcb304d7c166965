"""The public API: what it gives, what it refuses and in which words, and that it records nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.assistant.models import Answer, Conversation
from app.catalog.content import Procedure
from app.limits import MAX_BODY
from tests.api.conftest import make_app

API = "/api/v1"


def _problem(response: Any, status: int, code: str) -> str:
    """Check the shape of a refusal; its sentence."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    problem = response.json()
    assert set(problem) == {"error", "detail"}
    assert problem["error"] == code
    assert " " in problem["detail"]
    assert any(ord(letter) > 0x7F for letter in problem["detail"]), "in Vietnamese"
    assert "Traceback" not in problem["detail"]
    return str(problem["detail"])


# --- procedures ----------------------------------------------------------------------------------------------------


def test_the_list_holds_every_procedure_in_force_with_its_page(client: TestClient, application: FastAPI) -> None:
    catalog = application.state.catalog()
    data = client.get(f"{API}/procedures").json()
    assert data["catalog_version"] == catalog.version
    assert data["total"] == len(data["procedures"]) == len(catalog.in_force())
    birth = next(item for item in data["procedures"] if item["code"] == "1.001193")
    assert birth["name"] == "Đăng ký khai sinh"
    assert birth["url"] == "https://phuong.example.vn/thu-tuc/1.001193"
    assert (birth["online_level"], birth["tier"]) == ("full", "Vàng")
    assert not {item["code"] for item in data["procedures"]} & {p.code for p in catalog.procedures.values() if p.replaced_by}


def test_the_list_can_be_of_one_field(client: TestClient) -> None:
    items = client.get(f"{API}/procedures", params={"field": "cu-tru"}).json()["procedures"]
    assert items
    assert {item["field"] for item in items} == {"cu-tru"}
    assert client.get(f"{API}/procedures", params={"field": "khong-co"}).json()["total"] == 0


def test_a_procedure_is_given_as_it_stands_in_the_catalog(client: TestClient, application: FastAPI) -> None:
    for code, procedure in application.state.catalog().procedures.items():
        data = client.get(f"{API}/procedures/{code}").json()
        assert Procedure.model_validate(data["procedure"]) == procedure


def test_the_layer_of_the_ward_is_given(client: TestClient) -> None:
    procedure = client.get(f"{API}/procedures/1.013225").json()["procedure"]
    assert any("Đà Nẵng" in note for note in procedure["notes"])


def test_what_is_unknown_is_the_word_unknown_and_never_null_or_zero(client: TestClient, application: FastAPI) -> None:
    unknown = [p.code for p in application.state.catalog().procedures.values() if any(case.fees == "unknown" for case in p.cases)]
    for code in unknown:
        cases = client.get(f"{API}/procedures/{code}").json()["procedure"]["cases"]
        assert "unknown" in [case["fees"] for case in cases]


def test_a_code_that_does_not_exist_is_said(client: TestClient) -> None:
    detail = _problem(client.get(f"{API}/procedures/9.999999"), 404, "khong-tim-thay")
    assert detail == "Không có thủ tục mang mã này trong kho."


@pytest.mark.parametrize("code", ["1.00119", "abc", "1.0011934", "1,001193", "%00", "1.001193%0A", "١.001193"])
def test_what_is_no_code_is_refused(client: TestClient, code: str) -> None:
    _problem(client.get(f"{API}/procedures/{code}"), 422, "du-lieu-sai")


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/khong-co", "/api/v1/procedures/1.001193/them", "/api/v2/procedures"])
def test_an_address_that_does_not_exist_is_said_in_json(client: TestClient, path: str) -> None:
    _problem(client.get(path, headers={"accept": "text/html"}), 404, "khong-tim-thay")


def test_a_method_that_is_not_offered_is_said_with_those_that_are(client: TestClient) -> None:
    response = client.delete(f"{API}/procedures")
    _problem(response, 405, "du-lieu-sai")
    assert response.headers["allow"] == "GET"


# --- ask -----------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_decision_and_reply(client: TestClient, application: FastAPI) -> None:
    data = client.post(f"{API}/ask", json={"text": "làm giấy khai sinh cho con hết bao nhiêu tiền"}).json()
    assert set(data) == {"catalog_version", "decision", "intent", "codes", "aspect", "confidence", "ms", "reply"}
    assert (data["decision"], data["codes"][0]) == ("answer", "1.001193")
    assert "fee" in data["aspect"]
    assert 0 < data["confidence"] <= 1
    assert data["ms"] > 0
    assert data["catalog_version"] == application.state.catalog().version
    (card,) = data["reply"]["cards"]
    assert card["code"] == "1.001193"
    assert card["lines"][0]["label"] == "Phí"


def test_earlier_messages_are_minded(client: TestClient) -> None:
    alone = client.post(f"{API}/ask", json={"text": "bao nhiêu tiền vậy"}).json()
    after = client.post(f"{API}/ask", json={"text": "bao nhiêu tiền vậy", "prev": ["làm giấy khai sinh cho con"]}).json()
    assert alone["decision"] != "answer"
    assert (after["decision"], after["codes"][0]) == ("answer", "1.001193")


@pytest.mark.parametrize("text", ["", "🙏", "a" * 10_000, "khai sinh\x00", "<script>alert(1)</script>", "' OR 1=1 --", "\u202egnihton"])
def test_any_text_is_answered(client: TestClient, text: str) -> None:
    response = client.post(f"{API}/ask", json={"text": text})
    assert response.status_code == 200
    assert response.json()["reply"]["paragraphs"]


def test_personal_numbers_are_not_repeated(client: TestClient) -> None:
    answer = client.post(f"{API}/ask", json={"text": "khai sinh, số em 0905123456, cccd 048099001234"}).text
    assert "0905123456" not in answer
    assert "048099001234" not in answer
    assert "Mình đã che" in answer


@pytest.mark.parametrize(
    "body",
    [
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
    ],
)
def test_bad_input_is_refused_in_vietnamese(client: TestClient, body: bytes) -> None:
    response = client.post(f"{API}/ask", content=body, headers={"content-type": "application/json"})
    assert "Bạn kiểm tra lại" in _problem(response, 422, "du-lieu-sai")


@pytest.mark.parametrize(
    "body",
    [b'{"text": "\xff\xfe"}', b"[" * 50_000, b'{"text": "\\ud800"}'],
    ids=["not UTF-8", "nested too deep", "half a letter"],
)
def test_broken_bytes_are_no_crash(client: TestClient, body: bytes) -> None:
    response = client.post(f"{API}/ask", content=body, headers={"content-type": "application/json"})
    if response.status_code != 200:
        _problem(response, response.status_code, "du-lieu-sai")
        assert response.status_code in (400, 422)


def test_a_body_that_says_it_is_too_large_is_refused_unread(client: TestClient) -> None:
    response = client.post(f"{API}/ask", content=b"x" * (MAX_BODY + 1), headers={"content-type": "application/json"})
    assert "quá lớn" in _problem(response, 413, "qua-lon")


@pytest.mark.xfail(strict=True, reason="FastAPI turns TooLarge, raised while the body is read, into 400")
def test_a_body_that_turns_out_too_large_is_refused_too(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 1000 + 10):
            yield b" " * 1000

    response = client.post(f"{API}/ask", content=pieces(), headers={"content-type": "application/json"})
    _problem(response, 413, "qua-lon")


def test_nothing_asked_here_is_recorded(client: TestClient, application: FastAPI) -> None:
    client.post(f"{API}/ask", json={"text": "khai sinh"})

    async def rows() -> list[int]:
        async with application.state.database.read() as session:
            return [(await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one() for table in (Answer, Conversation)]

    assert client.portal is not None
    assert client.portal.call(rows) == [0, 0]


# --- limits, headers, description ----------------------------------------------------------------------------------


def test_who_asks_too_fast_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path, messages_per_minute=3), client=("203.0.113.5", 1)) as hasty:
        statuses = [hasty.post(f"{API}/ask", json={"text": "khai sinh"}).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert "chờ một phút" in _problem(hasty.post(f"{API}/ask", json={"text": "khai sinh"}), 429, "qua-nhieu")
        assert hasty.get(f"{API}/procedures/1.001193").status_code == 200
        assert hasty.get("/healthz").status_code == 200


def test_a_made_up_cookie_does_not_escape_the_limit(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path, messages_per_minute=3)) as hasty:
        statuses = [
            hasty.post(f"{API}/ask", json={"text": "khai sinh"}, headers={"cookie": f"gd=visitor{number}.x"}).status_code
            for number in range(5)
        ]
    assert statuses == [200, 200, 200, 429, 429]


def test_answers_carry_the_security_headers(client: TestClient) -> None:
    for response in (
        client.get(f"{API}/procedures"),
        client.get(f"{API}/khong-co"),
        client.post(f"{API}/ask", content=b"x" * (MAX_BODY + 1)),
    ):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers


def test_the_description_names_every_route_and_only_public_ones(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    paths = {path for path in description["paths"] if path.startswith("/api/")}
    assert paths == {"/api/v1/procedures", "/api/v1/procedures/{code}", "/api/v1/ask"}
    assert description["info"]["title"] == "Gần Dân"


def test_many_questions_at_once_are_all_answered(client: TestClient, application: FastAPI) -> None:
    import httpx  # noqa: PLC0415 -- only here; TestClient asks one by one

    async def ask_all() -> list[int]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as many:
            answers = await asyncio.gather(*(many.post(f"{API}/ask", json={"text": "khai sinh"}) for _ in range(20)))
        return [answer.status_code for answer in answers]

    assert client.portal is not None
    assert client.portal.call(ask_all) == [200] * 20

"""Whatever is sent to the API, it answers as its OpenAPI description says, and never with a crash."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

PROMISES = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
OPERATIONS = [
    ("GET", "/api/v1/procedures"),
    ("GET", "/api/v1/procedures/{code}"),
    ("POST", "/api/v1/ask"),
]
# Nothing can be sent with these, so there is nothing to send otherwise than described.
WITHOUT_INPUT = [("GET", "/api/v1/catalog.jsonld"), ("GET", "/api/v1/catalog.csv"), ("GET", "/api/v1/catalog.json")]
AS_DESCRIBED, OTHERWISE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CALLS = [
    *((mode, *operation) for mode in (AS_DESCRIBED, OTHERWISE) for operation in OPERATIONS),
    *((AS_DESCRIBED, *operation) for operation in WITHOUT_INPUT),
]


@pytest.fixture(scope="module")
def description(application: FastAPI) -> Any:
    return schemathesis.openapi.from_asgi("/api/openapi.json", application)


def test_every_operation_is_tried(description: Any) -> None:
    found = {(item.ok().method.upper(), item.ok().path) for item in description.get_all_operations()}
    assert {(method, path) for method, path in found if path.startswith("/api/")} == {*OPERATIONS, *WITHOUT_INPUT}


@pytest.mark.parametrize(("mode", "method", "path"), CALLS)
def test_answers_are_as_described(description: Any, mode: GenerationMode, method: str, path: str) -> None:
    # Without the pytest plugin of schemathesis 4.32: it does not know pytest 9.2.
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(description[path][method].as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        response = case.call()
        if response.status_code != 400:  # see test_api: bytes that are not UTF-8
            case.validate_response(response, checks=PROMISES)

    answered()

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
OPERATIONS = [("GET", "/api/v1/procedures"), ("GET", "/api/v1/procedures/{code}"), ("POST", "/api/v1/ask")]


@pytest.fixture(scope="module")
def description(application: FastAPI) -> Any:
    return schemathesis.openapi.from_asgi("/api/openapi.json", application)


def test_every_operation_is_tried(description: Any) -> None:
    found = {(item.ok().method.upper(), item.ok().path) for item in description.get_all_operations()}
    assert {(method, path) for method, path in found if path.startswith("/api/")} == set(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_answers_are_as_described(description: Any, method: str, path: str, mode: GenerationMode) -> None:
    # Without the pytest plugin of schemathesis 4.32: it does not know pytest 9.2.
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(description[path][method].as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        response = case.call()
        if response.status_code != 400:  # see test_api: bytes that are not UTF-8
            case.validate_response(response, checks=PROMISES)

    answered()

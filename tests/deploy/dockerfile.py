"""Reads a Dockerfile and a .dockerignore, as far as ours use them. What it does not know it refuses, never skips."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

BUILDING = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "LABEL"}
RUNNING = {"VOLUME", "EXPOSE", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD", "STOPSIGNAL"}


class DockerfileError(ValueError):
    """The Dockerfile uses something these tests cannot follow."""


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name in capitals, its `--flags`, and the rest of the line."""

    name: str
    flags: dict[str, str]
    value: str

    @property
    def words(self) -> list[str]:
        """The value as a list: of its JSON form, else split as a shell would."""
        return json.loads(self.value) if self.value.startswith("[") else shlex.split(self.value)


@dataclass
class Stage:
    """What follows one FROM: the image it starts from, its name, its instructions."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """All instructions of one name, in order."""
        return [instruction for instruction in self.instructions if instruction.name == name]

    def last(self, name: str) -> Instruction:
        """The instruction that counts when one is given several times. Raises DockerfileError when there is none."""
        if not (found := self.all(name)):
            raise DockerfileError(f"stage {self.name!r} has no {name}")
        return found[-1]

    @property
    def environment(self) -> dict[str, str]:
        """All ENV of this stage."""
        pairs = (word.partition("=") for env in self.all("ENV") for word in env.words)
        return {name: value for name, _, value in pairs}


def read_dockerfile(path: Path) -> list[Stage]:
    """The stages of a Dockerfile, in order. Raises DockerfileError for what it does not understand."""
    stages: list[Stage] = []
    for line in _logical_lines(path.read_text()):
        name, _, value = line.partition(" ")
        instruction = _instruction(name.upper(), value.strip())
        if instruction.name == "FROM":
            base, *alias = instruction.words
            stages.append(Stage(base, alias[1] if alias else str(len(stages))))
        elif not stages:
            raise DockerfileError(f"before the first FROM: {line}")
        else:
            stages[-1].instructions.append(instruction)
    return stages


def _logical_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()


def _instruction(name: str, value: str) -> Instruction:
    if name not in BUILDING | RUNNING or "<<" in value or "$" in value:
        raise DockerfileError(f"these tests cannot follow: {name} {value}")
    flags = {}
    while name != "HEALTHCHECK" and (flag := re.match(r"--([a-z-]+)=(\S+)\s+", value)):
        flags[flag[1]] = flag[2]
        value = value[flag.end() :]
    return Instruction(name, flags, value)


def read_dockerignore(path: Path) -> list[str]:
    """The patterns of a .dockerignore, in order."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_ignored(path: PurePosixPath, patterns: list[str]) -> bool:
    """Whether a path of the build context stays outside. The last pattern that fits the path or a parent decides."""
    ignored = False
    candidates = [str(path), *(str(parent) for parent in path.parents if parent.name)]
    for pattern in patterns:
        wanted = pattern.removeprefix("!").strip("/")
        if any(_fits(candidate, wanted) for candidate in candidates):
            ignored = not pattern.startswith("!")
    return ignored


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        rest = pattern.removeprefix("**/")
        return any(fnmatch.fnmatchcase(part, rest) for part in path.split("/"))
    depth = pattern.count("/")
    return path.count("/") == depth and fnmatch.fnmatchcase(path, pattern)

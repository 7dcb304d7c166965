"""What must not enter git: addresses of package registries, paths of a machine, secrets, large binaries."""

from __future__ import annotations

import re

import pytest

from tests.structure.project import PROJECT, read, tracked_files

MEGABYTE = 1_000_000

# Written with a class of one letter here and there, so that this file does not find itself.
REGISTRIES = (
    r"py[p]i\.(?:org|python\.org)|test\.pypi|pythonhosted\.org",
    r"np[m]js\.(?:org|com)|npmmirro[r]|yarnpkg\.com",
    r"deb\.debia[n]\.org|security\.debia[n]\.org|archive\.ubuntu\.com",
    r"(?:ghc[r]|qua[y]|gc[r])\.io/|docke[r]\.io/",
    r"https?://\S+/simple\b",
    r"(?:index-url|find-links|trusted-host)[ =]+\S*://",
)
MACHINE_PATHS = (
    r"(?<![\w./:-])/(?:wor[k]|roo[t]|User[s])/",
    r"(?<![\w./:-])/hom[e]/\w",
    r"\.\./share[d]\b",
    r"/bash_job[s]",
    r"\b[A-Z]:\\Users\\",
)
SECRETS = (
    r"\b\d{8,10}:A[A-Za-z0-9_-]{34}\b",  # Telegram bot
    r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22,}",
    r"\bglpat-[\w-]{20,}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{35}\b",
    r"\bxox[abprs]-[\w-]{10,}",
    r"\bsk-[A-Za-z0-9_-]{20,}",
    r"\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[\w-]{20,}",
    r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",  # JSON web token
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    r"(?i:(?:secret|token|passw(?:or)?d|api_?key)\w*[\"']?\s*[:=]\s*[\"'][a-z0-9+/_=-]{32,}[\"'])",
)


def _found(patterns: tuple[str, ...]) -> list[str]:
    """Where text files match one of the patterns, as `path:line: text`."""
    pattern = re.compile("|".join(patterns))
    places = []
    for path in tracked_files():
        text = read(path)
        if text and path.suffix != ".lock":  # locks have tests of their own
            places += [f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in pattern.finditer(text)]
    return places


def test_no_address_of_a_package_registry() -> None:
    assert not _found(REGISTRIES), "where packages come from is the affair of the machine, not of the project"


def test_no_path_of_a_machine() -> None:
    assert not _found(MACHINE_PATHS), "the project lies somewhere else on every machine"


def test_nothing_that_looks_like_a_secret() -> None:
    assert not _found(SECRETS), "a secret in git is no secret; in tests, write one that says it is a fake"


def test_no_large_binary() -> None:
    sizes = {str(path): (PROJECT / path).stat().st_size for path in tracked_files() if read(path) is None}
    assert not {path: size for path, size in sizes.items() if size > MEGABYTE}


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("pip install --index-url" + " http://mirror.example/x", REGISTRIES),
        ("https://" + "pypi" + ".org/project/x", REGISTRIES),
        ("cd /" + "work/main", MACHINE_PATHS),
        ("open('/" + "home/an/x')", MACHINE_PATHS),
        ("1234567890:" + "A" * 35, SECRETS),
        ("api_key = '" + "0123456789abcdef" * 2 + "'", SECRETS),
    ],
)
def test_the_patterns_find_what_they_should(text: str, patterns: tuple[str, ...]) -> None:
    assert re.search("|".join(patterns), text)


@pytest.mark.parametrize("text", ["https://example.org/home/page", "docs/work/x", "app/root/x", "from app import x", "token_ttl = 'P30D'"])
def test_the_patterns_leave_the_rest_alone(text: str) -> None:
    assert not re.search("|".join(REGISTRIES + MACHINE_PATHS + SECRETS), text)

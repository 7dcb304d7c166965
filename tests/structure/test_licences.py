"""What runs in a ward is permissive or LGPL (MPL: file by file, so it may be used unchanged)."""

from __future__ import annotations

import re
from importlib import metadata

from app.settings import ROOT

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|LGPL|Lesser General Public|MPL|Mozilla|Unlicense|HPND|ZPL)", re.IGNORECASE
)
NAME = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.IGNORECASE | re.MULTILINE)
LONG = 200  # characters: a whole licence text in the field is looked at by its first lines only


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    fields = [each for field in ("License-Expression", "License") for each in about.get_all(field, []) or []]
    return " ".join(
        [each[:LONG] for each in fields] + [each for each in about.get_all("Classifier", []) or [] if each.startswith("License")]
    )


def test_every_library_of_a_running_ward_may_be_used() -> None:
    installed = {each.name.lower().replace("_", "-") for each in metadata.distributions()}
    names = [name for name in NAME.findall((ROOT / "requirements.lock").read_text()) if name.lower() in installed]
    assert len(names) > 40
    assert {name: _licence(name) for name in names if not ALLOWED.search(_licence(name))} == {}

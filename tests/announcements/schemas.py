"""The XML schemas of CAP 1.2 and Atom, each built once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import xmlschema

HERE = Path(__file__).resolve().parent
ATOM = "{http://www.w3.org/2005/Atom}"


@cache
def schema(name: str) -> Any:
    """`cap-1.2` or `atom`."""
    return xmlschema.XMLSchema(str(HERE / f"{name}.xsd"))


def problems(name: str, xml: bytes) -> list[str]:
    """What the schema has against a document."""
    return [str(error.reason) for error in schema(name).iter_errors(xml.decode())]

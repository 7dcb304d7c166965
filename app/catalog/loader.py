"""Reads `procedures/` into an immutable Catalog, or says in Vietnamese everything that is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.catalog.catalog import Catalog
from app.catalog.checks import check_procedures, check_references
from app.catalog.collections import ElsewhereFile, FamiliesFile, FieldsFile, Layer, LifeEventsFile
from app.catalog.content import Procedure
from app.catalog.humanize import problems_of
from app.catalog.layers import apply_layer
from app.catalog.yaml_loader import ContentError, Problem, read_document

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Reading:
    """What was read: the catalog when there is no error, and every problem found."""

    catalog: Catalog | None
    problems: list[Problem]
    procedures: dict[str, Procedure]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


def load_catalog(folder: Path, locale: str | None = None, today: dt.date | None = None) -> Catalog:
    """The catalog of `folder`, with the layer of `locale` (e.g. `da-nang`) laid over it.

    Raises ContentError with all errors when a file is broken.
    """
    reading = read_catalog(folder, locale, today)
    if reading.catalog is None:
        raise ContentError(reading.errors)
    return reading.catalog


def read_catalog(folder: Path, locale: str | None = None, today: dt.date | None = None) -> Reading:
    """Read everything and collect every problem; nothing is raised for broken content."""
    problems: list[Problem] = []
    files = _read_procedures(folder, problems)
    fields = _read(folder / "fields.yaml", folder, FieldsFile, problems)
    events = _read(folder / "life-events.yaml", folder, LifeEventsFile, problems)
    elsewhere = _read(folder / "elsewhere.yaml", folder, ElsewhereFile, problems)
    families = _read(folder / "families.yaml", folder, FamiliesFile, problems)
    procedures = {procedure.code: procedure for procedure in files.values()}
    if locale is not None:
        procedures = _apply_layers(folder, locale, procedures, problems)
    if fields is None or events is None or elsewhere is None or families is None:
        return Reading(None, problems, procedures)
    catalog = Catalog(
        version=_version_of(folder, locale),
        procedures=procedures,
        fields=fields.fields,
        life_events=events.life_events,
        elsewhere=elsewhere.elsewhere,
        families=families.families,
        everyday=families.everyday,
    )
    problems += check_procedures(
        files, {code for item in catalog.elsewhere for code in item.codes}, today or dt.datetime.now(dt.UTC).date()
    )
    problems += check_references(catalog)
    broken = any(problem.severity == "error" for problem in problems)
    return Reading(None if broken else catalog, problems, procedures)


def procedure_files(folder: Path) -> list[Path]:
    """Files of procedures: `<field>/<code>-….yaml`, not those of layers, not names that begin with `_`."""
    return sorted(path for path in folder.glob("*/*.yaml") if path.parent.name != "locales" and not path.name.startswith("_"))


def _read_procedures(folder: Path, problems: list[Problem]) -> dict[str, Procedure]:
    files: dict[str, Procedure] = {}
    for path in procedure_files(folder):
        procedure = _read(path, folder, Procedure, problems)
        if procedure is not None:
            files[path.relative_to(folder).as_posix()] = procedure
    return files


def _read(path: Path, folder: Path, model: type[Model], problems: list[Problem]) -> Model | None:
    name = path.relative_to(folder).as_posix()
    try:
        document = read_document(path, name)
    except ContentError as error:
        problems.extend(error.problems)
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems.extend(problems_of(error, document))
        return None


def _apply_layers(folder: Path, locale: str, procedures: dict[str, Procedure], problems: list[Problem]) -> dict[str, Procedure]:
    place = folder / "locales" / locale
    if not place.is_dir():
        advice = f"chọn một trong: {', '.join(sorted(path.name for path in (folder / 'locales').glob('*'))) or '(chưa có)'}"
        problems.append(Problem(f"locales/{locale}", "", "không có lớp địa phương này", advice))
        return procedures
    result = dict(procedures)
    for path in sorted(place.glob("*.yaml")):
        layer = _read(path, folder, Layer, problems)
        if layer is None:
            continue
        file = path.relative_to(folder).as_posix()
        if layer.code not in result:
            problems.append(Problem(file, "code", f"không có thủ tục {layer.code}", "sửa mã hoặc xoá tệp"))
            continue
        try:
            result[layer.code] = apply_layer(result[layer.code], layer)
        except ValueError as error:
            problems.append(Problem(file, "cases", str(error), "dùng mã trường hợp có trong thủ tục, hoặc `*`"))
    return result


def _version_of(folder: Path, locale: str | None) -> str:
    """Content hash over every file that can change an answer; 12 hex digits."""
    digest = hashlib.sha256((locale or "").encode())
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]

"""Writes changes into `procedures/locales/<province>/<code>.yaml`: all of them or none, comments kept, checked before and after."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from app.catalog.collections import Layer
from app.catalog.content import Channel, Fee, OnlineLevel, Procedure, ProcessingTime
from app.catalog.humanize import problems_of
from app.catalog.importing.comparing import ALL_CASES, Change
from app.catalog.importing.headers import fold
from app.catalog.importing.reading import Unreadable
from app.catalog.importing.rows import Origin
from app.catalog.layers import apply_layer
from app.catalog.loader import read_catalog
from app.catalog.yaml_loader import ContentError, parse_document

CHECKED_BY = "Người nhập bảng công bố"


def write_layers(
    folder: Path, locale: str, place: str, changes: Iterable[Change], origin: Origin, procedures: Mapping[str, Procedure], today: dt.date
) -> list[Path]:
    """Write the changes; the files written. `procedures` are the national ones.

    Raises Unreadable when a file would be refused by `gandan catalog check` or cannot be written: then nothing has changed.
    """
    by_code: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_code[change.code].append(change)
    home = folder / "locales" / locale
    texts: dict[Path, str] = {}
    for code, each in by_code.items():
        path = home / f"{code}.yaml"
        texts[path] = _layer_text(path, code, place, each, origin, today)
        _check(path.name, texts[path], procedures[code])
    _write_all(folder, locale, texts)
    return list(texts)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _layer_text(path: Path, code: str, place: str, changes: list[Change], origin: Origin, today: dt.date) -> str:
    """The text of a layer with the changes in it; what stands there already stays, with its comments."""
    yaml = _yaml()
    try:
        old = path.read_text("utf-8-sig") if path.exists() else ""
        layer = yaml.load(old) if old else CommentedMap(code=DoubleQuotedScalarString(code), place=place)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise Unreadable(f"Không đọc được {path.name} đang có. Sửa tệp đó trước (gandan catalog check), rồi nhập lại.") from error
    if not isinstance(layer, CommentedMap):
        raise Unreadable(f"{path.name} đang có không đúng dạng. Sửa tệp đó trước (gandan catalog check), rồi nhập lại.")
    sources = layer.get("sources")
    source = _source_name(sources or {}, origin)
    for change in changes:
        _put(layer, change, source, place, origin)
    layer.setdefault("default_source", source)
    if sources is None:
        sources = layer["sources"] = CommentedMap()
    sources.setdefault(source, _flow(CommentedMap(title=origin.title, date=origin.date, kind=origin.kind)))
    layer["checked_on"] = today
    layer["checked_by"] = CHECKED_BY
    out = io.StringIO()
    yaml.dump(layer, out)
    return unicodedata.normalize("NFC", out.getvalue())


def _source_name(sources: Mapping[str, Any], origin: Origin) -> str:
    """The name of this source in the file: the one it has, else a new one made of its title."""
    for name, known in sources.items():
        if known.get("title") == origin.title and str(known.get("date")) == origin.date.isoformat():
            return str(name)
    short = re.split(r"\s(?:của|ngày|về)\s", origin.title)[0]
    name = "-".join(fold(short).split())[:50].strip("-") or "bang-cong-bo"
    number = 1
    while (unique := name if number == 1 else f"{name}-{number}") in sources:
        number += 1
    return unique


def _put(layer: CommentedMap, change: Change, source: str, place: str, origin: Origin) -> None:
    value = change.value
    if isinstance(value, OnlineLevel):
        layer["online"] = CommentedMap(level=str(value), basis=origin.title, place=place, source=source)
    elif isinstance(value, str):
        said = CommentedMap(text=value, source=source)
        if change.aspect == "notes":
            layer.setdefault("notes", CommentedSeq()).append(said)
        else:
            layer["where"] = said
    else:
        cases = layer.setdefault("cases", CommentedMap())
        if change.case == ALL_CASES:
            for named in cases.values():  # a named case wins over `*`: what it said of this is no longer so
                named.pop(change.aspect, None)
            for name in [name for name, named in cases.items() if not named]:
                del cases[name]
        key = DoubleQuotedScalarString(change.case) if change.case == ALL_CASES else change.case
        facts = CommentedSeq([_flow(CommentedMap(_fact(fact, source))) for fact in value])
        cases.setdefault(key, CommentedMap())[change.aspect] = facts


def _fact(fact: ProcessingTime | Fee, source: str) -> dict[str, Any]:
    values = fact.model_dump(mode="json", exclude_none=True, exclude={"source"})
    if fact.channel is Channel.ANY:
        del values["channel"]
    return values | {"source": source}


def _flow(node: CommentedMap) -> CommentedMap:
    node.fa.set_flow_style()
    return node


def _check(name: str, text: str, procedure: Procedure) -> None:
    """Read the text as the catalog will. Raises Unreadable with all problems."""
    problems: list[str] = []
    try:
        document = parse_document(text, name)
        apply_layer(procedure, Layer.model_validate(document.data))
    except ContentError as error:
        problems = [str(problem) for problem in error.problems]
    except ValidationError as error:
        problems = [str(problem) for problem in problems_of(error, document)]
    except ValueError as error:
        problems = [f"{name}: {error}"]
    if problems:
        raise Unreadable("Không ghi gì, vì tệp sẽ sai: " + "; ".join(problems))


def _write_all(folder: Path, locale: str, texts: Mapping[Path, str]) -> None:
    """Write beside, then rename; on any trouble, put back what was there."""
    before = {str(problem) for problem in read_catalog(folder, locale if (folder / "locales" / locale).is_dir() else None).errors}
    old = {path: path.read_bytes() if path.exists() else None for path in texts}
    new_folders = [path for path in (folder / "locales", folder / "locales" / locale) if not path.exists()]
    waiting = {path: path.with_name(f".{path.name}.nhap") for path in texts}
    try:
        (folder / "locales" / locale).mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            with waiting[path].open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path, temporary in waiting.items():
            temporary.replace(path)
        _check_whole(folder, locale, before)
    except BaseException as error:
        _put_back(old, waiting, new_folders)
        if isinstance(error, OSError):
            raise Unreadable(f"Không ghi được ({error.strerror}). Kho vẫn như cũ. Kiểm tra quyền ghi và chỗ trống của đĩa.") from error
        raise


def _check_whole(folder: Path, locale: str, before: set[str]) -> None:
    """Raises Unreadable when the catalog has an error it did not have before."""
    after = [str(problem) for problem in read_catalog(folder, locale).errors if str(problem) not in before]
    if after:
        raise Unreadable("Không ghi gì, vì kho sẽ sai: " + "; ".join(after))


def _put_back(old: Mapping[Path, bytes | None], waiting: Mapping[Path, Path], new_folders: list[Path]) -> None:
    for temporary in waiting.values():
        temporary.unlink(missing_ok=True)
    for path, content in old.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            path.write_bytes(content)
    for made in reversed(new_folders):
        with contextlib.suppress(OSError):
            made.rmdir()

"""Puts one more way of asking into the text of a procedure's file, and leaves every other character as it is.

Dumping YAML anew would lose comments, anchors, quotes and the order people gave; so the text is edited where the parser
says the list ends, and the result is read again: anything but exactly one more ask is refused.
"""

from __future__ import annotations

import copy
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

from app.catalog.yaml_loader import ContentError, Problem, parse_document


def put_ask(text: str, voice: str, ask: str, file: str) -> str:
    """The text of the file with `ask` at the end of `asks.<voice>`.

    `text` keeps its line ends as they are in the file. Raises ContentError when the file is broken, or written in a way
    (aliases, say) where one more line would change something else too.
    """
    before = parse_document(text, file).data
    # The parser in Python: only its marks count characters, which is what a text is cut at.
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    asks = _value(root, "asks")
    if not isinstance(asks, yaml.MappingNode):
        raise _refused(file)
    newline = "\r\n" if "\r\n" in text else "\n"
    found = _value(asks, voice)
    if found is None:
        at, added = _new_voice(text, asks, voice, ask, newline)
    elif isinstance(found, yaml.SequenceNode):
        at, added = _new_item(text, found, ask, newline)
    else:
        raise _refused(file)
    after = text[:at] + added + text[at:]
    wanted = copy.deepcopy(before)
    wanted["asks"].setdefault(voice, []).append(ask)
    try:
        same = parse_document(after, file).data == wanted
    except ContentError:
        same = False
    if not same:
        raise _refused(file)
    return after


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all: also a process killed half-way leaves the old or the new content."""
    path = path.resolve()
    # The name ends in no .yaml: what a killed process leaves behind is never read as content.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _value(node: yaml.Node | None, key: str) -> Any:
    """The node under `key` of a mapping, or None."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _new_item(text: str, asked: yaml.SequenceNode, ask: str, newline: str) -> tuple[int, str]:
    """Where to insert what, for a list that is there."""
    if asked.flow_style:
        if not asked.value:
            return asked.start_mark.index + 1, _scalar(ask, flow=True)
        return asked.value[-1].end_mark.index, f", {_scalar(ask, flow=True)}"
    return _after(text, asked, f"{' ' * asked.start_mark.column}- {_scalar(ask)}", newline)


def _new_voice(text: str, asks: yaml.MappingNode, voice: str, ask: str, newline: str) -> tuple[int, str]:
    """Where to insert what, for a voice that nobody has used in this file."""
    if asks.flow_style:
        entry = f"{voice}: [{_scalar(ask, flow=True)}]"
        if not asks.value:
            return asks.start_mark.index + 1, entry
        return asks.value[-1][1].end_mark.index, f", {entry}"
    indent = " " * asks.start_mark.column
    return _after(text, asks.value[-1][1], f"{indent}{voice}:{newline}{indent}  - {_scalar(ask)}", newline)


def _after(text: str, node: yaml.Node, added: str, newline: str) -> tuple[int, str]:
    """Behind the line (and its comment) on which the node ends. Blocks end, for the parser, where the next thing begins."""
    last: Any = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    end = last.end_mark.index
    while end > last.start_mark.index and text[end - 1] in " \r\n":
        end -= 1
    line_end = text.find("\n", end)
    if line_end < 0:
        return len(text), newline + added
    return line_end + 1, added + newline


def _scalar(ask: str, *, flow: bool = False) -> str:
    """The ask as YAML: as it is where every reader takes it for the same text, else in double quotes."""
    try:
        read = yaml.safe_load(f"[{ask}]" if flow else f"- {ask}")
    except yaml.YAMLError:
        read = None
    return ask if read == [ask] else json.dumps(ask, ensure_ascii=False)


def _refused(file: str) -> ContentError:
    wrong = "mục `asks` viết theo cách không thêm tự động được (neo &, *, hay một dòng)"
    return ContentError([Problem(file, "asks", wrong, "mở tệp, thêm câu này bằng tay vào đúng giọng")])

"""Strict YAML: every scalar is text, a repeated key or text that is not NFC is an error, every value knows its line.

Why not `yaml.safe_load`: it turns `1.001190` into 1.00119, `13:30` into 810, `0345670123` into 60256339, `no` into
False, and keeps the last of two equal keys without a word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Path_ = tuple[str | int, ...]
MAX_BYTES = 200_000
MAX_DEPTH, MAX_VALUES = 30, 50_000  # anchors may stand for anchors, or for themselves
MAX_OPENED = 5_000  # libyaml crashes the process on tens of thousands of nested lists
_OPENS = re.compile(r"[\[{]|- +(?=-)")

try:
    _Loader: type[Any] = yaml.CBaseLoader
except AttributeError:  # PyYAML built without libyaml
    _Loader = yaml.BaseLoader


@dataclass(frozen=True)
class Problem:
    """Something wrong in a content file, said so that the person who edits it can put it right."""

    file: str
    field: str
    wrong: str
    advice: str
    line: int | None = None
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}, dòng {self.line}" if self.line else self.file
        return f"{where} — {self.field or 'cả tệp'}: {self.wrong} → {self.advice}"


class ContentError(Exception):
    """One or more problems in content files; `problems` holds them all."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Document:
    """A read file: plain data (dict, list, str) and the line of each path in it."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line_of(self, path: Path_) -> int | None:
        """Line (1-based) of the value at `path`, or of its nearest parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_document(path: Path, name: str | None = None) -> Document:
    """Read one YAML file.

    Raises ContentError when it is too large, not UTF-8, not YAML, not a mapping or list, or breaks a rule above.
    """
    file = name or path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ContentError([Problem(file, "", f"không mở được tệp ({error.strerror})", "kiểm tra tên và quyền đọc")]) from error
    if len(raw) > MAX_BYTES:
        raise ContentError([Problem(file, "", f"tệp quá lớn ({len(raw):,} byte)", f"giữ dưới {MAX_BYTES:,} byte")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError([Problem(file, "", "tệp không phải UTF-8", "lưu lại tệp với bảng mã UTF-8")]) from error
    return parse_document(text, file)


def parse_document(text: str, file: str) -> Document:
    """Parse YAML text; see `read_document`."""
    if sum(1 for _ in _OPENS.finditer(text)) > MAX_OPENED:
        raise _too_deep(file)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        advice = "kiểm tra thụt dòng (chỉ dùng dấu cách), dấu hai chấm và dấu ngoặc kép"
        raise ContentError([Problem(file, "", f"không đọc được YAML: {error.problem}", advice, line)]) from error
    except yaml.YAMLError as error:
        raise ContentError([Problem(file, "", "tệp có ký tự lạ", "xoá ký tự điều khiển trong tệp")]) from error
    except RecursionError as error:
        raise _too_deep(file) from error
    if node is None or node.value == "":
        raise ContentError([Problem(file, "", "tệp trống", "chép từ một tệp cùng loại trong procedures/ rồi sửa")])
    if isinstance(node, yaml.ScalarNode):
        raise ContentError([Problem(file, "", "cả tệp chỉ là một dòng chữ", "viết các cặp tên: giá trị, mỗi cặp một dòng", 1)])
    document = Document(file, None)
    problems: list[Problem] = []
    document.data = _convert(node, (), document, problems)
    if problems:
        raise ContentError(problems)
    return document


def _convert(node: yaml.Node, path: Path_, document: Document, problems: list[Problem]) -> Any:
    line = node.start_mark.line + 1
    document.lines[path] = line
    if len(path) > MAX_DEPTH or len(document.lines) > MAX_VALUES:
        raise _too_deep(document.file, line)
    if isinstance(node, yaml.ScalarNode):
        value = str(node.value)
        problems += _not_nfc(value, path, line, document)
        return value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*path, index), document, problems) for index, item in enumerate(node.value)]
    result: dict[str, Any] = {}
    assert isinstance(node, yaml.MappingNode)
    for key_node, value_node in node.value:
        at = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(document.file, dotted(path), "tên trường là một danh sách", "viết tên trường bằng chữ", at))
            continue
        key = str(key_node.value)
        problems += _not_nfc(key, (*path, key), at, document)
        if key in result:
            problems.append(Problem(document.file, dotted((*path, key)), "khóa này viết hai lần", "giữ lại một, xoá cái kia", at))
        result[key] = _convert(value_node, (*path, key), document, problems)
    return result


def _not_nfc(text: str, path: Path_, line: int, document: Document) -> list[Problem]:
    if unicodedata.is_normalized("NFC", text):
        return []
    advice = "gõ lại bằng bộ gõ Unicode dựng sẵn (NFC)"
    return [Problem(document.file, dotted(path), "chữ có dấu ở dạng tổ hợp (không phải NFC)", advice, line)]


def _too_deep(file: str, line: int | None = None) -> ContentError:
    wrong = "các mục lồng nhau quá sâu, hoặc neo (&, *) nhân lên quá nhiều"
    return ContentError([Problem(file, "", wrong, "viết thẳng ra, neo không trỏ vào chính nó", line)])


def dotted(path: Path_) -> str:
    """`cases[0].papers[2].name` for a path."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text

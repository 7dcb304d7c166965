"""Turns a question into a new way of asking: a line in its procedure's file, and a line among the questions that tests ask.

Everything is judged on what would be written, before anything is: nothing has to be taken back when the question would
still lead elsewhere.
"""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.assistant.cases import CasePicker
from app.assistant.knowing import Knowledge
from app.assistant.knowledge import build_reader, catalog_entries, intent_entries
from app.assistant.masking import LABELS, mask
from app.catalog.ask_writer import put_ask, replace_file
from app.catalog.catalog import Catalog
from app.catalog.content import Procedure, Voice
from app.catalog.loader import load_catalog, procedure_files
from app.catalog.yaml_loader import parse_document, read_document
from app.errors import BadInput, Unavailable
from app.questions.service import answered_with
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.terms import Entry, Kind
from app.understanding.text import clean, fold

SHORTEST, LONGEST = 2, 400  # letters, as `content.Ask` has it
SHORT_WORDS = 4
TAUGHT = Path("tests") / "understanding" / "taught.jsonl"
"""Beside the catalog's folder: one JSON object a line, `text` and the `code` that must be answered first."""


@dataclass(frozen=True)
class Line:
    """One line of the file of taught questions."""

    text: str
    code: str


@dataclass(frozen=True)
class Taught:
    """What was written."""

    procedure: Procedure
    voice: Voice
    text: str
    file: str
    """Under the catalog's folder; empty when the way of asking was there already."""
    is_new: bool
    """Whether anything was written; if not, its test was there too."""
    knowledge: Knowledge


class Teacher:
    """Teaches the catalog in `folder`, with the file of taught questions beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._taught = self._folder.parent / TAUGHT

    def teach(self, text: str, code: str, voice: Voice | None = None, *, again: bool = False) -> Taught:
        """Add one way of asking to a procedure, with its test. Without a voice: the one it seems to be written in.

        `again`: what is there already is not refused; whoever was killed after writing may finish the rest.
        Raises BadInput when it must not be added or would lead elsewhere, Unavailable when files cannot be written,
        ContentError when the catalog is broken.
        """
        ask = _presentable(text)
        voice = voice or voice_of(ask)
        if not self._taught.parent.is_dir():
            raise Unavailable(
                f"Không thấy thư mục {TAUGHT.parent} cạnh {self._folder.name}/. Lệnh này chạy trong bản mã nguồn (git clone), "
                "để cách hỏi và câu thử đi cùng nhau."
            )
        lines = read_taught(self._taught)
        catalog = load_catalog(self._folder)
        procedure = _procedure(catalog, code)
        owner = self._owner(catalog, ask, code)
        is_new = owner != code or not any(_same(line.text, ask) for line in lines)
        if not is_new and not again:
            raise BadInput(f"Thủ tục {code} đã có cách hỏi này, và đã có câu thử. Không cần thêm.")
        path = self._file_of(code)
        before = path.read_bytes()
        after = before if owner == code else self._edited(path, before, voice, ask)
        changed = Procedure.model_validate(parse_document(after.decode("utf-8-sig"), path.name).data)
        knowledge = self._knowledge(dataclasses.replace(catalog, procedures={**catalog.procedures, code: changed}))
        if is_new:
            self._must_lead(knowledge, [*lines, Line(ask, code)])
            self._write(path, before, after, [*lines, Line(ask, code)])
        file = path.relative_to(self._folder).as_posix() if after != before else ""
        return Taught(procedure, voice, ask, file, is_new, knowledge)

    def may_be_taught(self, text: str, code: str) -> str:
        """The text as it would be written, for a proposal where files cannot be. Raises BadInput when it must not be added."""
        ask = _presentable(text)
        catalog = load_catalog(self._folder)
        _procedure(catalog, code)
        if self._owner(catalog, ask, code) == code:
            raise BadInput(f"Thủ tục {code} đã có cách hỏi này. Không cần thêm.")
        return ask

    def _owner(self, catalog: Catalog, ask: str, code: str) -> str | None:
        """`code` when the procedure has this ask or name already, None when nobody has. Raises BadInput when another has."""
        intents = read_document(self._folder / "intents.yaml").data
        for entry in (*catalog_entries(catalog), *intent_entries(intents)):
            if any(_same(known, ask) for known in (*entry.names, *entry.asks)):  # names are asked too
                if entry.id == code:
                    return code
                raise BadInput(
                    f"«{ask}» đã là cách hỏi của {_title(entry)}. Một câu chỉ dẫn tới một nơi: bỏ ở bên kia trước, hoặc viết rõ hơn."
                )
        return None

    def _file_of(self, code: str) -> Path:
        named = [path for path in procedure_files(self._folder) if path.name.startswith(f"{code}-")]
        assert named, "the checks of the catalog see to it that a file's name begins with its code"
        return named[0]

    def _edited(self, path: Path, before: bytes, voice: Voice, ask: str) -> bytes:
        mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
        text = before.removeprefix(mark).decode("utf-8")
        return mark + put_ask(text, voice, ask, path.relative_to(self._folder).as_posix()).encode()

    def _knowledge(self, catalog: Catalog) -> Knowledge:
        reader = build_reader(catalog, self._folder)
        several = [procedure for procedure in catalog.procedures.values() if len(procedure.cases) > 1]
        return Knowledge(catalog, reader, {each.code: CasePicker.build(each, reader.index) for each in several})

    def _must_lead(self, knowledge: Knowledge, lines: list[Line]) -> None:
        """Raise BadInput when the new question (the last) or one taught before is not answered with its procedure."""
        for line in (lines[-1], *lines[:-1]):
            decision = decide(knowledge.reader, line.text, State())
            if answered_with(decision) == line.code:
                continue
            stands = in_the_way(decision, knowledge)
            if line is not lines[-1]:
                raise BadInput(f"Chưa thêm gì: thêm câu này thì câu đã dạy «{line.text}» ({line.code}) bị lệch, máy {stands}.")
            if decision.codes[:1] == (line.code,):
                advice = "Thủ tục đúng đã là gần nhất: thêm vào câu tên việc hay tên giấy cần làm, rồi dạy lại."
            else:
                advice = "Viết câu rõ hơn, hoặc sửa cách hỏi của bên kia."
            raise BadInput(f"Chưa thêm gì: có thêm câu này thì máy vẫn {stands}. {advice}")

    def _write(self, path: Path, before: bytes, after: bytes, lines: list[Line]) -> None:
        """Both files, each whole. Killed in between, a way of asking has no test yet: teaching it again adds that."""
        if path.read_bytes() != before:
            raise BadInput("Có người vừa sửa tệp của thủ tục này. Chưa thêm gì, bạn chạy lại lệnh.")
        try:
            if after != before:
                replace_file(path, after)
            try:
                replace_file(self._taught, "".join(f"{_json(line)}\n" for line in lines).encode())
            except OSError:
                if after != before:
                    replace_file(path, before)
                raise
        except OSError as error:
            raise Unavailable(f"Không ghi được tệp ({error.strerror}). Kiểm tra quyền ghi và chỗ trống trên ổ đĩa.") from error


def read_taught(path: Path) -> list[Line]:
    """The taught questions; none when there is no file yet. Raises BadInput with the number of a line that is broken."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"Không đọc được {path.name}. Kiểm tra quyền đọc, và lưu lại bằng bảng mã UTF-8.") from error
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            lines.append(Line(**data))
            good = all(isinstance(value, str) for value in data.values())
        except (ValueError, TypeError, RecursionError):
            good = False
        if not good:
            raise BadInput(f'{path.name}, dòng {number}: phải là {{"text": "câu hỏi", "code": "mã thủ tục"}}. Sửa hoặc xoá dòng này.')
    return lines


def misled(reader: Reader, lines: Iterable[Line]) -> list[Line]:
    """The taught questions that this reader does not answer with their procedure."""
    return [line for line in lines if answered_with(decide(reader, line.text, State())) != line.code]


def voice_of(ask: str) -> Voice:
    """The voice an ask seems to be written in, as far as its form tells."""
    if fold(ask) == ask.casefold():
        return Voice.NO_ACCENT
    return Voice.SHORT if len(ask.split()) <= SHORT_WORDS else Voice.PLAIN


def in_the_way(decision: Decision, knowledge: Knowledge) -> str:
    """What a message is taken for, to go on after «máy …»."""
    catalog, names = knowledge.catalog, {entry.id: _title(entry) for entry in knowledge.reader.index.entries}

    def called(code: str) -> str:
        procedure = catalog.get(code)
        return f"{code} ({procedure.name})" if procedure else names.get(code, code)

    first = answered_with(decision)
    if first is not None:
        return f"trả lời bằng {called(first)}"
    if decision.target is not None:
        return f"chỉ sang {called(decision.target)}"
    if decision.outcome == "clarify":
        return f"hỏi lại giữa {', '.join(called(choice) for choice in decision.choices)}"
    if decision.outcome == "unknown":
        return "chưa chắc" + (f", gần nhất là {called(decision.codes[0])}" if decision.codes else ", không thấy thủ tục nào gần")
    return f"hiểu là {names.get(f'intent:{decision.intent}', decision.intent)}"


def _presentable(text: str) -> str:
    """The text as it would be written. Raises BadInput when it must not be."""
    ask = clean(unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()))
    if len(ask) < SHORTEST or not any(char.isalpha() for char in ask):
        raise BadInput("Câu hỏi trống. Ghi câu người dân hỏi trong ngoặc kép.")
    if len(ask) > LONGEST:
        raise BadInput(f"Câu dài {len(ask)} ký tự, nhiều nhất là {LONGEST}. Giữ lại phần nói việc cần làm.")
    kinds = mask(ask).kinds
    if kinds:
        found = ", ".join(LABELS[kind].strip("[]") for kind in kinds)
        raise BadInput(f"Câu này có {found} của người hỏi. Viết lại câu không có phần đó rồi chạy lại lệnh với câu đã viết.")
    return ask


def _procedure(catalog: Catalog, code: str) -> Procedure:
    """The procedure with this code. Raises BadInput when there is none, or it is no longer in use."""
    procedure = catalog.get(code)
    if procedure is None:
        elsewhere = next((item for item in catalog.elsewhere if code in item.codes), None)
        if elsewhere is not None:
            raise BadInput(f"{code} là việc của nơi khác ({elsewhere.agency}). Thêm cách hỏi vào mục `{elsewhere.id}` của elsewhere.yaml.")
        raise BadInput(f"Kho không có thủ tục {code}. Mã có dạng 1.001193; xem mã ở gandan questions list hoặc ở địa chỉ trang thủ tục.")
    if procedure.replaced_by is not None:
        raise BadInput(f"{code} không còn dùng, đã được thay bằng {procedure.replaced_by}. Dạy cho mã mới.")
    return procedure


def _same(one: str, other: str) -> bool:
    """As `checks` finds the same ask in two procedures."""
    return _plain(one) == _plain(other)


def _plain(ask: str) -> str:
    return " ".join(ask.casefold().split()).rstrip("?. ")


def _title(entry: Entry) -> str:
    kinds = {
        Kind.PROCEDURE: f"thủ tục {entry.id}",
        Kind.FAMILY: "câu hỏi lại",
        Kind.ELSEWHERE: "việc của nơi khác",
        Kind.EVENT: "việc lớn trong nhà",
        Kind.INTENT: f"lời nói thường «{entry.id.removeprefix('intent:')}»",
    }
    name = next(iter(entry.names), "")
    return f"{kinds[entry.kind]} ({name})" if name else kinds[entry.kind]


def _json(line: Line) -> str:
    return json.dumps(dataclasses.asdict(line), ensure_ascii=False)

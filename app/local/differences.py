"""What a local fact changes for citizens, in sentences: «Phí, trường hợp «đúng hạn»: 8.000 đồng → miễn phí»."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment

from app.catalog.content import UNKNOWN, Case, OnlineLevel, Procedure
from app.catalog.yaml_loader import read_document
from app.local.schemas import FactField


@functools.cache
def words() -> Mapping[str, Any]:
    """The words of this part, from words.yaml."""
    data: Mapping[str, Any] = read_document(Path(__file__).parent / "words.yaml").data
    return data


class Saying:
    """Says facts as the cards say them, with the same templates."""

    def __init__(self, environment: Environment) -> None:
        self._say: Any = environment.get_template("catalog/say.jinja").module

    def differences(self, before: Procedure, after: Procedure) -> list[str]:
        """Sentences, none when citizens would read the same."""
        return [*self._of_procedure(before, after), *self._of_cases(before, after), *_notes(before, after)]

    def value(self, procedure: Procedure, case: Case, field: FactField) -> str:
        """One fact in words."""
        if field is FactField.ONLINE:
            return self._online(procedure)
        if field is FactField.WHERE:
            return procedure.where.text
        facts = case.time if field is FactField.TIME else case.fees
        if facts == UNKNOWN:
            return str(words()["unknown"])
        return self._text(str(field), case)

    def _of_procedure(self, before: Procedure, after: Procedure) -> Iterator[str]:
        for field in (FactField.ONLINE, FactField.WHERE):
            old, new = (self.value(each, each.cases[0], field) for each in (before, after))
            if old != new:
                yield words()["difference"].format(name=words()["fields"][field], case="", before=old, after=new)

    def _of_cases(self, before: Procedure, after: Procedure) -> Iterator[str]:
        for field in (FactField.TIME, FactField.FEES):
            told = [
                (case, self.value(before, before.case(case.id), field), self.value(after, case, field))
                for case in after.cases
                if self.value(before, before.case(case.id), field) != self.value(after, case, field)
            ]
            if len(told) > 1 and len(told) == len(after.cases) and len({each[1:] for each in told}) == 1:
                told, which = told[:1], words()["every_case"]
            else:
                which = ""
            for case, old, new in told:
                named = which or (words()["case"].format(name=case.name) if len(after.cases) > 1 else "")
                yield words()["difference"].format(name=words()["fields"][field], case=named, before=old, after=new)

    def _online(self, procedure: Procedure) -> str:
        said = self._text("level", procedure.online)
        return said[:1].lower() + said[1:] if procedure.online.level is not OnlineLevel.UNKNOWN else str(words()["unknown"])

    def _text(self, macro: str, *values: object) -> str:
        return " ".join(str(getattr(self._say, macro)(*values)).split())


def _notes(before: Procedure, after: Procedure) -> Iterator[str]:
    old, new = [note.text for note in before.notes], [note.text for note in after.notes]
    yield from (words()["note_removed"].format(before=each) for each in old if each not in new)
    yield from (words()["note_added"].format(after=each) for each in new if each not in old)

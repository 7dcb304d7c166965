"""The printing press of one ward: posters, stickers and slips as pages, from what the catalog and the calendar say right now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.catalog.catalog import Catalog
from app.errors import BadInput, NotFound
from app.messages import Door, is_public
from app.paper import words
from app.paper.places import tag_of
from app.paper.poster_layout import Format, pages_of
from app.paper.posters import Poster, Subject, Subjects, poster_of
from app.paper.sheet import Page
from app.paper.slip_layout import slip_pages
from app.paper.slips import slip_of

MOST_POSTERS = 1200
"""In one file: the whole catalog, or sixty sheets of stickers."""
SLIP_FORMATS = (Format.A4, Format.A5)


@dataclass(frozen=True)
class Print:
    """Pages with a name. `file_name` is in plain letters."""

    title: str
    file_name: str
    pages: tuple[Page, ...]
    made: dt.datetime

    def pdf(self) -> bytes:
        """The file; some 20 ms a page, so do it beside the event loop."""
        from app.paper.pdf import pdf_of  # noqa: PLC0415 -- its library is twenty megabytes that only printing needs

        return pdf_of(self.pages, self.title, self.made)


class Press:
    """Makes prints. Takes functions, so that each print is of the catalog and the calendar of its moment."""

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        calendar: Callable[[], Calendar],
        doors: Callable[[], Sequence[Door]],
        say: Any,
        public_url: str,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._catalog, self._calendar, self._doors = catalog, calendar, doors
        self._say, self._clock = say, clock
        self.public_url = public_url

    @property
    def is_reachable(self) -> bool:
        """Whether citizens' phones can open what our codes hold."""
        return is_public(self.public_url)

    def subjects(self) -> Subjects:
        """What may have a poster now."""
        return Subjects(self._catalog(), self._calendar(), self._doors(), self._clock().astimezone(VIETNAM).date())

    def poster(self, subject: Subject, place: str = "") -> Poster:
        """The words of one poster."""
        return poster_of(subject, self._calendar().profile, self.public_url, place)

    def one(self, kind: str, ident: str, paper: Format, place: str = "") -> Print:
        """The poster of one subject; stickers fill their sheet. Raises NotFound."""
        subject = self.subjects().find(kind, ident)
        if subject is None:
            raise NotFound
        copies = 20 if paper is Format.STICKERS else 1
        return self._print([subject] * copies, paper, place, joined=False, title=f"{_name(paper)}: {subject.title}", about=subject.key)

    def many(self, keys: Iterable[str], paper: Format, place: str = "", *, copies: int = 1, joined: bool = False) -> Print:
        """The posters of several subjects. Raises BadInput for none, too many, or a key that is nobody's."""
        subjects = self.subjects()
        found = [subjects.at(key) for key in dict.fromkeys(keys)]
        known = [each for each in found if each is not None]
        if len(known) != len(found):
            raise BadInput("Có mục không còn trong danh mục. Anh/chị tải lại trang rồi chọn lại.")
        if not known:
            raise BadInput("Anh/chị chọn ít nhất một mục để in.")
        if len(known) * copies > MOST_POSTERS:
            raise BadInput(f"Một lần in nhiều nhất {MOST_POSTERS} tờ hoặc tem. Anh/chị bớt mục hoặc bớt số bản.")
        repeated = [each for each in known for _ in range(copies)]
        return self._print(
            repeated, paper, place, joined=joined, title=words.say("files.many", name=_name(paper), count=len(known)), about=""
        )

    def slip(self, code: str, case_id: str, paper: Format = Format.A4) -> Print:
        """The slip of a case. Raises NotFound."""
        procedure = self._catalog().current(code)
        case = next((each for each in procedure.cases if each.id == case_id), None) if procedure else None
        if procedure is None or case is None or paper not in SLIP_FORMATS:
            raise NotFound
        now = self._clock()
        slip = slip_of(procedure, case, self._calendar(), self._say, self.public_url, now)
        title = words.say("slip.file", name=procedure.name)
        return Print(title, f"phieu-{procedure.code}-{case.id}-{paper}", tuple(slip_pages(slip, paper)), now)

    def _print(self, subjects: Sequence[Subject], paper: Format, place: str, *, joined: bool, title: str, about: str) -> Print:
        posters = [self.poster(each, place) for each in subjects]
        name = "-".join(part for part in ("ma-qr", paper.value, about.replace("/", "-"), tag_of(place)) if part)
        return Print(title, name, tuple(pages_of(posters, paper, joined=joined)), self._clock())


def _name(paper: Format) -> str:
    return words.say(f"files.{paper}")

"""What the report of a month says, in the order a ward submits it. Figures are filled in; what an official must write is marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.commune import CommuneProfile
from app.statistics.disclosure import STEP
from app.statistics.periods import Period
from app.statistics.repository import ANSWERED
from app.statistics.service import Overview
from app.statistics.tables import Table
from app.statistics.targets import entered
from app.statistics.words import duration, number, percent, words
from app.subscribers.service import few

_KIND = re.compile(r"^(phường|xã|đặc khu|thị trấn)\s+", re.IGNORECASE)
_CONTROL = {code: None for code in range(32) if code not in (9, 10)} | {0x7F: None, 0xFFFE: None, 0xFFFF: None}
SHOWN_GROUPS = 5


@dataclass(frozen=True)
class Heading:
    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """`marked`: to be written by an official."""

    text: str
    marked: bool = False
    bullet: bool = False


Piece = Heading | Paragraph | Table


@dataclass(frozen=True)
class Report:
    """The whole text. `place`: where it is signed; `ward`: «phường An Khê»."""

    ward: str
    place: str
    period: Period
    subject: str
    pieces: tuple[Piece, ...]
    made: str


def printable(text: str) -> str:
    """Without what no document may hold: control characters, halves of surrogate pairs."""
    composed = unicodedata.normalize("NFC", text).translate(_CONTROL)
    return composed.encode("utf-8", "ignore").decode("utf-8")


def report(found: Overview, profile: CommuneProfile, groups: Sequence[tuple[str, int]], day_made: str) -> Report:
    """The report of a month. `groups`: what could not be answered, (typical question, times), the most first."""
    said, period = words()["report"], found.period
    ward = profile.name[:1].lower() + profile.name[1:]
    pieces: list[Piece] = [Heading(said["results"], 1)]
    for part in (_files, _asked, _procedures, _helped, _sunday, _news, _targets):
        pieces += part(found, profile)
    pieces.append(Heading(said["problems"], 1))
    pieces += _problems(found, groups)
    pieces += [Heading(said["proposals"], 1), _to_write("proposals_write")]
    pieces.append(Paragraph(said["ending"].format(month=period.first.month, year=period.first.year, ward=ward)))
    return Report(
        ward=profile.name,
        place=_KIND.sub("", profile.name),
        period=period,
        subject=said["subject"].format(month=period.first.month, year=period.first.year),
        pieces=tuple(pieces),
        made=said["made"].format(day=day_made),
    )


def _to_write(key: str) -> Paragraph:
    said = words()["report"]
    return Paragraph(said["mark"].format(what=said[key]), marked=True)


def _files(found: Overview, profile: CommuneProfile) -> list[Piece]:
    said, total = words()["report"], entered(found.files)
    pieces: list[Piece] = [Heading(said["files"], 2)]
    if not found.files:
        return [*pieces, _to_write("files_none")]
    ward = profile.name[:1].lower() + profile.name[1:]
    share = percent(total.online / total.received if total.received else None)
    text = said["files_said"].format(ward=ward, received=number(total.received), online=number(total.online), online_share=share)
    if total.on_time_of:
        text += said["files_on_time"].format(on_time=number(total.on_time), on_time_share=percent(total.on_time / total.on_time_of))
    return [*pieces, Paragraph(text)]


def _asked(found: Overview, _profile: CommuneProfile) -> list[Piece]:
    said, figures = words()["report"], found.figures
    asked = figures.asked
    heading = Heading(said["asked"], 2)
    missing: list[Piece] = [Paragraph(found.incomplete)] if found.incomplete else []
    if not asked.total:
        return [heading, *(missing or [Paragraph(said["asked_none"])])]
    text = said["asked_said"].format(
        total=number(asked.total),
        answered=percent(asked.share(*ANSWERED)),
        clarify=percent(asked.share("clarify")),
        unknown=percent(asked.share("unknown")),
        p50=duration(figures.p50),
    )
    if figures.before.total:
        text += said["asked_before"].format(name=figures.compared.name, count=number(figures.before.total))
    return [heading, *missing, Paragraph(text), found.tables["status"], found.tables["trend"]]


def _procedures(found: Overview, _profile: CommuneProfile) -> list[Piece]:
    said = words()["report"]
    lines = found.tables["rising"].lines
    named = "; ".join(
        said["rising_one"].format(name=line.cells[0], now=number(line.cells[1]), before=number(line.cells[2])) for line in lines
    )
    text = said["rising_said"].format(names=named) if lines else said["rising_none"]
    return [Heading(said["procedures"], 2), found.tables["procedures"], Paragraph(text)]


def _helped(found: Overview, _profile: CommuneProfile) -> list[Piece]:
    said, figures = words()["report"], found.figures
    total = figures.times_helped
    heading = Heading(said["helped"], 2)
    if not total:
        return [heading, Paragraph(said["helped_none"])]
    alone = total - figures.behalf
    text = said["helped_said"].format(
        total=number(total),
        alone=number(alone),
        alone_share=percent(alone / total),
        behalf=number(figures.behalf),
        full=number(figures.full_online),
        full_share=percent(figures.full_online / total),
    )
    return [heading, Paragraph(text), found.tables["helped"]]


def _sunday(found: Overview, profile: CommuneProfile) -> list[Piece]:
    said, figures = words()["report"], found.figures
    heading = Heading(said["sunday"], 2)
    if not figures.services:
        return [heading, Paragraph(said["sunday_none"])]
    days = ", ".join(f"{day.day}/{day.month}" for day in figures.services)
    visits = number(sum(figures.visits.values()))
    text = said["sunday_said"].format(ward=profile.name, count=len(figures.services), days=days, visits=visits)
    return [heading, Paragraph(text)]


def _news(found: Overview, _profile: CommuneProfile) -> list[Piece]:
    said, figures = words()["report"], found.figures
    text = said["news_said"].format(
        count=number(figures.announced), reached=percent(figures.reached), followers=few(figures.followers), scans=number(figures.scans)
    )
    return [Heading(said["news"], 2), Paragraph(text), found.tables["places"]]


def _targets(found: Overview, _profile: CommuneProfile) -> list[Piece]:
    said = words()["report"]
    heading = Heading(said["targets"].format(year=found.period.first.year), 2)
    return [heading, found.tables["targets"] if found.progress else Paragraph(said["targets_none"])]


def _problems(found: Overview, groups: Sequence[tuple[str, int]]) -> list[Piece]:
    said, count = words()["report"], number(found.figures.asked.by_status["unknown"])
    named = [(text, times) for text, times in groups if times >= STEP][:SHOWN_GROUPS]
    pieces: list[Piece] = [Heading(said["unanswered"], 2)]
    pieces.append(Paragraph(said["unanswered_said" if named else "unanswered_few"].format(count=count)))
    pieces += [Paragraph(said["unanswered_one"].format(text=text, times=number(times)), bullet=True) for text, times in named]
    return [*pieces, Heading(said["hard"], 2), found.tables["hard"], Heading(said["other_problems"], 2), _to_write("other_problems_write")]

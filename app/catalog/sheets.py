"""Facts as they stand in a cell of a table: read by officials in Excel, written by the export, understood again by the import."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field

from app.catalog.content import (
    UNKNOWN,
    Channel,
    Fee,
    FeeStatus,
    OnlineLevel,
    Paper,
    PaperKind,
    ProcessingTime,
    Strict,
    TimeUnit,
    Unknown,
)
from app.catalog.yaml_loader import read_document


class Column(Strict):
    """A column: how the export calls it, and how provinces call it."""

    heading: str | None = None
    known_as: tuple[str, ...] = ()


class Sheets(Strict):
    """`sheets.yaml`: columns by name, and the words for every value of the content model."""

    columns: dict[str, Column]
    levels: dict[OnlineLevel, str]
    level_words: dict[OnlineLevel, tuple[str, ...]]
    channels: dict[Channel, str]
    channel_words: dict[Channel, tuple[str, ...]]
    units: dict[TimeUnit, str]
    fees: dict[FeeStatus, str] = Field(description="Every status but `amount`.")
    paper_kinds: dict[PaperKind, str]


@cache
def sheets() -> Sheets:
    """The columns and words. Raises ContentError or ValidationError when `sheets.yaml` is broken."""
    return Sheets.model_validate(read_document(Path(__file__).with_name("sheets.yaml")).data)


def one_time(time: ProcessingTime) -> str:
    """`5 ngày làm việc`."""
    unit = sheets().units[time.unit]
    return unit if time.unit is TimeUnit.SAME_WORKING_DAY else f"{time.value} {unit}"


def one_amount(fee: Fee) -> str:
    """`8.000 đồng/bản`, or the words of a status without an amount."""
    if fee.amount is None:
        return sheets().fees[fee.status]
    return f"{fee.amount:,} đồng".replace(",", ".") + (f"/{fee.per}" if fee.per else "")


def time_cell(times: tuple[ProcessingTime, ...] | Unknown) -> str:
    """One line per way of filing; empty when it is not known."""
    return "" if times == UNKNOWN else "\n".join(_line(time.channel, one_time(time), time.note) for time in times)


def fees_cell(fees: tuple[Fee, ...] | Unknown) -> str:
    """One line per fee: `Nộp trực tiếp: 8.000 đồng/bản (ghi chú) [căn cứ: …]`; empty when it is not known."""
    return "" if fees == UNKNOWN else "\n".join(_line(fee.channel, one_amount(fee), fee.note, fee.basis) for fee in fees)


def papers_cell(papers: tuple[Paper, ...] | Unknown) -> str:
    """One paper a line, with the number of copies and when it is needed."""
    return "" if papers == UNKNOWN else "\n".join(f"• {_paper(paper)}" for paper in papers)


def _line(channel: Channel, words: str, note: str | None, basis: str | None = None) -> str:
    way = sheets().channels[channel]
    return (f"{way}: " if way else "") + words + (f" ({note})" if note else "") + (f" [căn cứ: {basis}]" if basis else "")


def _paper(paper: Paper) -> str:
    counts = [f"{count} {kind}" for count, kind in ((paper.originals, "bản chính"), (paper.copies, "bản sao")) if count]
    details = [sheets().paper_kinds[paper.kind], *counts, *([f"mẫu: {paper.form}"] if paper.form else [])]
    more = [f"Chỉ khi: {paper.only_if}" if paper.only_if else "", paper.note or ""]
    return " ".join([f"{paper.name} ({', '.join(details)})", *filter(None, more)])

"""Figures as tables with names, once for the console, the report, the spreadsheet and the CSV file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.paper.places import SLIP
from app.statistics.charts import Chart, Row, bars, columns
from app.statistics.figures import Asked, Figures, ordered
from app.statistics.periods import Period
from app.statistics.repository import ANSWERED, ELSEWHERE
from app.statistics.targets import Metric, Progress
from app.statistics.words import duration, number, percent, words
from app.subscribers.service import few

Unit = Literal["text", "count", "percent", "few"]
MOST_ROWS = 10
MOST_BARS = 8
SLOWEST = {"order": "slowest"}
"""All answers, those first that took longest."""


@dataclass(frozen=True)
class Names:
    """How people call what figures know by a key."""

    procedure: Callable[[str], str]
    topic: Callable[[str], str]
    groups: Mapping[int, str]
    hard: Mapping[str, str]
    places: Mapping[str, str]

    def group(self, group_id: int | None) -> str:
        """The residential group's name; the words for none."""
        return str(words()["no_group"]) if group_id is None else self.groups.get(group_id, f"{group_id}")

    def place(self, tag: str) -> str:
        """A place as whoever printed its codes typed it."""
        fixed = {"": words()["no_place"], SLIP: words()["slip_place"], ELSEWHERE: words()["elsewhere"]}
        return str(fixed.get(tag) or self.places.get(tag, tag))


@dataclass(frozen=True)
class Line:
    """One row: cells in the units of its table, and which list opens at it."""

    cells: tuple[Any, ...]
    opens: Mapping[str, str] | str | None = None
    """Conditions for the list of answers, or the address of another page."""


@dataclass(frozen=True)
class Table:
    """A table with its words. `chart`: the same drawn; it may show fewer rows."""

    key: str
    units: tuple[Unit, ...]
    lines: tuple[Line, ...]
    chart: Chart | None = None
    linked: int = 1
    """The column whose number opens the list."""

    @property
    def title(self) -> str:
        return str(words()["tables"][self.key]["title"])

    @property
    def columns(self) -> list[str]:
        return list(words()["tables"][self.key]["columns"])

    @property
    def note(self) -> str:
        return str(words()["tables"][self.key].get("note", ""))

    @property
    def empty(self) -> str:
        return str(words()["tables"][self.key].get("empty", words()["tables"]["none"]))

    def said(self, line: Line) -> list[str]:
        """The cells as people read them."""
        return [_said(unit, cell) for unit, cell in zip(self.units, line.cells, strict=True)]


def _said(unit: Unit, cell: Any) -> str:
    if unit == "text":
        return str(cell)
    if unit == "few":
        return few(cell)
    if unit == "percent":
        return percent(cell)
    return "–" if cell is None else number(cell)


@dataclass(frozen=True)
class Headline:
    """One large number. `before`: the same of the time before, in words, where that says something."""

    key: str
    said: str
    opens: Mapping[str, str] | str | None = None
    before: str = ""

    @property
    def label(self) -> str:
        return str(words()["headline"][self.key])


def headlines(figures: Figures) -> list[Headline]:
    """The few numbers at the top."""
    asked, before, helped = figures.asked, figures.before, figures.times_helped
    earlier = _name(figures.compared, figures.period)

    def compared(said: str) -> str:
        return str(words()["before"]).format(name=earlier, count=said) if before.total else ""

    found = [
        Headline(
            "questions",
            number(asked.total) if asked.total or not figures.erased else str(words()["too_few"]),
            {},
            compared(number(before.total)),
        ),
        Headline("answered", percent(asked.share(*ANSWERED)), {"status": "answered"}, compared(percent(before.share(*ANSWERED)))),
        Headline("clarify", percent(asked.share("clarify")), {"status": "clarify"}, compared(percent(before.share("clarify")))),
        Headline("unknown", percent(asked.share("unknown")), {"status": "unknown"}, compared(percent(before.share("unknown")))),
        Headline("disliked", percent(asked.disliked), {"feedback": "bad"}, compared(percent(before.disliked))),
        Headline("p50", duration(figures.p50), SLOWEST),
        Headline("p99", duration(figures.p99), SLOWEST),
        Headline("scans", number(figures.scans), "#places"),
        Headline("announced", number(figures.announced), "#sent"),
        Headline("reached", percent(figures.reached), "#sent"),
        Headline("followers", few(figures.followers), "/can-bo/nguoi-theo-doi"),
        Headline("helped", number(helped), f"/can-bo/so-lieu/luot-giup?ky={figures.period.key}"),
    ]
    if helped:
        found.append(Headline("self_filed", percent((helped - figures.behalf) / helped), "#helped"))
        found.append(Headline("full_online", percent(figures.full_online / helped), "#helped"))
    if figures.services or figures.visits:
        found.append(Headline("sunday", number(sum(figures.visits.values())), "#sunday"))
    return found


def _name(compared: Period, period: Period) -> str:
    """«tháng 10/2026», or «1–22/10/2026» when only its first days stand beside."""
    whole = compared == period.before()
    return (
        compared.name
        if whole
        else f"{compared.first.day}/{compared.first.month}–{compared.last.day}/{compared.last.month}/{compared.last.year}"
    )


def tables(figures: Figures, names: Names) -> dict[str, Table]:
    """All tables of a period, by key, in the order they are read."""
    made = [
        _status(figures.asked),
        _trend(figures.months),
        _procedures(figures, names),
        _rising(figures, names),
        _channels(figures.asked),
        _feedback(figures.asked),
        _places(figures, names),
        _sent(figures),
        _topics(figures, names),
        _groups(figures, names),
        _helped(figures, names),
        _hard(figures, names),
        _sunday(figures),
    ]
    return {table.key: table for table in made}


def _status(asked: Asked) -> Table:
    labels = words()["status"]
    lines = tuple(
        Line((label, asked.by_status[status], asked.share(status)), {"status": status}) for status, label in labels.items() if asked.total
    )
    rows = [Row(line.cells[0], line.cells[1], words=f"{number(line.cells[1])} ({percent(line.cells[2])})") for line in lines]
    return _made("status", ("text", "count", "percent"), lines, rows)


def _trend(months: Sequence[tuple[Period, Asked]]) -> Table:
    known = [(month, asked) for month, asked in months]
    while known and not known[0][1].total and len(known) > 1:
        known.pop(0)  # a ward that began in May has no empty columns from January on
    lines = tuple(
        Line((month.name.capitalize(), asked.total, asked.share(*ANSWERED), asked.share("unknown")), f"/can-bo/so-lieu?ky={month.key}")
        for month, asked in reversed(known)
    )
    feet = [month.short if at == 0 or month.first.month == 1 else str(month.first.month) for at, (month, _) in enumerate(known)]
    chart = columns(str(words()["tables"]["trend"]["title"]), [(foot, asked.total) for foot, (_, asked) in zip(feet, known, strict=True)])
    return Table("trend", ("text", "count", "percent", "percent"), lines, chart if any(asked.total for _, asked in known) else None)


def _procedures(figures: Figures, names: Names) -> Table:
    found = ordered(figures.asked.by_code)[:MOST_ROWS]
    before = figures.before.by_code if figures.is_compared else dict[str, int]()
    lines = tuple(
        Line((names.procedure(code), count, before.get(code, 0 if figures.is_compared else None)), {"code": code}) for code, count in found
    )
    return _made("procedures", ("text", "count", "count"), lines, [Row(line.cells[0], line.cells[1]) for line in lines])


def _rising(figures: Figures, names: Names) -> Table:
    lines = tuple(Line((names.procedure(each.code), each.now, each.before), {"code": each.code}) for each in figures.rising[:MOST_ROWS])
    return Table("rising", ("text", "count", "count"), lines)


def _channels(asked: Asked) -> Table:
    labels = words()["channels"]
    lines = tuple(
        Line((labels.get(channel, channel), count, count / asked.total), {"channel": channel})
        for channel, count in ordered(asked.by_channel)
    )
    return Table("channels", ("text", "count", "percent"), lines)


def _feedback(asked: Asked) -> Table:
    labels = words()["feedback"]
    judged = sum(asked.by_feedback.values())
    lines = tuple(Line((label, asked.by_feedback[word]), {"feedback": word}) for word, label in labels.items() if judged)
    return Table("feedback", ("text", "count"), lines)


def _places(figures: Figures, names: Names) -> Table:
    key = figures.period.key
    lines = tuple(Line((names.place(tag), count), f"/can-bo/so-lieu/quet?ky={key}&noi={tag}") for tag, count in figures.places)
    return Table("places", ("text", "count"), lines)


def _sent(figures: Figures) -> Table:
    lines = tuple(
        Line((each.title, each.total, each.got, each.got / each.total if each.total else None), f"/can-bo/gui-tin/{each.id}")
        for each in reversed(figures.sent)
    )
    return Table("sent", ("text", "count", "count", "percent"), lines)


def _topics(figures: Figures, names: Names) -> Table:
    found = sorted(figures.by_topic.items(), key=lambda each: (-each[1], each[0]))
    return Table("topics", ("text", "few"), tuple(Line((names.topic(topic), count), "/can-bo/nguoi-theo-doi") for topic, count in found))


def _groups(figures: Figures, names: Names) -> Table:
    found = sorted(figures.by_group.items(), key=lambda each: (each[0] is None, names.group(each[0])))
    return Table("groups", ("text", "few"), tuple(Line((names.group(group), count), "/can-bo/nguoi-theo-doi") for group, count in found))


def _helped(figures: Figures, names: Names) -> Table:
    key = figures.period.key
    lines = tuple(
        Line((names.procedure(each.code), each.alone, each.behalf, each.total), f"/can-bo/so-lieu/luot-giup?ky={key}&thu-tuc={each.code}")
        for each in figures.helped
    )
    rows = [Row(line.cells[0], line.cells[1], line.cells[2]) for line in lines]
    legend = (words()["filed"]["alone"], words()["filed"]["behalf"])
    return replace(_made("helped", ("text", "count", "count", "count"), lines, rows, legend), linked=3)


def _hard(figures: Figures, names: Names) -> Table:
    found = ordered(figures.hard)
    key = figures.period.key
    lines = tuple(Line((names.hard.get(each, each), count), f"/can-bo/so-lieu/luot-giup?ky={key}&vuong={each}") for each, count in found)
    return _made("hard", ("text", "count"), lines, [Row(line.cells[0], line.cells[1]) for line in lines])


def _sunday(figures: Figures) -> Table:
    days = sorted({*figures.services, *figures.visits})
    key = figures.period.key
    return Table(
        "sunday",
        ("text", "count"),
        tuple(
            Line((f"{day.day}/{day.month}/{day.year}", figures.visits.get(day, 0)), f"/can-bo/so-lieu/luot-giup?ky={key}&ngay={day}")
            for day in days
        ),
    )


def _made(key: str, units: tuple[Unit, ...], lines: tuple[Line, ...], rows: Sequence[Row], legend: tuple[str, str] | None = None) -> Table:
    chart = bars(str(words()["tables"][key]["title"]), rows[:MOST_BARS], legend) if rows else None
    return Table(key, units, lines, chart)


def targets_table(found: Sequence[Progress]) -> Table:
    """The targets of the year and where they stand."""
    return Table(
        "targets", ("text", "text", "text"), tuple(Line((each.metric.label, goal_words(each), value_words(each))) for each in found)
    )


def goal_words(progress: Progress) -> str:
    """«95 %», «1.000»."""
    return f"{number(progress.goal)}{' %' if progress.metric.is_percent else ''}"


def value_words(progress: Progress) -> str:
    """«87,5 %», «640», or that too little is known."""
    if progress.value is None:
        return str(words()["too_few"])
    return percent(progress.value / 100) if progress.metric.is_percent else _counted(progress)


def _counted(progress: Progress) -> str:
    assert progress.value is not None
    return few(int(progress.value)) if progress.metric is Metric.FOLLOWERS else number(progress.value)


def files_table(rows: Sequence[Any]) -> Table:
    """What was typed in of the months."""
    lines = tuple(Line((f"{row.month.month}/{row.month.year}", row.received, row.online, row.on_time)) for row in rows)
    return Table("files", ("text", "count", "count", "count"), lines)

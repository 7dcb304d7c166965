"""The catalog is read whole or not at all; its version names its content; what is served survives a broken file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import app.main
from app.assistant.knowing import KnowledgeHolder
from app.assistant.pipeline import Pipeline
from app.catalog.loader import load_catalog, procedure_files, read_catalog
from app.catalog.yaml_loader import ContentError, read_document
from app.commune import load_commune
from app.main import _stamp
from app.settings import ROOT, Settings
from app.templates import environment
from tests.catalog.small_catalog import FIRST, GONE, SECOND, changed, layer, procedure, write_catalog

OTHER = procedure("1.000002", "Đổi tên đường")


# --- versions ------------------------------------------------------------------------------------------------------


def test_the_same_files_have_the_same_version_wherever_they_lie(tmp_path: Path) -> None:
    one, two = write_catalog(tmp_path / "one"), write_catalog(tmp_path / "two")
    assert load_catalog(one).version == load_catalog(two).version
    assert len(load_catalog(one).version) == 12


@pytest.mark.parametrize(
    "change",
    [
        {FIRST: changed(procedure(), {"cases.0.fees.0.amount": "9000"})},
        {FIRST: None},
        {"ho-tich/1.000003-ten-moi.yaml": procedure("1.000003", "Tên khác hẳn")},
        {"fields.yaml": {"fields": [{"id": "ho-tich", "name": "Hộ tịch mới", "about": "Khai sinh và khai tử."}]}},
        {"lexicon.yaml": "replace: {ko: khong}\n"},
        {"intents.yaml": "intents: []\n"},
        {"locales/da-nang/1.000001.yaml": layer()},
    ],
    ids=["an amount", "a file less", "a file more", "fields", "the lexicon", "intents", "a layer"],
)
def test_whatever_can_change_an_answer_changes_the_version(tmp_path: Path, change: dict[str, object]) -> None:
    before = load_catalog(write_catalog(tmp_path / "before"))
    after = load_catalog(write_catalog(tmp_path / "after", change))
    assert before.version != after.version


def test_a_renamed_file_changes_the_version(tmp_path: Path) -> None:
    before = load_catalog(write_catalog(tmp_path)).version
    (tmp_path / FIRST).rename(tmp_path / "ho-tich/1.000001-ten-tep-moi.yaml")
    assert load_catalog(tmp_path).version != before


def test_what_is_no_content_does_not_change_the_version(tmp_path: Path) -> None:
    before = load_catalog(write_catalog(tmp_path)).version
    (tmp_path / "README.md").write_text("đọc tôi")
    (tmp_path / "_schema.json").write_text("{}")
    assert load_catalog(tmp_path).version == before


def test_a_new_day_does_not_change_the_version_nor_the_procedures(tmp_path: Path) -> None:
    write_catalog(tmp_path)
    assert load_catalog(tmp_path) == load_catalog(tmp_path)


# --- reading -------------------------------------------------------------------------------------------------------


def test_files_of_procedures_are_those_of_the_fields(tmp_path: Path) -> None:
    write_catalog(tmp_path, {"locales/da-nang/1.000001.yaml": layer(), "ho-tich/_mau.yaml": "x", "ho-tich/ghi-chep.txt": "x"})
    assert [path.relative_to(tmp_path).as_posix() for path in procedure_files(tmp_path)] == [FIRST, SECOND]


def test_load_raises_all_errors_and_no_reminders(tmp_path: Path) -> None:
    files = {FIRST: changed(procedure(), {"name": ""}), SECOND: changed(OTHER, {"notes": ["Giấy nêu trên còn hạn."], "replaced_by": "1.9"})}
    with pytest.raises(ContentError) as caught:
        load_catalog(write_catalog(tmp_path, files))
    assert {(problem.file, problem.field) for problem in caught.value.problems} == {(FIRST, "name"), (SECOND, "replaced_by")}


def test_a_broken_catalog_still_shows_the_procedures_that_could_be_read(tmp_path: Path) -> None:
    reading = read_catalog(write_catalog(tmp_path, {FIRST: "a: ["}))
    assert reading.catalog is None
    assert set(reading.procedures) == {"1.000002"}


def test_a_replaced_procedure_leads_to_its_successor_even_in_a_circle(tmp_path: Path) -> None:
    third = procedure("1.000003", "Tên khác hẳn")
    files = {
        FIRST: changed(procedure(), {"replaced_by": "1.000002"}),
        SECOND: changed(OTHER, {"replaced_by": "1.000003"}),
        "ho-tich/1.000003-ten.yaml": third,
    }
    catalog = load_catalog(write_catalog(tmp_path / "line", files))
    current = catalog.current("1.000001")
    assert current is not None
    assert current.code == "1.000003"
    assert [p.code for p in catalog.in_force()] == ["1.000003"]
    files["ho-tich/1.000003-ten.yaml"] = changed(third, {"replaced_by": "1.000001"})
    assert load_catalog(write_catalog(tmp_path / "circle", files)).current("1.000001") is not None
    assert catalog.current("9.999999") is None


# --- serving -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def word_lists() -> dict[str, Any]:
    """The real word lists, with fewer examples: they load faster."""
    intents = read_document(ROOT / "procedures" / "intents.yaml").data
    for intent in intents["intents"]:
        intent["examples"] = intent["examples"][:2]
    return {"intents.yaml": intents, "lexicon.yaml": read_document(ROOT / "procedures" / "lexicon.yaml").data}


@pytest.fixture
def served(tmp_path: Path, word_lists: dict[str, Any]) -> Path:
    """The small catalog with word lists."""
    return write_catalog(tmp_path, word_lists)


def _fee(holder: KnowledgeHolder) -> str:
    """What a citizen is told now."""
    commune = load_commune(ROOT / "procedures" / "commune.sample.yaml")
    pipeline = Pipeline(holder, commune, environment(), Settings(_env_file=None))
    turn = pipeline.ask("đặt tên đường bao nhiêu tiền", [])
    assert turn.reply is not None
    return turn.reply.as_text()


def test_a_changed_file_is_served_after_a_reload(served: Path) -> None:
    holder = KnowledgeHolder(served, None)
    before = holder.now.catalog.version
    assert "8.000 đồng" in _fee(holder)
    write_catalog(served, {FIRST: changed(procedure(), {"cases.0.fees.0.amount": "9000"})})
    assert "8.000 đồng" in _fee(holder)
    assert holder.reload() is None
    assert "9.000 đồng" in _fee(holder)
    assert holder.now.catalog.version != before


@pytest.mark.parametrize(
    "broken",
    [
        {FIRST: "a: ["},
        {FIRST: changed(procedure(), {"cases.0.fees.0.amount": "9.000"})},
        {FIRST: ""},
        {SECOND: changed(OTHER, {"code": "1.000001"})},
        {"fields.yaml": "fields: x\n"},
        {"lexicon.yaml": "replace: [\n"},
        {"intents.yaml": ""},
    ],
    ids=["no yaml", "an amount with dots", "empty", "a code twice", "fields", "the lexicon", "intents"],
)
def test_a_broken_file_keeps_the_last_good_catalog_and_a_mended_one_is_taken(served: Path, broken: dict[str, str]) -> None:
    holder = KnowledgeHolder(served, None)
    before = holder.now
    kept = {name: (served / name).read_text("utf-8") for name in broken}
    write_catalog(served, {**kept, **broken})
    error = holder.reload()
    assert isinstance(error, ContentError)
    assert error.problems
    assert holder.now is before
    assert "8.000 đồng" in _fee(holder)
    write_catalog(served, {**kept, FIRST: changed(procedure(), {"cases.0.fees.0.amount": "9000"})})
    assert holder.reload() is None
    assert "9.000 đồng" in _fee(holder)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("intents.yaml", {"intents.0.said.0": r"\b((tu tu"}),
        ("intents.yaml", {"aspects.fee.0": r"\b((phi"}),
        ("intents.yaml", {"follow_up": GONE}),
        ("intents.yaml", {"aspects.gi-do": ["x"]}),
        ("intents.yaml", {"intents.0": "emergency"}),
        ("lexicon.yaml", {"markers": GONE}),
        ("lexicon.yaml", {"deniable.0": "gi-do"}),
        ("lexicon.yaml", {"replace": "ko"}),
    ],
    ids=[
        "a pattern",
        "an aspect's pattern",
        "a key",
        "an aspect nobody has",
        "an intent that is a word",
        "markers",
        "a marker nobody has",
        "no pairs",
    ],
)
def test_broken_word_lists_keep_the_last_good_catalog_too(
    served: Path, word_lists: dict[str, Any], name: str, changes: dict[str, object]
) -> None:
    holder = KnowledgeHolder(served, None)
    before = holder.now
    write_catalog(served, {**word_lists, name: changed(word_lists[name], changes)})
    assert isinstance(holder.reload(), ContentError)
    assert holder.now is before


def test_the_watcher_sees_files_come_change_and_go(served: Path) -> None:
    stamps = [_stamp(served)]
    (served / "ho-tich/moi.yaml").write_text("a: b\n")
    stamps.append(_stamp(served))
    (served / "ho-tich/moi.yaml").unlink()
    stamps.append(_stamp(served))
    path = served / FIRST
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    stamps.append(_stamp(served))
    assert stamps[0] == stamps[2]
    assert len(set(stamps)) == 3


async def test_the_watcher_outlives_a_file_that_vanishes_while_it_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    reloaded = asyncio.Event()

    class Holder:
        def reload(self) -> None:
            loop.call_soon_threadsafe(reloaded.set)

    def stamp(_folder: Path) -> tuple[tuple[str, int], ...]:
        looks.append(1)
        if len(looks) == 2:
            raise FileNotFoundError
        return (("a.yaml", len(looks)),)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(app.main, "RELOAD_SECONDS", 0.01)
    monkeypatch.setattr(app.main, "_stamp", stamp)
    watching = asyncio.create_task(app.main._watch_catalog(Holder(), tmp_path))  # type: ignore[arg-type]
    waiting = asyncio.create_task(reloaded.wait())
    await asyncio.wait({watching, waiting}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    waiting.cancel()
    assert reloaded.is_set()

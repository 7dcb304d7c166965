"""Questions that were not answered well: seen in groups, taught to a procedure, put aside."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.console.desk import Desk, running_desk
from tests.questions.source_tree import make_source_tree

PATH = "/can-bo/cau-hoi"
ODD = "bé nhà em ra đời xong muốn có tờ giấy đầu tiên của đời người"
MARRIED = "hai đứa muốn về chung một nhà cho đúng phép nước"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server on a catalog of its own: teaching writes files."""
    root = tmp_path_factory.mktemp("questions")
    folder = make_source_tree(root / "tree")
    shutil.copyfile(ROOT / "procedures" / "topics.yaml", folder / "topics.yaml")
    commune = str(folder / "commune.sample.yaml")
    with running_desk(root / "run", GANDAN_PROCEDURES_DIR=str(folder), GANDAN_COMMUNE_FILE=commune) as desk:
        yield desk


def _asked(desk: Desk, text: str, commune: int = 1) -> None:
    number = desk.sql("select count(*) from answers")[0][0]
    desk.sql(
        "insert into answers (id, commune_id, channel, message_id, asked_at, masked_text, status, intent, aspects, confidence, catalog_version,"
        " elapsed_ms, app_version, reply) values (?, ?, 'web', ?, datetime('now', '-1 hour'), ?, 'unknown', 'procedure', '[]', 0, 'v', 1, '1', '{}')",
        f"{number:032x}", commune, f"m{number}", text,
    )  # fmt: skip


def _group(desk: Desk, text: str) -> str:
    page = html.unescape(desk.official("official").get(f"{PATH}?ngay=30").text)
    after = page.split(f"«{text}»", 1)[1]
    return after.split(f'href="{PATH}/', 1)[1][:6]


def test_teaching_writes_the_way_of_asking_and_its_test(own: Desk) -> None:
    _asked(own, ODD)
    _asked(own, ODD)
    _asked(own, "câu hỏi của xã khác hoàn toàn", commune=2)
    page = html.unescape(own.official("official").get(PATH).text)
    assert ODD in page
    assert "xã khác" not in page
    assert "Xem 1 câu" in html.unescape(own.official("editor").get("/can-bo").text)
    group = _group(own, ODD)
    refused = own.official("official").post(f"{PATH}/{group}/day", {"text": "  ", "code": "1.001193"})
    assert refused.status_code == 422
    assert own.official("official").post(f"{PATH}/{group}/day", {"text": ODD, "code": "9.999999"}).status_code == 422
    broken = own.data.parent.parent / "tree" / "procedures" / "ho-tich" / "9.999999-hong.yaml"
    broken.write_text("code: [", "utf-8")
    refused = own.official("official").post(f"{PATH}/{group}/day", {"text": ODD, "code": "1.001193"})
    broken.unlink()
    assert refused.status_code == 422
    assert "tệp hỏng" in refused.text
    own.sql(
        "insert into ask_proposals (commune_id, text, code, proposed_name, proposed_at) values (1, ?, '1.001193', 'An', datetime('now'))",
        ODD,
    )
    done = own.official("official").post(f"{PATH}/{group}/day", {"text": ODD, "code": "1.001193"})
    assert done.status_code == 200, done.text
    assert "Đã dạy" in done.text
    assert own.sql("select count(*) from ask_proposals where done_at is null") == [(0,)]
    tree = own.data.parent.parent / "tree"
    lines = [json.loads(line) for line in (tree / "tests/understanding/taught.jsonl").read_text("utf-8").splitlines()]
    assert lines == [{"text": ODD, "code": "1.001193"}]
    assert any(ODD in path.read_text("utf-8") for path in (tree / "procedures" / "ho-tich").glob("1.001193-*.yaml"))
    assert ODD not in html.unescape(own.official("official").get(PATH).text.split("flashes")[1].split("</div>", 1)[1])
    assert [line for line in own.sentences() if "dạy cách hỏi" in line]


def test_where_files_cannot_be_written_it_becomes_a_proposal(own: Desk) -> None:
    tests = own.data.parent.parent / "tree" / "tests"
    away = tests.rename(tests.with_name("away"))
    try:
        _asked(own, MARRIED)
        done = own.official("editor").post(f"{PATH}/{_group(own, MARRIED)}/day", {"text": MARRIED, "code": "1.000894"})
        assert "Đã gửi đề nghị" in done.text
        assert own.sql("select text, code, proposed_name from ask_proposals where done_at is null")[0][:2] == (MARRIED, "1.000894")
        assert "gandan questions proposals" in own.official("official").get(PATH).text
    finally:
        Path(away).rename(tests)


def test_what_was_cut_off_after_writing_the_files_is_finished_by_teaching_again(own: Desk) -> None:
    text, code = "xin cái giấy chứng tôi còn độc thân để lấy vợ", "1.004873"
    _asked(own, text)
    group = _group(own, text)
    own.sql("create trigger cut before insert on audit_entries begin select raise(abort, 'cut'); end")
    assert own.official("editor").post(f"{PATH}/{group}/day", {"text": text, "code": code}).status_code == 500
    own.sql("drop trigger cut")
    assert _group(own, text) == group, "nothing was marked without its line in the record"
    before = len(own.sentences())
    done = own.official("editor").post(f"{PATH}/{group}/day", {"text": text, "code": code})
    assert "Đã dạy" in done.text
    assert [line for line in own.sentences()[before:] if "dạy cách hỏi" in line]
    taught = (own.data.parent.parent / "tree" / "tests/understanding/taught.jsonl").read_text("utf-8")
    assert taught.count(text) == 1
    other = "vợ tôi cũng cần tờ giấy nói rằng còn một mình"
    _asked(own, other)
    refused = own.official("editor").post(f"{PATH}/{_group(own, other)}/day", {"text": text, "code": code})
    assert (refused.status_code, "không cần dạy nữa" in html.unescape(refused.text)) == (422, True)


def test_putting_aside_asks_once_more(own: Desk) -> None:
    text = "hôm nay trời đẹp quá ta ơi"
    _asked(own, text)
    group = _group(own, text)
    assert "Bỏ qua nhóm này?" in own.official("official").get(f"{PATH}/{group}/bo-qua").text
    assert "Đã bỏ qua 1 câu" in own.official("official").post(f"{PATH}/{group}/bo-qua").text
    assert own.official("official").get(f"{PATH}/{group}").status_code == 404


def test_ids_that_are_none_are_not_found(own: Desk) -> None:
    official = own.official("official")
    for path in ("/xxxxxx", "/000000", "/..%2f..", "/%00", "/" + "a" * 5_000):
        assert official.get(PATH + path).status_code in (404, 400), path
    assert official.get(f"{PATH}?ngay=99999999&vi=nonsense").status_code == 200
    assert own.official("volunteer_lead").get(PATH).status_code == 403

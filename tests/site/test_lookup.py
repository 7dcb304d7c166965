"""The lookup page: what it takes along is the whole catalog, small, and the same for everyone."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN
from app.catalog.loader import load_catalog
from app.commune import load_commune
from app.settings import ROOT, Settings
from app.site.lookup import BESIDE, FILES
from app.site.lookup_data import LookupData, LookupHolder, build
from app.site.lookup_packing import CAPACITY, LONG, ONE_BYTE, pack, packed_texts, squeezed
from app.site.lookup_words import HASH_BITS, Learned, NameVectors, classes_of, hashed
from app.site.static_files import static_files
from app.templates import environment
from app.understanding.terms import Entry, Kind
from app.understanding.text import Normalizer
from tests.catalog.small_catalog import FIRST, SECOND, case, procedure, write_catalog
from tests.site.conftest import Site, Visitor

WHOLE_LIMIT = 300_000
LZMA = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 0, "dict_size": 1 << 26}]


# --- reading it back, as the page does -----------------------------------------------------------------------------
def opened(body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The head and the sections of a squeezed container."""
    size = int.from_bytes(body[:4], "big")
    plain = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=LZMA).decompress(body[4:], max_length=size)
    assert len(plain) == size
    length = int.from_bytes(plain[:4], "big")
    head = json.loads(plain[4 : 4 + length])
    at, sections = 4 + length, {}
    for name, count in head["sections"].items():
        sections[name] = plain[at : at + count]
        at += count
    assert at == size
    return head, sections


def texts(sections: dict[str, bytes], names: tuple[str, ...] = ("list", "sheets")) -> list[Any]:
    """The lists of texts, what was said before put back."""
    syllables = sections["syllables"].decode().split("\n")
    said: list[str] = []

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(each) for each in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return said[value]
        if isinstance(value, str) and len(value) >= LONG:
            said.append(value)
        return value

    return [told(json.loads("".join(_syllables(sections[name], syllables)))) for name in names]


def _syllables(stream: bytes, syllables: list[str]) -> Iterator[str]:
    rest = iter(stream)
    for first in rest:
        yield syllables[first if first < ONE_BYTE else ONE_BYTE + (first - ONE_BYTE) * 256 + next(rest)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, Path]:
    """A catalog of two, one of which knows next to nothing."""
    papers = [{"name": "Đơn xin đặt tên 🏡 đường", "kind": "fill", "form": "mẫu 01", "only_if": "Khi đường chưa có tên"}]
    knows_nothing = case(papers="unknown", time="unknown", fees="unknown")
    files = {
        FIRST: procedure(name="Đặt tên đường", cases=[case(papers=papers)], portal_id="0123abcd-0123-0123-0123-0123456789ab"),
        SECOND: procedure("1.000002", "Đổi tên hẻm", cases=[knows_nothing], steps="unknown", conditions="unknown", channels="unknown"),
    }
    folder = tmp_path_factory.mktemp("small")
    write_catalog(folder, files)
    for name in ("lexicon.yaml",):
        (folder / name).write_bytes((ROOT / "procedures" / name).read_bytes())
    return load_catalog(folder, None), folder


# --- packing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "value",
    [
        [],
        [[]],
        ["", "a", None, "x"],
        ["Giấy tờ tùy thân của người nộp", ["Giấy tờ tùy thân của người nộp"], True],
        ["🏡" * 11, "🏡" * 12, "🏡" * 11, "🏡" * 12],
        ['Dấu " và \\ và \n xuống dòng, dòng hai', "1234567890 đồng, 50.000 đồng", "e\u0301 chưa ghép"],
    ],
)
def test_texts_come_back_as_they_were(value: list[Any]) -> None:
    def trimmed(each: Any) -> Any:
        if not isinstance(each, list):
            return each
        kept = [trimmed(one) for one in each]
        while kept and kept[-1] is None:
            kept.pop()
        return kept

    assert texts(pack({"list": value, "sheets": [value]})) == [trimmed(value), [trimmed(value)]]


def test_a_long_text_is_sent_once() -> None:
    long = "Nộp tại Trung tâm Phục vụ hành chính công của phường"
    assert len(pack({"a": [long]})["a"]) + 20 > len(pack({"a": [long, long]})["a"])


def test_more_syllables_than_numbers_are_spelled_out() -> None:
    words = [f"{a}{b}{c}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz" for c in "abcdefghijklmnopqrstuvwxy"]
    assert len(words) > CAPACITY
    text = json.dumps([" ".join(words)])
    packed = packed_texts({"a": text})
    assert len(packed["syllables"].split(b"\n")) <= CAPACITY
    assert "".join(_syllables(packed["a"], packed["syllables"].decode().split("\n"))) == text


# --- what is in it -----------------------------------------------------------------------------------------------------
def test_the_small_catalog_is_told_whole_and_what_is_unknown_is_said_so(small: tuple[Catalog, Path]) -> None:
    catalog, folder = small
    head, sections = opened(build(catalog, folder, environment()).file.body)
    listed, sheets = texts(sections)
    by_code = {row[0]: (row, sheet) for row, sheet in zip(listed, sheets, strict=True)}
    row, sheet = by_code["1.000001"]
    assert row[1:3] == ["Đặt tên đường", "Thủ tục đặt tên đường"]
    assert sheet[7][0][5] == [["Đơn xin đặt tên 🏡 đường", "điền theo mẫu 01", "Khi đường chưa có tên"]]
    assert sheet[13] == ["Cổng Dịch vụ công quốc gia, ngày 18/7/2026"]
    assert sheet[14] == "22/11/2026"
    _, empty = by_code["1.000002"]
    assert [empty[at] for at in (4, 6, 9)] == ["?", "?", "?"]
    assert empty[7][0][3:] == ["Chưa có thông tin, bạn hỏi bộ phận một cửa.", "?", "?"]
    assert head["day"] == "2026-11-22"
    assert sections["portal"] in {
        bytes(16) + bytes.fromhex("0123abcd01230123012301234567 89ab"),
        bytes.fromhex("0123abcd012301230123012345 6789ab") + bytes(16),
    }


def test_the_same_catalog_gives_the_same_bytes_and_another_gives_others(small: tuple[Catalog, Path], tmp_path: Path) -> None:
    catalog, folder = small
    first = build(catalog, folder, environment())
    assert build(catalog, folder, environment()).file.digest == first.file.digest
    write_catalog(tmp_path, {FIRST: procedure(name="Đặt tên cầu"), SECOND: procedure("1.000002", "Đổi tên hẻm")})
    for name in ("lexicon.yaml",):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    other = build(load_catalog(tmp_path, None), tmp_path, environment())
    assert other.version != first.version
    assert other.file.digest != first.file.digest


async def test_it_is_made_once_for_each_version(small: tuple[Catalog, Path]) -> None:
    catalog, folder = small
    holder = LookupHolder(environment(), folder)
    first = await holder.data(catalog)
    assert await holder.data(catalog) is first


def test_every_procedure_is_in_it_with_all_its_papers_steps_and_sources(site: Site, visitor: Visitor) -> None:
    catalog = load_catalog(ROOT / "procedures", load_commune(Settings().commune_file).locale)
    head, sections = opened(visitor.get("/tra-cuu/kho").content)
    listed, sheets = texts(sections)
    assert [row[0] for row in listed] == [each.code for each in catalog.in_force()]
    assert [name for _, name in head["fields"]] == [each.name for each in catalog.fields]
    for each, row, sheet in zip(catalog.in_force(), listed, sheets, strict=True):
        assert (row[1], row[4], sheet[0]) == (each.name, each.summary, each.where.text)
        for own, told in zip(each.cases, sheet[7], strict=True):
            assert told[0] == own.id
            named = None if own.papers == UNKNOWN else [paper.name for paper in own.papers]
            assert (None if told[5] == "?" else [paper[0] for paper in told[5]]) == named, each.code
            assert (told[4] == "?") == (own.fees == UNKNOWN)
        assert sheet[9] == ("?" if each.steps == UNKNOWN else [step.text for step in each.steps])
        assert len(sheet[13]) == len(each.sources)


def test_everything_together_is_light(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    data = visitor.get("/tra-cuu/kho").content
    there = static_files().files
    own = {name: len(gzip.compress(there[name].body, 9)) for name in (*FILES, "lookup/worker.js") if name.startswith("lookup/")}
    page = len(gzip.compress(visitor.get("/tra-cuu").content, 9))
    shared = sum(len(gzip.compress(there[name].body, 9)) for name in FILES if not name.startswith("lookup/"))
    whole = len(data) + sum(own.values()) + page
    count = len(opened(data)[1]["portal"]) // 16
    with capsys.disabled():
        print(
            f"\ntra cứu: {whole / 1000:.1f} KB cho {count} thủ tục (kho {len(data) / 1000:.1f}, mã và kiểu {sum(own.values()) / 1000:.1f}, "
            f"trang {page / 1000:.1f}); cộng chữ và kiểu chung của cả trang web {shared / 1000:.1f}"
        )
    assert whole < WHOLE_LIMIT


# --- the understanding ---------------------------------------------------------------------------------------------------
def _entry(code: str, name: str, kind: Kind = Kind.PROCEDURE) -> Entry:
    return Entry(code, kind, (name,), ())


def test_learned_weights_survive_the_file(tmp_path: Path) -> None:
    table = np.array([[4.0, 0, -2.0], [0, 0, 0], [0, 1.0, 0]], dtype=np.float32)
    learned = Learned.from_table(table, ["sinh", "không", "khai sinh"], ["a", "b", "c"], {"sinh": 70, "khai": 3}, {"khai sinh": 9})
    learned.save(tmp_path / "x.npz")
    again = Learned.load(tmp_path / "x.npz")
    assert again == learned
    assert set(again.weights) == {"sinh", "khai sinh"}


def test_a_class_that_is_gone_has_no_weights_and_a_new_one_needs_none() -> None:
    learned = Learned(0.5, ("a", "gone"), {"sinh": ((0, 3), (1, 8)), "~sính": ((1, 2),), "khai sinh": ((0, -1),)}, {"sinh": 7}, {})
    words, sections = learned.packed(["new", "a"], ["mới"])
    assert words == {"words": "mới sinh", "accented": ""}
    assert sections["counts"] == bytes([0, 1, 1])
    assert sections["columns"] == bytes([1, 1])
    assert list(np.frombuffer(sections["weights"], np.int8)) == [3, -1]


def test_large_gaps_take_more_bytes() -> None:
    learned = Learned(1.0, ("a", "b"), {"x": ((0, 1), (1, 1))}, {}, {})
    for apart, size in ((1, 2), (224, 3), (7936, 5)):
        _, sections = learned.packed(["a", *map(str, range(apart)), "b"], [])
        assert len(sections["columns"]) == size


def test_pairs_have_numbers_of_few_bits() -> None:
    assert hashed("khai sinh") == hashed("khai sinh") != hashed("sinh khai")
    assert 0 <= hashed("đăng ký") < 1 << HASH_BITS


def test_names_speak_for_what_was_never_learned() -> None:
    entries = [
        _entry("1", "Đặt tên đường"),
        _entry("2", "Đổi tên hẻm"),
        _entry("intent:x", "Chào", Kind.INTENT),
        _entry("event:x", "Mở đường", Kind.EVENT),
    ]
    ranked = classes_of(entries)
    assert [each.id for each in ranked] == ["1", "2", "event:x"]
    vectors = NameVectors.build(ranked, {"1": "Đặt tên cho con đường mới."}, Normalizer({}))
    scores = vectors.score({"hem": 1.0, "doi": 1.0, "#abc": 1.0, "~hẻm": 1.0})
    assert scores.argmax() == 1
    assert vectors.score({}).max() == vectors.score({"khongco": 1.0}).max() == 0


def test_the_learned_file_knows_the_catalog_of_today() -> None:
    held = {each.code for each in load_catalog(ROOT / "procedures", None).in_force()}
    known = set(Learned.load().classes)
    assert len(held & known) / len(held) > 0.9, "run python -m app.site.lookup_learning"


# --- over HTTP -------------------------------------------------------------------------------------------------------------
def test_the_page_searches_the_server_where_no_script_runs(visitor: Visitor) -> None:
    page = visitor.get("/tra-cuu").text
    assert re.search(r'<form[^>]*action="/thu-tuc" method="get"', page)
    assert 'name="q"' in page
    assert visitor.get("/thu-tuc?q=khai+sinh&linh-vuc=&muc=").status_code == 200
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert " style=" not in page


def test_the_data_is_kept_for_a_year_under_its_own_address_only(visitor: Visitor) -> None:
    address = re.search(r'data-file="([^"]+)"', visitor.get("/tra-cuu").text)
    assert address is not None
    answer = visitor.get(address[1])
    assert "immutable" in answer.headers["cache-control"]
    for other in ("/tra-cuu/kho", "/tra-cuu/kho?v=", "/tra-cuu/kho?v=0123456789ab"):
        stale = visitor.get(other)
        assert stale.content == answer.content
        assert stale.headers["cache-control"] == "no-cache"
    assert visitor.get("/tra-cuu/kho", **{"if-none-match": answer.headers["etag"]}).status_code == 304
    assert visitor.http.head(address[1]).headers["content-length"] == str(len(answer.content))
    assert visitor.get("/tra-cuu/kho?v=" + "x" * 5000).status_code == 422
    # Nobody compresses it a second time.
    assert "gzip" not in answer.headers.get("content-encoding", "")


def test_the_worker_names_its_version_and_every_file(visitor: Visitor) -> None:
    answer = visitor.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    head = dict(re.findall(r"^const (\w+) = (.*);$", answer.text, re.MULTILINE)[:5])
    files = json.loads(head["FILES"])
    page = visitor.get("/tra-cuu").text
    used = set(re.findall(r'(?:src|href|data-file)="(/(?:static/|tra-cuu/kho)[^"]+)"', page))
    assert used <= set(files), "the page uses what is not kept"
    for address in files:
        assert visitor.get(address).status_code == 200, address
    assert json.loads(head["BESIDE"]) == list(BESIDE)
    assert visitor.get("/sw.js").text == answer.text


def test_the_page_says_nothing_that_is_only_true_now(visitor: Visitor) -> None:
    page = visitor.get("/tra-cuu")
    assert page.content == visitor.get("/tra-cuu").content
    assert "set-cookie" not in page.headers
    assert 'class="banner' not in page.text


def test_a_phone_can_install_it(visitor: Visitor) -> None:
    answer = visitor.get("/tra-cuu/ung-dung.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    app = answer.json()
    assert (app["start_url"], app["display"], app["lang"]) == ("/tra-cuu", "standalone", "vi")
    sizes = set()
    for each in app["icons"]:
        picture = visitor.get(each["src"])
        assert picture.status_code == 200
        if each["type"] == "image/png":
            image = Image.open(io.BytesIO(picture.content))
            assert each["sizes"] == f"{image.width}x{image.height}"
            sizes.add(image.width)
            assert len(picture.content) < 10_000
    assert sizes == {192, 512}
    assert visitor.get("/tra-cuu/bieu-tuong-7.png").status_code == 404
    assert visitor.get("/tra-cuu/bieu-tuong-x.png").status_code in {404, 422}


def test_squeezing_tells_its_length() -> None:
    body = "Giấy tờ".encode() * 1000
    small = squeezed(body)
    assert int.from_bytes(small[:4], "big") == len(body)
    assert len(small) < len(body) / 20


def test_the_data_of_a_version_names_it(small: tuple[Catalog, Path]) -> None:
    catalog, folder = small
    data: LookupData = build(catalog, folder, environment())
    assert (data.version, data.count, data.day.isoformat()) == (catalog.version, 2, "2026-11-22")

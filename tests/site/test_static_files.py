"""Files of the pages: found by their hash, kept for a year, sent compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest

from app.site.static_files import FOLDER, StaticFiles, static
from tests.site.conftest import Visitor

HASHED = re.compile(r"/static/([\w./-]+)\?v=([0-9a-f]{12})")


def _client(folder: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(StaticFiles(folder)), base_url="http://site")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "one.woff2").write_bytes(b"font")
    (tmp_path / "a.css").write_text("p { src: url(fonts/one.woff2); background: url(data:image/png;base64,AA) }" + " " * 600)
    (tmp_path / "secret.key").write_text("secret")
    return tmp_path


def test_an_address_holds_the_hash_of_the_content(folder: Path) -> None:
    before = StaticFiles(folder).address("a.css")
    assert HASHED.fullmatch(before)
    (folder / "a.css").write_text("p {}")
    assert StaticFiles(folder).address("a.css") != before


def test_a_style_sheet_changes_its_address_with_its_font(folder: Path) -> None:
    before = StaticFiles(folder).address("a.css")
    (folder / "fonts" / "one.woff2").write_bytes(b"other font")
    assert StaticFiles(folder).address("a.css") != before


def test_a_font_has_one_address_in_page_and_style_sheet(folder: Path) -> None:
    files = StaticFiles(folder)
    style = files.files["a.css"].body.decode()
    assert f"url(fonts/one.woff2?v={files.files['fonts/one.woff2'].digest})" in style
    assert "url(data:image/png;base64,AA)" in style


def test_a_file_that_does_not_exist_fails_in_the_template() -> None:
    with pytest.raises(KeyError):
        static("nowhere.css")


async def test_the_right_hash_is_kept_for_a_year_another_only_minutes(folder: Path) -> None:
    files = StaticFiles(folder)
    async with _client(folder) as client:
        right = await client.get(files.address("a.css"))
        wrong = await client.get("/static/a.css?v=000000000000")
    assert right.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert wrong.headers["cache-control"] == "public, max-age=300"
    assert right.headers["content-type"] == "text/css; charset=utf-8"


async def test_text_is_compressed_for_who_can_read_it(folder: Path) -> None:
    async with _client(folder) as client:
        async with client.stream("GET", "/static/a.css", headers={"accept-encoding": "br, gzip;q=0.8"}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        plain = await client.get("/static/a.css", headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(raw) < len(plain.content)
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers


async def test_a_known_file_is_not_sent_again(folder: Path) -> None:
    async with _client(folder) as client:
        first = await client.get("/static/a.css")
        again = await client.get("/static/a.css", headers={"if-none-match": first.headers["etag"]})
        head = await client.head("/static/a.css")
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", ["/static/secret.key", "/static/../links.py", "/static/%2e%2e/links.py", "/static/", "/static/no.css"])
async def test_nothing_else_is_given_away(folder: Path, path: str) -> None:
    async with _client(folder) as client:
        assert (await client.get(path)).status_code == 404


async def test_files_are_only_read(folder: Path) -> None:
    async with _client(folder) as client:
        assert (await client.post("/static/a.css")).status_code == 405


def test_every_file_with_a_foreign_author_has_its_licence() -> None:
    licences = (FOLDER / "LICENSES.txt").read_text()
    for path in [*FOLDER.glob("vendor/*"), *FOLDER.glob("fonts/*.woff2")]:
        assert path.name in licences or path.name.removeprefix("be-vietnam-pro") in licences, path.name


def test_every_file_a_page_names_is_there(visitor: Visitor) -> None:
    for page in ("/", "/thu-tuc", "/gioi-thieu"):
        found = HASHED.findall(visitor.get(page).text)
        assert {name for name, _ in found} >= {"app.css", "app.js", "favicon.svg", "vendor/pico-2.1.1.min.css"}
        for name, digest in found:
            answer = visitor.get(f"/static/{name}?v={digest}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"], name

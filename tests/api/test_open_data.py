"""The open-data addresses: the same bytes as `gandan catalog export`, made once, not sent twice to who has them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import app.api.open_data
from app.catalog.catalog import Catalog
from app.catalog.exporting import Format, export, select
from app.catalog.loader import load_catalog
from tests.api.conftest import URL
from tests.catalog.small_catalog import FIRST, procedure, write_catalog

ADDRESSES = {form: f"/api/v1/catalog.{form}" for form in Format}
TYPES = {"jsonld": "application/ld+json", "csv": "text/csv; charset=utf-8", "json": "application/json"}


@pytest.mark.parametrize("form", list(Format))
async def test_an_address_gives_what_the_command_writes(client: httpx.AsyncClient, application: FastAPI, form: Format) -> None:
    response = await client.get(ADDRESSES[form])
    assert (response.status_code, response.headers["content-type"]) == (200, TYPES[form])
    assert response.content == export(select(application.state.catalog(), URL), form)


async def test_programs_can_read_them(client: httpx.AsyncClient, application: FastAPI) -> None:
    whole = (await client.get(ADDRESSES[Format.JSON])).json()
    assert {item["code"] for item in whole["procedures"]} == set(application.state.catalog().procedures)
    table = (await client.get(ADDRESSES[Format.CSV])).content.decode("utf-8-sig")
    assert any(row["Mã thủ tục"] == "1.001193" for row in csv.DictReader(io.StringIO(table, newline="")))
    linked = json.loads((await client.get(ADDRESSES[Format.JSONLD])).content)
    assert f"{URL}/thu-tuc/1.001193" in {node["@id"] for node in linked["@graph"]}


@pytest.mark.parametrize("form", list(Format))
async def test_who_has_this_version_gets_nothing_again(client: httpx.AsyncClient, application: FastAPI, form: Format) -> None:
    first = await client.get(ADDRESSES[form])
    tag = first.headers["etag"]
    assert application.state.catalog().version in tag
    for known in (tag, tag.removeprefix("W/"), f'"old", {tag}', "*"):
        again = await client.get(ADDRESSES[form], headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    old = await client.get(ADDRESSES[form], headers={"if-none-match": '"0123456789ab"'})
    assert old.status_code == 200


async def test_who_only_asks_for_the_head_gets_it(client: httpx.AsyncClient) -> None:
    whole, head = await client.get(ADDRESSES[Format.JSON]), await client.head(ADDRESSES[Format.JSON])
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])


async def test_they_say_how_long_they_keep_and_that_any_page_may_read_them(client: httpx.AsyncClient) -> None:
    headers = (await client.get(ADDRESSES[Format.JSON])).headers
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in headers
    assert "Accept-Encoding" in headers["vary"]


@pytest.mark.parametrize(("accepts", "zipped"), [("gzip", True), ("br, gzip;q=0.5", True), ("identity", False)])
async def test_zipped_only_for_who_takes_it(client: httpx.AsyncClient, accepts: str, zipped: bool) -> None:
    response = await client.get(ADDRESSES[Format.CSV], headers={"accept-encoding": accepts})
    assert (response.headers.get("content-encoding") == "gzip") is zipped
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert (int(response.headers["content-length"]) < len(response.content)) is zipped


async def test_many_who_ask_at_once_make_one_file_and_a_new_version_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(catalog: Catalog, base_url: str, form: Format) -> app.api.open_data.File:
        made.append(catalog.version)
        return make(catalog, base_url, form)

    make = app.api.open_data._make
    monkeypatch.setattr(app.api.open_data, "_make", counted)
    old = load_catalog(write_catalog(tmp_path))
    new = load_catalog(write_catalog(tmp_path, {FIRST: procedure(summary="Đặt tên cho đường mới trong xóm.")}))
    data = app.api.open_data.OpenData()
    files = await asyncio.gather(*(data.file(old, URL, Format.CSV) for _ in range(20)))
    assert (len(set(map(id, files))), made) == (1, [old.version])
    assert (await data.file(new, URL, Format.CSV)).plain != files[0].plain
    assert made == [old.version, new.version]


async def test_a_failure_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, data = load_catalog(write_catalog(tmp_path)), app.api.open_data.OpenData()

    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(app.api.open_data, "_make", broken)
        with pytest.raises(MemoryError):
            await data.file(catalog, URL, Format.JSON)
    assert (await data.file(catalog, URL, Format.JSON)).plain

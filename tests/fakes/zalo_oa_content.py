"""Uploads and articles (zalo-oa.md §6, §7.1)."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import PurePath
from typing import Literal

from tests.fakes import zalo_oa_rules as rules
from tests.fakes.zalo_oa_state import DAY, Article, Call, Json, Refusal, Upload, World, invalid, new_id

MB = 1 << 20
IMAGE_LIMIT, FILE_LIMIT = MB, 5 * MB
UPLOAD_LIFE, UPLOADS_A_MONTH = 7 * DAY, 5000
DOCUMENTS = {".pdf": b"%PDF", ".doc": b"\xd0\xcf\x11\xe0", ".docx": b"PK\x03\x04", ".csv": b""}  # XLSX is not documented
TITLE, AUTHOR, DESCRIPTION = 150, 50, 300  # a text exactly that long is refused as well
SLICE = 10
ARTICLE_FIELDS = {"id", "type", "title", "author", "cover", "description", "body", "status", "comment"}


def upload_image(world: World, call: Call) -> Json:
    """`POST /v2.0/oa/upload/image`: jpg or png, at most 1 MB."""
    return {"attachment_id": _keep(world, call, "image", ("jpg", "png"), IMAGE_LIMIT)}


def upload_gif(world: World, call: Call) -> Json:
    """`POST /v2.0/oa/upload/gif`; its limit is not noted, 5 MB here."""
    return {"attachment_id": _keep(world, call, "gif", ("gif",), FILE_LIMIT)}


def upload_file(world: World, call: Call) -> Json:
    """`POST /v2.0/oa/upload/file`: PDF, DOC, DOCX or CSV, at most 5 MB."""
    return {"token": _keep(world, call, "file", tuple(name[1:] for name in DOCUMENTS), FILE_LIMIT)}


def _keep(world: World, call: Call, kind: Literal["image", "gif", "file"], types: tuple[str, ...], limit: int) -> str:
    if call.file is None:
        raise invalid("file")
    name, content = call.file
    if len(content) > limit:
        raise Refusal(-210, f"file exceeds the limit of {limit // MB} MB")
    if not content or (found := _type(name, content)) not in types:
        raise invalid("file")
    if not name.isascii():
        call.warnings.append("file name is not plain ASCII")
    if world.counters["uploads"] >= UPLOADS_A_MONTH:
        raise Refusal(-211)
    world.counters["uploads"] += 1
    upload_id = f"{kind}-{new_id()}"
    digest = hashlib.sha256(content).hexdigest()
    world.uploads[upload_id] = Upload(kind, name, len(content), digest, found, world.clock.now() + UPLOAD_LIFE)
    return upload_id


def _type(name: str, content: bytes) -> str:
    """The type by content; a document's also by its name."""
    for start, found in ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif")):
        if content.startswith(start):
            return found
    suffix = PurePath(name).suffix.lower()
    return suffix[1:] if suffix in DOCUMENTS and content.startswith(DOCUMENTS[suffix]) else ""


def create_article(world: World, call: Call) -> Json:
    """`POST /v2.0/article/create`: a token to verify with."""
    if world.account.article_quota is not None and world.counters["articles"] >= world.account.article_quota:
        raise Refusal(-223)
    fields = _article(world, call)
    world.counters["articles"] += 1
    return {"token": _store(world, str(8_000_000_000 + world.counters["articles"]), fields)}


def update_article(world: World, call: Call) -> Json:
    """`POST /v2.0/article/update`: the same with `id`."""
    fields = _article(world, call)
    return {"token": _store(world, _ready(world, fields.get("id")).id, fields)}


def verify_article(world: World, call: Call) -> Json:
    """`POST /v2.0/article/verify`: its id, or -214 while it is processed."""
    token = rules.a_text(rules.an_object(call.body, "body").get("token"), "token")
    article = next((article for article in world.articles.values() if article.token == token), None)
    if article is None:
        raise invalid("token")
    if article.polls > 0:
        article.polls -= 1
        raise Refusal(-214)
    return {"id": article.id}


def remove_article(world: World, call: Call) -> None:
    """`POST /v2.0/article/remove`."""
    del world.articles[_ready(world, rules.an_object(call.body, "body").get("id")).id]


def article_detail(world: World, call: Call) -> Json:
    """`GET /v2.0/article/getdetail?id=`."""
    article = _ready(world, call.query.get("id"))
    return {**article.fields, **_summary(article)}


def article_slice(world: World, call: Call) -> Json:
    """`GET /v2.0/article/getslice?type=&offset=&limit=`, newest first."""
    if call.query.get("type") not in {"normal", "video"}:
        raise invalid("type")
    try:
        offset, limit = int(call.query["offset"]), int(call.query["limit"])
    except (KeyError, ValueError):
        raise invalid("offset, limit") from None
    if limit > SLICE:
        raise Refusal(-201, "maximum limit is 10")
    wanted = [
        article for article in reversed(world.articles.values()) if not article.polls and article.fields["type"] == call.query["type"]
    ]
    return {"total": len(wanted), "medias": [_summary(article) for article in itertools.islice(wanted, offset, offset + limit)]}


def _summary(article: Article) -> Json:
    return {
        "id": article.id,
        "type": article.fields["type"],
        "title": article.fields["title"],
        "status": article.fields.get("status", "show"),
        "update_date": int(article.changed * 1000),
        "link_view": f"https://officialaccount.me/d?id={article.id}&pageId=fake",
    }


def _ready(world: World, id: object) -> Article:  # noqa: A002
    article = world.articles.get(rules.a_text(id, "id"))
    if article is None or article.polls:
        raise invalid("id")
    return article


def _store(world: World, article_id: str, fields: Json) -> str:
    token = f"article-{new_id()}"
    world.articles[article_id] = Article(article_id, token, fields, world.account.article_polls, world.clock.now())
    return token


def _article(world: World, call: Call) -> Json:
    fields = rules.an_object(call.body, "body")
    rules.known_fields(fields, ARTICLE_FIELDS, "article", call.warnings.append)
    if fields.get("type") != "normal":
        raise invalid("type")
    for name, limit, least in (("title", TITLE, 1), ("author", AUTHOR, 0), ("description", DESCRIPTION, 1)):
        text = fields.get(name, "")
        if not isinstance(text, str) or not least <= len(text) < limit:
            raise Refusal(-201, f"{name} allow {least} to {limit} characters")
    cover = rules.an_object(fields.get("cover"), "cover")
    if cover.get("cover_type") != "photo" or rules.an_address(cover.get("photo_url"), "photo_url") in world.account.refused_covers:
        raise invalid("cover")
    for part in rules.a_list(fields.get("body"), "body", 1, 1000):
        _check_part(part)
    for name in ("status", "comment"):
        if fields.get(name, "show") not in {"show", "hide"}:
            raise invalid(name)
    return fields


def _check_part(part: Json) -> None:
    match part.get("type"):
        case "text":
            rules.a_text(part.get("content"), "content")
        case "image":
            rules.an_address(part.get("url"), "url")
        case _:
            raise invalid("body")

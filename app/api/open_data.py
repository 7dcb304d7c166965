"""The whole catalog at one address per format. Each file is made once per catalog version, apart from the conversations."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.catalog.catalog import Catalog
from app.catalog.exporting import MEDIA_TYPES, Format, export, select

KEEP_SECONDS = 300  # a corrected fact reaches who asks again within minutes


@dataclass(frozen=True)
class File:
    """What one address gives: the bytes, and the same for those who take gzip."""

    plain: bytes
    zipped: bytes


class OpenData:
    """The files of one catalog version; a new version drops those of the old one. Who asks while one is made waits for it."""

    def __init__(self) -> None:
        self._version = ""
        self._files: dict[Format, asyncio.Task[File]] = {}

    async def file(self, catalog: Catalog, base_url: str, form: Format) -> File:
        """The file of this format; made when first asked for, in a thread."""
        if self._version != catalog.version:
            self._version, self._files = catalog.version, {}
        task = self._files.get(form)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._files[form] = asyncio.create_task(asyncio.to_thread(_make, catalog, base_url, form))
        return await asyncio.shield(task)  # who goes away while waiting takes nothing from the others


def _make(catalog: Catalog, base_url: str, form: Format) -> File:
    plain = export(select(catalog, base_url), form)
    return File(plain, gzip.compress(plain, compresslevel=6, mtime=0))


def described(form: Format) -> dict[int | str, dict[str, Any]]:
    """The answers of one address, for the OpenAPI description."""
    media_type = MEDIA_TYPES[form].partition(";")[0]
    kind = "string" if form is Format.CSV else "object"
    return {
        200: {"description": "The whole catalog.", "content": {media_type: {"schema": {"type": kind}}}},
        304: {"description": "Nothing has changed since the version in If-None-Match."},
    }


async def answer(request: Request, form: Format) -> Response:
    """The file, or 304 for who has this version already."""
    state = request.app.state
    catalog: Catalog = state.catalog()
    tag = f'"{catalog.version}"'
    headers = {
        "etag": f"W/{tag}",  # weak: the same version is sent plain or zipped
        "cache-control": f"public, max-age={KEEP_SECONDS}",
        "vary": "Accept-Encoding",
        "access-control-allow-origin": "*",  # open data: pages of others may read it too
    }
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if not hasattr(state, "open_data"):
        state.open_data = OpenData()
    files: OpenData = state.open_data
    file = await files.file(catalog, state.settings.public_url, form)
    headers["content-disposition"] = f'inline; filename="gan-dan-{catalog.version}.{form}"'
    if "gzip" in request.headers.get("accept-encoding", ""):  # as GZipMiddleware reads it, which would zip in the event loop
        return Response(file.zipped, headers=headers | {"content-encoding": "gzip"}, media_type=MEDIA_TYPES[form])
    return Response(file.plain, headers=headers, media_type=MEDIA_TYPES[form])

"""Files of the pages: read once, compressed once, and kept for a year by browsers under an address that holds their hash.

Templates write `{{ static("app.css") }}`; a file that does not exist fails there, not in a browser. In style sheets,
`url(fonts/…)` gets the hash of its file too, so that a font is never fetched under two addresses.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent / "static"
PREFIX = "/static"
YEAR = 365 * 86400
SHORT = 300
HASH_LENGTH = 12

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_COMPRESSED_ALREADY = frozenset({".woff2"})
_CSS_URL = re.compile(rb"""url\((?P<quote>["']?)(?!data:|#)(?P<name>[^)"']+)(?P=quote)\)""")


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent."""

    body: bytes
    content_type: str
    compressible: bool

    @cached_property
    def digest(self) -> str:
        """The start of the SHA-256 of the body: the `v` of its address and its ETag."""
        return hashlib.sha256(self.body).hexdigest()[:HASH_LENGTH]

    @cached_property
    def gzipped(self) -> bytes:
        """The body compressed as well as gzip can."""
        return gzip.compress(self.body, compresslevel=9, mtime=0)


class StaticFiles:
    """All files below a folder whose type we know; an ASGI app to mount at `/static`."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.started = formatdate(usegmt=True)
        self.files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in CONTENT_TYPES and path.is_file()
        }
        for name, file in self.files.items():
            if name.endswith(".css"):
                self.files[name] = self._with_hashed_addresses(name, file)

    def address(self, name: str) -> str:
        """The address of a file, with its hash. Raises KeyError for a file that does not exist."""
        return f"{PREFIX}/{name}?v={self.files[name].digest}"

    def _with_hashed_addresses(self, name: str, sheet: StaticFile) -> StaticFile:
        def replace(match: re.Match[bytes]) -> bytes:
            target = (PurePosixPath(name).parent / match["name"].decode()).as_posix()
            return b"url(%s?v=%s)" % (match["name"], self.files[target].digest.encode())

        return StaticFile(_CSS_URL.sub(replace, sheet.body), sheet.content_type, sheet.compressible)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._respond(Request(scope)) if scope["type"] == "http" else PlainTextResponse("", 404)
        await response(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return PlainTextResponse("Method Not Allowed", 405, {"allow": "GET, HEAD"})
        file = self.files.get(_name_of(request.scope))
        if file is None:
            return PlainTextResponse("Not Found", 404)
        forever = request.query_params.get("v") == file.digest
        headers = {
            "cache-control": f"public, max-age={YEAR}, immutable" if forever else f"public, max-age={SHORT}",
            "etag": f'"{file.digest}"',
            "last-modified": self.started,
            "vary": "accept-encoding",
        }
        if file.digest in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = file.body
        if file.compressible and _takes_gzip(request.headers):
            headers["content-encoding"] = "gzip"
            body = file.gzipped
        headers |= {"content-type": file.content_type, "content-length": str(len(body))}
        return Response(b"" if request.method == "HEAD" else body, headers=headers)


@lru_cache(maxsize=1)
def static_files() -> StaticFiles:
    """The files of this project, read at the first call."""
    return StaticFiles()


def static(name: str) -> str:
    """What templates call: the address of a file of this project."""
    return static_files().address(name)


def _read(path: Path) -> StaticFile:
    return StaticFile(path.read_bytes(), CONTENT_TYPES[path.suffix], path.suffix not in _COMPRESSED_ALREADY)


def _name_of(scope: Scope) -> str:
    path = str(scope["path"])
    root = str(scope.get("root_path", ""))
    return path.removeprefix(root).removeprefix(PREFIX).lstrip("/")


def _takes_gzip(headers: Headers) -> bool:
    return any(part.split(";")[0].strip() == "gzip" for part in headers.get("accept-encoding", "").split(","))

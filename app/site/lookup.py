"""HTTP of the lookup page: the page itself, its data, its service worker, and what makes it an app on a phone."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from app.access import public
from app.errors import NotFound
from app.site.links import PORTAL, portal_search
from app.site.lookup_data import LookupData, LookupHolder
from app.site.lookup_icon import SIZES, icon
from app.site.pages import SHARED, render
from app.site.static_files import YEAR, static, static_files

READ = ["GET", "HEAD"]
PAGE = "/tra-cuu"
DATA = "/tra-cuu/kho"
PLACE = "tra-cuu"  # how a scan from this page is counted
# Other pages that are kept when there is something to keep (who is not signed in has nothing): asked for first each time,
# shown as they were last time when there is no network.
BESIDE = ("/tinh-nguyen",)
# What the page is made of, by its name in static/.
FILES = (
    "vendor/pico-2.1.1.min.css",
    "app.css",
    "print.css",
    "favicon.svg",
    "fonts/be-vietnam-pro-400.woff2",
    "fonts/be-vietnam-pro-600.woff2",
    "app.js",
    "lookup/lookup.css",
    "lookup/unlzma.js",
    "lookup/unpack.js",
    "lookup/understand.js",
    "lookup/qr.js",
    "lookup/sheet.js",
    "lookup/page.js",
)
# What the pages beside it are made of, where those are installed.
FILES_BESIDE = ("tally.js", "tally.css")
WORKER = "lookup/worker.js"
ALWAYS_ASKED = "no-cache"
DAY = 86400

router = APIRouter(include_in_schema=False)


@router.api_route(PAGE, methods=READ, dependencies=[Depends(public)])
async def lookup(request: Request) -> Response:
    """The page. Everything it shows comes from the data, so that it works without a network."""
    return _page(request, await _data(request))


@router.api_route(DATA, methods=READ, dependencies=[Depends(public)])
async def lookup_data(request: Request, v: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The whole catalog and the understanding, packed."""
    file = (await _data(request)).file
    headers = {
        "etag": f'"{file.digest}"',
        "cache-control": f"public, max-age={YEAR}, immutable" if v == file.digest else ALWAYS_ASKED,
        "content-encoding": "identity",  # it is as small as it gets: nobody should compress it again
    }
    if file.digest in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type="application/octet-stream", headers=headers)


@router.api_route("/sw.js", methods=READ, dependencies=[Depends(public)])
async def worker(request: Request) -> Response:
    """The service worker. Its first lines name this version: by them the browser sees that there is another one."""
    data = await _data(request)
    there = static_files().files
    files = [static(name) for name in (*FILES, *(name for name in FILES_BESIDE if name in there))] + [_address(data)]
    body = there[WORKER].body
    version = hashlib.sha256(b"".join([json.dumps(files).encode(), body, bytes(_page(request, data).body)])).hexdigest()[:12]
    named = {"VERSION": version, "DAY": data.day.isoformat(), "PAGE": PAGE, "FILES": files, "BESIDE": list(BESIDE)}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in named.items())
    return Response(head.encode() + body, media_type="text/javascript; charset=utf-8", headers={"cache-control": ALWAYS_ASKED})


@router.api_route("/tra-cuu/ung-dung.webmanifest", methods=READ, dependencies=[Depends(public)])
async def manifest(request: Request) -> Response:
    """What a phone needs to put the page beside its other apps."""
    context = {"commune": request.app.state.commune, "page": PAGE, "mark": static("favicon.svg"), "sizes": SIZES}
    text = request.app.state.templates.get_template("site/lookup_manifest.jinja").render(context)
    return Response(text, media_type="application/manifest+json", headers={"cache-control": SHARED})


@router.api_route("/tra-cuu/bieu-tuong-{size}.png", methods=READ, dependencies=[Depends(public)])
async def app_icon(size: int) -> Response:
    """The mark as a picture, for phones that take no SVG."""
    if size not in SIZES:
        raise NotFound
    return Response(icon(size), media_type="image/png", headers={"cache-control": f"public, max-age={DAY}"})


def _page(request: Request, data: LookupData) -> HTMLResponse:
    """The same bytes for everyone: an urgent banner or a chat's door would stay in the copy that phones keep."""
    catalog = request.app.state.catalog()
    context = {
        "data": data,
        "file": _address(data),
        "short": f"{request.app.state.settings.public_url}/q/",
        "place": PLACE,
        "portal": PORTAL,
        "portal_search": portal_search(),
        "catalog": catalog,
        "levels": sorted({procedure.online.level for procedure in catalog.in_force()}),
        "banners": tuple,
        "chats": (),
        "path": PAGE,
    }
    return render(request, "site/lookup.html", context, cache=ALWAYS_ASKED)


def _address(data: LookupData) -> str:
    return f"{DATA}?v={data.file.digest}"


async def _data(request: Request) -> LookupData:
    holder: LookupHolder = request.app.state.lookup
    return await holder.data(request.app.state.catalog())

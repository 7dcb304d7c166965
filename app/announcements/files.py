"""Pictures and PDFs of officials: believed by their bytes, not by their names, and stripped of what is not the picture.

A picture is taken apart and put together again: dimensions are read, chunks are checked, and everything that is not
needed to show it (place and time of a photo, thumbnails, comments, whatever was appended) is left out.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import BadInput

PICTURE_LIMIT = 1_000_000  # bytes; what Zalo takes
PDF_LIMIT = 5_000_000
LARGEST_SIDE = 6_000  # pixels
SMALLEST_SIDE = 16
PNG, JPEG, PDF = "image/png", "image/jpeg", "application/pdf"

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM"})
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_START, _SCAN, _END = 0xD8, 0xDA, 0xD9
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""A marker that ends a scan's pixels."""
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_KEPT = frozenset({0xDB, 0xC4, 0xDD, 0xDA, 0xEE, *_FRAMES})
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|OpenAction(?!\s*\[))(?![A-Za-z])")
"""What acts by itself. `/OpenAction [` only says which page is shown first: LibreOffice writes that."""

BROKEN = "Ảnh bị hỏng hoặc không phải ảnh PNG, JPEG. Anh/chị chụp lại hoặc lưu ảnh thành JPEG."
TOO_BIG = "Ảnh nặng quá 1 MB. Anh/chị gửi ảnh đó cho mình qua Zalo rồi lưu về (ảnh sẽ nhẹ đi), hoặc chụp màn hình ảnh."


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be given out. Sizes in pixels; 0 for a PDF."""

    data: bytes
    media_type: str
    name: str
    width: int = 0
    height: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def check_picture(data: bytes, name: str) -> CheckedFile:
    """A PNG or JPEG, rebuilt. Raises BadInput in plain words."""
    if len(data) > PICTURE_LIMIT:
        raise BadInput(TOO_BIG)
    try:
        if data.startswith(_PNG_HEAD):
            clean, width, height = _png(data)
            kind = PNG
        elif data.startswith(b"\xff\xd8\xff"):
            clean, width, height = _jpeg(data)
            kind = JPEG
        else:
            raise BadInput(BROKEN)
    except (struct.error, IndexError, zlib.error) as error:
        raise BadInput(BROKEN) from error
    if not (SMALLEST_SIDE <= width <= LARGEST_SIDE and SMALLEST_SIDE <= height <= LARGEST_SIDE):
        raise BadInput(f"Ảnh có cỡ {width} × {height} điểm. Anh/chị dùng ảnh mỗi cạnh từ {SMALLEST_SIDE} tới {LARGEST_SIDE} điểm.")
    return CheckedFile(clean, kind, safe_name(name, ".png" if kind == PNG else ".jpg"), width, height)


def check_pdf(data: bytes, name: str) -> CheckedFile:
    """A PDF without scripts and files inside. Raises BadInput in plain words."""
    if len(data) > PDF_LIMIT:
        raise BadInput("Tệp PDF nặng quá 5 MB. Anh/chị giảm cỡ tệp, hoặc chỉ đính kèm những trang cần.")
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise BadInput("Tệp này không phải PDF, hoặc bị hỏng. Anh/chị lưu văn bản thành PDF rồi gửi lại.")
    names = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data)
    if _ACTIVE.search(names):
        raise BadInput("Tệp PDF có phần tự chạy hoặc tệp khác bên trong. Anh/chị in lại thành PDF rồi gửi bản đó.")
    return CheckedFile(data, PDF, safe_name(name, ".pdf"))


def safe_name(name: str, suffix: str) -> str:
    """A plain ASCII file name with the right ending; no folder, at most 80 letters."""
    stem = re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0]
    plain = unicodedata.normalize("NFD", stem.lower()).replace("đ", "d")
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(char for char in plain if not unicodedata.combining(char))).strip("-")
    return f"{plain[:80].strip('-') or 'tep'}{suffix}"


def _png(data: bytes) -> tuple[bytes, int, int]:
    kept, width, height, pixels = [_PNG_HEAD], 0, 0, False
    at = len(_PNG_HEAD)
    while True:
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        if len(body) != length or crc != zlib.crc32(name + body):
            raise BadInput(BROKEN)
        if name == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        pixels |= name == b"IDAT"
        if name in _PNG_KEPT:
            kept.append(data[at : at + 12 + length])
        elif not name[0] & 0x20:  # a critical chunk that we do not know: not a picture everyone can show
            raise BadInput(BROKEN)
        at += 12 + length
        if name == b"IEND":
            break
    if not (width and pixels):
        raise BadInput(BROKEN)
    return b"".join(kept), width, height


def _jpeg(data: bytes) -> tuple[bytes, int, int]:
    kept, width, height, turned, pixels = [], 0, 0, 1, False
    for marker, segment in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", segment[5:9])
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            turned = _orientation(segment[10:]) or turned
        pixels |= marker == _SCAN
        if marker in _JPEG_KEPT:
            kept.append(segment)
    if not (width and pixels):
        raise BadInput(BROKEN)
    return b"".join([b"\xff\xd8", _exif(turned), *kept, b"\xff\xd9"]), width, height


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole segment, a scan with its pixels, up to the picture's end: phones hang whole photos behind it."""
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _END and data[at] == 0xFF:
            return
        if data[at] != 0xFF or marker == _START:
            raise BadInput(BROKEN)
        if marker in _NO_LENGTH:
            at += 2
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise BadInput(BROKEN)
        if marker == _SCAN:
            following = _AFTER_SCAN.search(data, end)
            if following is None:
                raise BadInput(BROKEN)
            end = following.start()
        yield marker, data[at:end]
        at = end


def _orientation(tiff: bytes) -> int:
    """How the camera was held, from the first directory of EXIF; 0 when it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    (start,) = struct.unpack(f"{order}I", tiff[4:8])
    (count,) = struct.unpack(f"{order}H", tiff[start : start + 2])
    for number in range(min(count, 100)):
        entry = tiff[start + 2 + number * 12 : start + 14 + number * 12]
        tag, kind, _, value = struct.unpack(f"{order}HHIH", entry[:10])
        if tag == 0x0112 and kind == 3 and 1 <= value <= 8:
            return int(value)
    return 0


def _exif(turned: int) -> bytes:
    """EXIF with nothing but how the picture is turned; nothing at all when it stands upright."""
    if turned == 1:
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body

"""Small real pictures and PDFs, and spoiled ones."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np


def png(width: int = 40, height: int = 30) -> bytes:
    """A PNG made by another hand than ours."""
    return bytes(cv2.imencode(".png", np.full((height, width, 3), 200, np.uint8))[1])


def jpeg(width: int = 40, height: int = 30, *, exif: bytes = b"", tail: bytes = b"") -> bytes:
    """A JPEG, if wanted with EXIF as phones write it, and something behind its end."""
    data = bytes(cv2.imencode(".jpg", np.full((height, width, 3), 120, np.uint8))[1])
    app1 = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif if exif else b""
    return data[:2] + app1 + data[2:] + tail


def phone_exif(turned: int) -> bytes:
    """EXIF with how the phone was held and where it was."""
    place = b"16.0544 N 108.2022 E Samsung"
    entries = struct.pack("<HHII", 0x0112, 3, 1, turned) + struct.pack("<HHII", 0x9C9B, 1, len(place), 38)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entries + struct.pack("<I", 0) + place


def with_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk before its end."""
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data[:-12] + chunk + data[-12:]


def readable(data: bytes) -> tuple[int, int] | None:
    """Width and height as another library sees them; None when it cannot."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if image is None else (image.shape[1], image.shape[0])


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

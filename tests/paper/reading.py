"""What somebody else reads of our pages: a camera (OpenCV) of their codes, a PDF reader (pypdf) of their words."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable

import cv2
import numpy as np
from pypdf import PdfReader

from app.paper.sheet import QUIET, Code, Page, Words

ARM = 2.5
"""Points a millimetre of a cheap phone's camera at arm's length (see app/paper/codes.py)."""


def codes_of(page: Page) -> list[Code]:
    return [item for item in page.items if isinstance(item, Code)]


def words_of(page: Page) -> list[Words]:
    return [item for item in page.items if isinstance(item, Words)]


def picture(code: Code, points: int = 4) -> np.ndarray:
    """The code with its white zone, so many points a module."""
    rows = np.pad(np.array(code.rows, dtype=bool), QUIET)
    return np.where(np.kron(rows, np.ones((points, points), dtype=bool)), 0, 255).astype(np.uint8)


def seen_from_an_arm(code: Code) -> np.ndarray:
    """The code as that camera sees it: so many points a millimetre, a little soft, grey ink, uneven light."""
    side = round(code.side * ARM)
    small = cv2.resize(picture(code, 12), (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    soft = cv2.GaussianBlur(small, (3, 3), 0.5) * 0.7 + 40
    light = np.linspace(0.85, 1.1, side, dtype=np.float32)
    seen = np.clip(soft * light, 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.copyMakeBorder(cv2.resize(seen, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), 30, 30, 30, 30, cv2.BORDER_REPLICATE)
    )


def decoded(image: np.ndarray) -> str:
    """What OpenCV reads, by its better detector first; empty when neither reads anything. A phone tries many frames, this has one."""
    readers = (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector())
    return next((found for reader in readers if (found := str(reader.detectAndDecode(image)[0]))), "")


def text_layer(pdf: bytes) -> str:
    """All words of a PDF, one space between them."""
    return squeezed(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def squeezed(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())


def is_composed(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)

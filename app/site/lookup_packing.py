"""How the lookup's data is packed: one container of sections, and text as numbered syllables.

Vietnamese has a few thousand syllables. Written as one or two bytes each, three times as much text lies within gzip's reach
(32 KB), and what gzip leaves is a quarter smaller than of the plain text. A long sentence that was said before is sent as its
number. `static/lookup/unpack.js` reads all this.
"""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

ONE_BYTE = 200  # tokens with a byte of their own; the others have two
CAPACITY = ONE_BYTE + (256 - ONE_BYTE) * 256
LONG = 12  # letters from which a text that was said before is sent as its number
_TOKEN = re.compile(r'"\],\["|","|",null|\],\[|\]\]|\[\[| ?[^\W\d_]+|[^\w]|\d|_')

# What the page's decoder knows (static/lookup/unlzma.js).
_LZMA = [{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}]

Json = str | list["Json"] | bool | None


def container(meta: Mapping[str, Any], sections: Mapping[str, bytes]) -> bytes:
    """Length of the head (4 bytes), the head as JSON with each section's length, the sections."""
    head = {**meta, "sections": {name: len(body) for name, body in sections.items()}}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "big") + text + b"".join(sections.values())


def squeezed(body: bytes) -> bytes:
    """The length (4 bytes) and the body as raw LZMA: an eighth smaller than gzip, which looks only 32 KB back."""
    return len(body).to_bytes(4, "big") + lzma.compress(body, lzma.FORMAT_RAW, filters=_LZMA)


def pack(values: Mapping[str, Json]) -> dict[str, bytes]:
    """Texts in lists in lists: their syllables, and for each value a section with the stream of their numbers.

    The values are read in the order in which they stand here: one may repeat what an earlier one said.
    """
    said: dict[str, int] = {}
    return packed_texts(
        {name: json.dumps(_numbered(value, said), ensure_ascii=False, separators=(",", ":")) for name, value in values.items()}
    )


def packed_texts(texts: Mapping[str, str]) -> dict[str, bytes]:
    """Texts as their syllables, the commonest first, and the stream of numbers of each."""
    tokens = {name: _TOKEN.findall(text) for name, text in texts.items()}
    letters = {letter for text in texts.values() for letter in text}
    counts = Counter(token for each in tokens.values() for token in each)
    known = letters | set([token for token, _ in counts.most_common() if token not in letters][: CAPACITY - len(letters)])
    # A syllable too rare to have a number is spelled out.
    streams = {name: [part for token in each for part in ([token] if token in known else token)] for name, each in tokens.items()}
    order = [token for token, _ in Counter(token for stream in streams.values() for token in stream).most_common()]
    number = {token: _number(at) for at, token in enumerate(order)}
    packed = {name: b"".join(number[token] for token in stream) for name, stream in streams.items()}
    return {"syllables": "\n".join(order).encode(), **packed}


def _number(at: int) -> bytes:
    if at < ONE_BYTE:
        return bytes([at])
    return bytes([ONE_BYTE + (at - ONE_BYTE) // 256, (at - ONE_BYTE) % 256])


def _numbered(value: Json, said: dict[str, int]) -> Any:
    """The same lists with every long text that was said before replaced by its number."""
    if isinstance(value, list):
        return [_numbered(each, said) for each in _trimmed(value)]
    if isinstance(value, str) and len(value) >= LONG:
        if value in said:
            return said[value]
        said[value] = len(said)
    return value


def _trimmed(values: Sequence[Json]) -> Sequence[Json]:
    """Without what is missing at the end."""
    end = len(values)
    while end and values[end - 1] is None:
        end -= 1
    return values[:end]

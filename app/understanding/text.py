"""From what people type to folded words: NFC, emoji and noise out, Telex/VNI slips decoded, short forms spelled out.

The accented form is kept beside the folded one: it is evidence when it was typed (hộ ≠ hỗ), never required.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.understanding.phrases import Phrases

_MARKS: dict[int, str | None] = dict.fromkeys(range(0x300, 0x370)) | {ord("đ"): "d", ord("Đ"): "d"}
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_STRETCHED = re.compile(r"([aeiouyăâêôơư])\1{2,}|([^\W\d_])\2{2,}(?![^\W_])")
MAX_WORDS = 400


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without any accent: `Hộ tịch` → `ho tich`."""
    return unicodedata.normalize("NFD", text).translate(_MARKS).casefold()


def folded_words(text: str) -> list[str]:
    """The folded words of a text in order, without the lexicon."""
    return _WORD.findall(fold(text))


def split_words(text: str) -> list[str]:
    """The words of a text in order as they were typed, in lower case, at most MAX_WORDS, without stretched letters (`alooo`)."""
    return _WORD.findall(_STRETCHED.sub(r"\1\2", clean(text).casefold()))[:MAX_WORDS]


def plain_words(text: str) -> set[str]:
    """The folded words of a text, without the lexicon: enough to know that a word occurs."""
    return set(folded_words(text))


def clean(text: str) -> str:
    """NFC, no control or invisible characters, single spaces."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():
        return " ".join(text.split())
    kept = (char if unicodedata.category(char)[0] != "C" or char in "\n\t" else " " for char in text)
    return " ".join("".join(kept).split())


@dataclass(frozen=True)
class Words:
    """A message as words: `folded` after the lexicon, `accented` only those typed with an accent, in order."""

    folded: tuple[str, ...]
    filler: tuple[bool, ...]
    """For each folded word, whether it is politeness or grammar that says nothing about a procedure."""
    accented: tuple[str, ...]
    plain: str
    """Folded text before the lexicon, single spaces, no punctuation: what rules look at."""
    original: str
    """Cleaned, lower-case text with its accents, no punctuation."""

    @property
    def content(self) -> list[str]:
        """The words that say something."""
        return [word for word, empty in zip(self.folded, self.filler, strict=True) if not empty]

    def with_folded(self, folded: tuple[str, ...], filler: tuple[bool, ...]) -> Words:
        """The same message with other words (a part taken out, a slip put right)."""
        return replace(self, folded=folded, filler=filler)


class Normalizer:
    """Splits text into words with one lexicon of replacements.

    A phrase written with accents in the lexicon only matches the same accents (mô ≠ mở); one without matches any.
    """

    def __init__(self, replacements: Mapping[str, str], filler: Iterable[str] = (), phrases: Iterable[str] = ()) -> None:
        """`filler`: words as they are written with their accents. `phrases`: patterns of phrases that are filler as a whole."""
        self._phrases = Phrases.of(phrases)
        self._filler = frozenset(clean(word).casefold() for word in filler)
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for phrase, meaning in replacements.items():
            source, target = tuple(clean(phrase).casefold().split()), tuple(fold(meaning).split())
            self._by_first.setdefault(fold(source[0]), []).append((source, target))
        self.short_forms = frozenset(source[0] for entries in self._by_first.values() for source, _ in entries if len(source) == 1)
        """Single words with a meaning of their own (cccd, ko): no slip."""
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def words(self, text: str, repair: Callable[[Sequence[str]], Sequence[str]] | None = None) -> Words:
        """The words of a message; at most MAX_WORDS are looked at. `repair` puts words right, one for one."""
        said = split_words(text)
        typed = [decode_slip(token) for token in said]
        folded = [fold(token) for token in typed]
        plain, original = " ".join(folded), " ".join(typed)
        if repair is not None:
            typed = [decode_slip(token) for token in repair(said)]
            folded = [fold(token) for token in typed]
        accented = tuple(token for token, word in zip(typed, folded, strict=True) if token != word)
        replaced = self._replace(folded, typed)
        words = tuple(word for word, _ in replaced)
        empty = self._with_phrases(words, [empty for _, empty in replaced])
        return Words(words, empty, accented, plain, original)

    def _with_phrases(self, words: tuple[str, ...], empty: list[bool]) -> tuple[bool, ...]:
        """Mark the words of filler phrases too."""
        for begin, end, _ in self._phrases.find(words):
            empty[begin:end] = [True] * (end - begin)
        return tuple(empty)

    def _replace(self, words: list[str], typed: list[str]) -> list[tuple[str, bool]]:
        result: list[tuple[str, bool]] = []
        index = 0
        while index < len(words):
            if words[index] not in self._by_first:
                result.append((words[index], typed[index] in self._filler))
                index += 1
                continue
            for source, target in self._by_first[words[index]]:
                end = index + len(source)
                if end <= len(words) and all(want in (words[at], typed[at]) for want, at in zip(source, range(index, end), strict=True)):
                    result.extend((word, word in self._filler) for word in target)
                    index += len(source)
                    break
            else:
                result.append((words[index], typed[index] in self._filler))
                index += 1
        return result


# --- Telex and VNI slips: `ddangw kys`, `d9a8ng` -----------------------------------------------------------------
_TELEX = (("aa", "â"), ("aw", "ă"), ("ee", "ê"), ("oo", "ô"), ("ow", "ơ"), ("uw", "ư"), ("dd", "đ"))
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_SHAPES = (("a6", "â"), ("a8", "ă"), ("e6", "ê"), ("o6", "ô"), ("o7", "ơ"), ("u7", "ư"), ("d9", "đ"))
_VOWELS = "aăâeêioôơuưy"
# Valid Vietnamese syllable, folded: used to accept a decoding only when it makes one.
_SYLLABLE = re.compile(
    r"^(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|q|r|s|t|th|tr|v|x)?"
    r"(?:a|ai|ao|au|ay|e|eo|eu|i|ia|ie|ieu|iu|o|oa|oai|oao|oay|oe|oeo|oi|u|ua|uao|uau|uay|ue|ui|uo|uoi|uou|uu|uy|uya|uye|uyu|y|ye|yeu)"
    r"(?:c|ch|m|n|ng|nh|p|t)?$"
)


@lru_cache(maxsize=65536)
def decode_slip(token: str) -> str:
    """A Telex or VNI token decoded when it is no Vietnamese syllable as typed but becomes one; else unchanged."""
    if len(token) > 9 or fold(token) != token or _SYLLABLE.match(token):
        return token
    if any(char.isdigit() for char in token):
        # Two letters are a name: giấy A4, bằng lái A1.
        return _decode(token, _VNI_SHAPES, _VNI_TONES) if token[0].isalpha() and len(token) > 2 else token
    return _decode(token, _TELEX, _TELEX_TONES)


def _decode(token: str, shapes: tuple[tuple[str, str], ...], tones: Mapping[str, str]) -> str:
    tone, body = "", token
    for position in range(len(token) - 1, 0, -1):
        if token[position] in tones and any(char in _VOWELS for char in token[:position]):
            tone, body = tones[token[position]], token[:position] + token[position + 1 :]
            break
    decoded = _apply_shapes(body, shapes)
    if decoded == body and not tone:
        return token
    if not _SYLLABLE.match(fold(decoded)):
        without_tone = _apply_shapes(token, shapes)
        return without_tone if without_tone != token and _SYLLABLE.match(fold(without_tone)) else token
    if tone:
        vowels = [index for index, char in enumerate(decoded) if char in _VOWELS]
        if not vowels:
            return token
        marked = next((i for i in reversed(vowels) if decoded[i] in "ăâêôơư"), vowels[len(vowels) // 2 - (len(vowels) > 2)])
        decoded = decoded[: marked + 1] + tone + decoded[marked + 1 :]
    return unicodedata.normalize("NFC", decoded)


def _apply_shapes(body: str, shapes: tuple[tuple[str, str], ...]) -> str:
    """Telex `ddangw`: the shape letter may stand at the end of the syllable, after the consonants."""
    for typed, letter in shapes:
        if typed in body:
            body = body.replace(typed, letter, 1)
            continue
        first, mark = typed[0], typed[1]
        at, end = body.find(first), body.rfind(mark)
        if 0 <= at < end and (mark.isdigit() or mark in ("w", first)) and end == len(body) - 1 and end - at > 1:
            body = body[:at] + letter + body[at + 1 : end]
    return body

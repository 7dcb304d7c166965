"""Typing errors as people make them on Vietnamese phones and computers: to learn from, and to measure with."""

from __future__ import annotations

import random

from app.understanding.text import fold

# Neighbours on a keyboard.
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "g": "fh", "h": "gj", "i": "uo", "k": "jl", "l": "k", "m": "n", "n": "bm",
    "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "x": "zc", "y": "tu",
}  # fmt: skip
TELEX = {"á": "as", "à": "af", "ả": "ar", "ã": "ax", "ạ": "aj", "â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}


def with_slips(text: str, chance: random.Random, every: int = 10) -> str:
    """The same text with one typing error in each `every` letters."""
    letters = list(text)
    positions = [at for at, letter in enumerate(letters) if letter.isalpha()]
    for at in chance.sample(positions, len(positions) // every):
        letters[at] = _slip(letters[at], chance)
    return "".join(letters)


def mistyped(text: str, chance: random.Random) -> str:
    """The same text with typing errors, half of the times without accents too."""
    return with_slips(text if chance.random() < 0.5 else fold(text), chance)


def _slip(letter: str, chance: random.Random) -> str:
    small = letter.lower()
    if small in TELEX and chance.random() < 0.5:
        return TELEX[small]
    plain = fold(small)
    kind = chance.choice(("neighbour", "twice", "lost"))
    if kind == "neighbour" and plain in NEIGHBOURS:
        return chance.choice(NEIGHBOURS[plain])
    return letter * 2 if kind == "twice" else ""

"""`python -m app.site.lookup_learning`: what the lookup page's phone-sized understanding knows, learned from our own texts.

The server's learned words (`app/understanding/learned.npz`) are ten times too large for a page that must come over a weak
network in one visit. Here the same texts teach a softmax regression that may keep only KEPT weights: learn, throw the
smallest away, let the rest make up for them, again, until few enough are left. How near a class's own names are is given
(the page works it out itself from the names), so that no weight is spent on it. Reproducible: fixed seed.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.assistant.knowledge import build_index, catalog_entries, intent_entries, read_national
from app.assistant.slips import mistyped
from app.assistant.train import SEED
from app.assistant.training_rows import told_messages
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import read_document
from app.site.lookup_words import LEARNED_FILE, NAMES_WEIGHT, PAIR, Learned, NameVectors, classes_of
from app.understanding.index import Index
from app.understanding.learned import Learned as LearnedByServer
from app.understanding.terms import Entry, Terms

KEPT = 48_000
SHARPNESS, RATE = 8.0, 12.0
RAREST_WORD, RAREST_PAIR = 2, 3  # texts a term must occur in
SPELLING_PAIR = 6  # times a pair of words must occur to speak for a word that is put right
ROUNDS = ((4 * KEPT, 1), (2 * KEPT, 1), (int(1.4 * KEPT), 2), (KEPT, 3))  # weights left, and epochs to make up for the rest

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass
class Sums:
    """Texts as vectors, with what the names already say of each."""

    vectors: list[tuple[Ints, Floats]]
    targets: list[int]
    names: NDArray[np.float16]


def main() -> None:
    """Learn from the catalog in `procedures/` and write `lookup_learned.npz`."""
    folder = Path("procedures")
    catalog = load_catalog(folder)
    entries = classes_of(catalog_entries(catalog))
    everything = [*catalog_entries(catalog, read_national(folder)), *intent_entries(read_document(folder / "intents.yaml").data)]
    index = build_index(everything, folder, LearnedByServer.load())
    names = NameVectors.build(entries, {p.code: p.summary for p in catalog.in_force()}, index.normalizer)
    texts = _texts(entries, folder)
    print(f"{len(texts)} texts for {len(entries)} classes")
    questions = [({term: value for term, value in index.query(text).terms.items() if term[0] != "#"}, name) for text, name in texts]
    learn(questions, entries, names, _spelling(index, entries)).save(LEARNED_FILE)
    print(f"{LEARNED_FILE.name}: {LEARNED_FILE.stat().st_size} bytes")


def _texts(entries: Sequence[Entry], folder: Path) -> list[tuple[str, str]]:
    """Names, ways of asking and told messages with their class: as written, and once more with typing errors."""
    chance = random.Random(SEED)  # noqa: S311 -- reproducible shuffling, not cryptography
    held = {entry.id for entry in entries}
    texts = [(text, entry.id) for entry in entries for text in (*entry.names, *entry.asks, *entry.told)]
    texts += [(sample.text, sample.target) for sample in told_messages(folder / "training") if sample.target in held]
    return texts + [(mistyped(text, chance), name) for text, name in texts]


def _spelling(index: Index, entries: Sequence[Entry]) -> tuple[Counter[str], Counter[str]]:
    """How often words, and pairs of words, occur in what people ask."""
    words, pairs = Counter[str](), Counter[str]()
    for entry in entries:
        for text in (*entry.names, *entry.asks):
            said = index.normalizer.words(text).plain.split()
            words.update(said)
            pairs.update(PAIR.join(pair) for pair in pairwise(said))
    return words, pairs


def learn(
    questions: Sequence[tuple[Terms, str]], entries: Sequence[Entry], names: NameVectors, spelling: tuple[Counter[str], Counter[str]]
) -> Learned:
    """The best KEPT weights for these questions (weighted terms and the id of the class meant)."""
    seen = Counter(term for terms, _ in questions for term in terms)
    terms = [term for term, count in seen.items() if count >= (RAREST_PAIR if PAIR in term else RAREST_WORD)]
    rarity = np.array([math.log(1 + len(questions) / (1 + seen[term])) for term in terms], dtype=np.float32)
    rarity /= rarity.max()
    often = np.array([seen[term] for term in terms], dtype=np.float32) ** np.float32(0.3)
    position = {term: number for number, term in enumerate(terms)}
    number_of = {entry.id: number for number, entry in enumerate(entries)}
    sums = Sums(
        [_vector(each, position, rarity) for each, _ in questions],
        [number_of[name] for _, name in questions],
        np.stack([(NAMES_WEIGHT * names.score(each)).astype(np.float16) for each, _ in questions]),
    )
    table = np.zeros((len(terms), len(entries)), dtype=np.float32)
    chance = np.random.default_rng(SEED)
    for epoch in range(4):
        _epoch(table, None, sums, RATE / (1 + 0.5 * epoch) / SHARPNESS, chance)
    for kept, epochs in ROUNDS:
        worth = np.abs(table) * (rarity * often)[:, None]
        mask = worth >= np.partition(worth.ravel(), -kept)[-kept]
        table *= mask
        for epoch in range(epochs):
            _epoch(table, mask, sums, RATE / (2.5 + 0.5 * epoch) / SHARPNESS, chance)
        print(f"{kept} weights: {_right(table, sums):.1%} of the texts learned from")
    weights = table * rarity[:, None] * SHARPNESS
    words, pairs = spelling
    return Learned.from_table(
        weights, terms, [entry.id for entry in entries], words, {p: n for p, n in pairs.items() if n >= SPELLING_PAIR}
    )


def _vector(terms: Terms, position: Mapping[str, int], rarity: Floats) -> tuple[Ints, Floats]:
    """Known terms as positions and weights, over the length that the page works out too: of the words alone."""
    known = [(position[term], value) for term, value in terms.items() if term in position]
    where = np.array([at for at, _ in known], dtype=np.int32)
    values = np.array([value for _, value in known], dtype=np.float32)
    return where, values * rarity[where] / np.float32(length_of(terms))


def length_of(terms: Terms) -> float:
    """By what a question's sums are divided, so that long and short ones weigh the same against the names."""
    return math.sqrt(sum(value**2 for term, value in terms.items() if term[0] != "~" and PAIR not in term) + 0.5)


def _epoch(table: Floats, mask: NDArray[np.bool_] | None, sums: Sums, rate: float, chance: np.random.Generator) -> None:
    for number in chance.permutation(len(sums.vectors)):
        where, weights = sums.vectors[number]
        if not len(where):
            continue
        logits = SHARPNESS * (weights @ table[where]) + sums.names[number]
        guess = np.exp(logits - logits.max())
        guess /= guess.sum()
        guess[sums.targets[number]] -= 1
        step = np.outer(np.float32(rate) * weights, guess)
        if mask is not None:
            step *= mask[where]
        table[where] -= step


def _right(table: Floats, sums: Sums) -> float:
    """Share of a sample of texts whose class is first."""
    sample = range(0, len(sums.vectors), 20)
    found = [
        int(np.argmax(SHARPNESS * (sums.vectors[n][1] @ table[sums.vectors[n][0]]) + sums.names[n])) == sums.targets[n] for n in sample
    ]
    return sum(found) / max(1, len(found))


if __name__ == "__main__":
    main()

"""Learn which words speak for which class: softmax regression by stochastic gradient over texts as weighted terms.

Three in ten of a text's terms are left out each time it is looked at, and no class is ever taken for certain: then what
many words say together counts, which stories and typing errors need. With six in ten left out stories gain more, and
«lại» no longer tells look-alikes apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.understanding.learned import Learned, Vocabulary
from app.understanding.terms import Terms

EPOCHS = 12
RATE = 3.0
LEFT_OUT = 0.3  # share of a text's terms
DOUBT = 0.05  # probability spread over all classes
SHARPNESS = 8.0  # vectors have length one: logits of a few units need larger weights
SMALLEST = 0.3  # of a weight that is kept
LOOKS = 4  # at the table in each epoch but the first: their mean is less moved by the last texts than the last table is
RAREST_KEPT = 2  # texts a term must occur in

Floats = NDArray[np.float32]


def learn_words(texts: Sequence[tuple[Terms, str]], classes: Sequence[str], seed: int, times: int = 1) -> Learned:
    """Weights of terms for `classes`, from `texts`: pairs of weighted terms and the id of a class. Reproducible.

    `times`: trainings in another order each, whose mean is taken: one alone is a point better or worse by chance.
    """
    vocabulary = _vocabulary([terms for terms, _ in texts])
    vectors = [vocabulary.vector(terms) for terms, _ in texts]
    number_of = {name: number for number, name in enumerate(classes)}
    targets = [number_of[name] for _, name in texts]
    total, looks = np.zeros((len(vocabulary.position), len(classes)), dtype=np.float32), 0
    for training in range(times):
        table = np.zeros_like(total)
        chance = np.random.default_rng(seed + training)
        for epoch in range(EPOCHS):
            rate = RATE / (1 + 4.0 * epoch / EPOCHS) / SHARPNESS
            for count, number in enumerate(chance.permutation(len(texts)), 1):
                where, weights = vectors[number]
                kept = chance.random(len(where)) >= LEFT_OUT
                if kept.any():
                    _step(table, where[kept], weights[kept] / np.float32(1 - LEFT_OUT), targets[number], rate)
                if epoch and count % max(1, len(texts) // LOOKS) == 0:
                    total += table
                    looks += 1
    return Learned.from_table(total * np.float32(SHARPNESS / looks), vocabulary, classes, SMALLEST)


def _vocabulary(texts: Sequence[Terms]) -> Vocabulary:
    seen = Counter(term for terms in texts for term in terms)
    kept = [term for term, count in seen.items() if count >= RAREST_KEPT]
    rarity = np.array([math.sqrt(math.log(1 + len(texts) / (1 + seen[term]))) for term in kept], dtype=np.float32)
    return Vocabulary({term: number for number, term in enumerate(kept)}, rarity)


def _step(table: Floats, where: NDArray[np.int32], weights: Floats, target: int, rate: float) -> None:
    """Move the weights of one text's terms towards its class and away from the others it resembles."""
    logits = SHARPNESS * (weights @ table[where])
    guess = np.exp(logits - logits.max())
    guess /= guess.sum()
    guess -= DOUBT / len(guess)
    guess[target] -= 1 - DOUBT
    table[where] -= np.outer(rate * weights, guess)

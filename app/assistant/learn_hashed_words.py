"""Learns which words speak for one side of a question: logistic regression by stochastic gradient over texts as weighted terms."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from app.understanding.hashed_words import SHARPNESS, HashedWords, hashed
from app.understanding.terms import Terms

EPOCHS, RATE, LEFT_OUT = 6, 6.0, 0.3


def learn_hashed_words(texts: Iterable[tuple[Terms, bool, float]], buckets: int, seed: int) -> HashedWords:
    """From terms, whether they speak for it, and how much they count. The mean of the later epochs. Reproducible."""
    rows = [(hashed(terms, buckets), float(wanted), counts) for terms, wanted, counts in texts]
    chance = np.random.default_rng(seed)
    weights, bias = np.zeros(buckets), 0.0
    sums, biases = np.zeros(buckets), 0.0
    for epoch in range(EPOCHS):
        rate = RATE / (1 + epoch)
        for number in chance.permutation(len(rows)):
            (where, values), wanted, counts = rows[number]
            kept = chance.random(len(where)) >= LEFT_OUT
            where, values = where[kept], values[kept] / (1 - LEFT_OUT)
            guess = 1 / (1 + math.exp(-SHARPNESS * float(values @ weights[where]) - bias))
            step = rate * counts * (guess - wanted)
            np.subtract.at(weights, where, step * values)
            bias -= 0.02 * step
        if epoch >= EPOCHS // 2:
            sums += weights
            biases += bias
    half = EPOCHS - EPOCHS // 2
    return HashedWords((sums / half).astype(np.float32), biases / half)

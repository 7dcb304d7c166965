"""Which case of a procedure a message is about: by the words that only this case has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.catalog.content import Procedure
from app.understanding.text import fold

WordsOf = Callable[[str], set[str]]


@dataclass(frozen=True)
class CasePicker:
    """Distinctive words of each case of one procedure, with weights: a name counts more than an explanation."""

    weights: dict[str, dict[str, float]]

    @classmethod
    def build(cls, procedure: Procedure, words_of: WordsOf) -> CasePicker:
        """`words_of` gives the folded content words of a text."""
        bags: dict[str, Counter[str]] = {}
        for case in procedure.cases:
            bag: Counter[str] = Counter()
            for text, weight in ((case.name, 2), *((ask, 2) for ask in case.asks), (case.when, 1)):
                for word in words_of(text):
                    bag[word] = max(bag[word], weight)
            bags[case.id] = bag
        shared = Counter(word for bag in bags.values() for word in bag)
        spoken = " ".join(ask for asks in procedure.asks.values() for ask in asks)
        common = words_of(procedure.name) | set(re.findall(r"\w+", fold(spoken)))
        return cls(
            {
                case_id: {word: weight for word, weight in bag.items() if shared[word] == 1 and word not in common}
                for case_id, bag in bags.items()
            }
        )

    def pick(self, words: set[str]) -> str | None:
        """The case whose own words occur most, when there is one and it is clear."""
        scores = sorted(((sum(own.get(word, 0) for word in words), case_id) for case_id, own in self.weights.items()), reverse=True)
        if len(scores) < 2 or scores[0][0] < 2 or scores[0][0] - scores[1][0] < 1:
            return None
        return scores[0][1]

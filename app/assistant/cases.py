"""Which case of a procedure a message is about: by the words that only this case has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from app.catalog.content import Procedure
from app.messages import Choice
from app.understanding.decision import Decision, Part
from app.understanding.index import Index
from app.understanding.rules import Aspect
from app.understanding.text import fold

NAME, ASK, WHEN = 3, 2, 1
ENOUGH, CLEAR = 4, 2


@dataclass(frozen=True)
class CasePicker:
    """Distinctive words of each case of one procedure, weighted: a name counts more than an explanation."""

    weights: dict[str, dict[str, int]]
    markers: dict[str, frozenset[str]]
    """Markers (nước ngoài, lưu động…) that only some cases have: a case is out when its marker is not spoken of."""

    @classmethod
    def build(cls, procedure: Procedure, index: Index) -> CasePicker:
        """Words and markers come from the index, so that a case is read as the message is."""

        def words_of(text: str) -> set[str]:
            return set(index.normalizer.words(text).content)

        bags: dict[str, Counter[str]] = {}
        markers: dict[str, frozenset[str]] = {}
        for case in procedure.cases:
            bag: Counter[str] = Counter()
            for text, weight in ((case.name, NAME), *((ask, ASK) for ask in case.asks), (case.when, WHEN)):
                for word in words_of(text):
                    bag[word] = max(bag[word], weight)
            bags[case.id] = bag
            markers[case.id] = index.markers.of(index.normalizer.words(f"{case.name} {case.when}").folded)
        shared = Counter(word for bag in bags.values() for word in bag)
        spoken = " ".join(ask for asks in procedure.asks.values() for ask in asks)
        common = words_of(procedure.name) | set(re.findall(r"\w+", fold(spoken)))
        everywhere = frozenset.intersection(*markers.values()) | index.markers.of(fold(procedure.name).split())
        return cls(
            {
                case_id: {word: weight for word, weight in bag.items() if shared[word] == 1 and (weight == NAME or word not in common)}
                for case_id, bag in bags.items()
            },
            {case_id: (found - everywhere) & index.markers.variants for case_id, found in markers.items()},
        )

    def pick(self, words: frozenset[str], markers: frozenset[str]) -> str | None:
        """The case whose own words occur most, when there is one and it is clear."""
        scores = sorted(
            (sum(own.get(word, 0) for word in words), case_id) for case_id, own in self.weights.items() if self.markers[case_id] <= markers
        )
        if not scores or scores[-1][0] < ENOUGH or (len(scores) > 1 and scores[-1][0] - scores[-2][0] < CLEAR):
            return None
        return scores[-1][1]


def still_there(procedure: Procedure, case_id: str) -> str | None:
    """A case that was known, unless a newer catalog no longer has it."""
    return next((case.id for case in procedure.cases if case.id == case_id), None)


def to_choose(procedure: Procedure, part: Part, decision: Decision) -> list[Choice]:
    """The procedure's cases, when there are several, none was chosen, and it is sure that this procedure was meant."""
    if part.case_id is not None or decision.choices or len(procedure.cases) == 1 or part.aspects == (Aspect.QR,):
        return []
    return [Choice(label=case.name, send=f"case:{procedure.code}:{case.id}") for case in procedure.cases]

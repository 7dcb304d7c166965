"""One message read: signs, ranking, aspects. Pure; `dialogue` decides what to do with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.understanding.index import Entry, Index, Kind, Query
from app.understanding.ranker import Ranking, Weights, rank
from app.understanding.rules import Aspect, Rules, Signs


@dataclass(frozen=True)
class Reading:
    """What one message says, before the conversation is looked at."""

    query: Query
    signs: Signs
    ranking: Ranking | None
    entries: tuple[tuple[Entry, float], ...]
    """Classes best first with their probability; empty for a message without any word."""

    @property
    def top(self) -> Entry | None:
        return self.entries[0][0] if self.entries else None

    @property
    def confidence(self) -> float:
        return self.ranking.confidence if self.ranking else 0.0

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        return self.signs.aspects

    def codes(self, limit: int = 5) -> list[str]:
        """Codes of procedures, best first."""
        return [entry.id for entry, _ in self.entries if entry.kind is Kind.PROCEDURE][:limit]


class Reader:
    """Reads messages with one index, one set of rules, one set of learned weights."""

    def __init__(self, index: Index, rules: Rules, weights: Weights) -> None:
        self.index = index
        self.rules = rules
        self.weights = weights

    def read(self, text: str, favoured: tuple[str, ...] = ()) -> Reading:
        """Read a message. `favoured` classes (the procedure in mind) get a small bonus."""
        query = self.index.query(text)
        signs = self.rules.signs(query.words.plain, " ".join(query.words.folded))
        if not query.words.folded or not self.index.entries:
            return Reading(query, signs, None, ())
        scored = self.index.score(query, frozenset(f"intent:{name}" for name in signs.intents))
        bonus = None
        if favoured:
            numbers = {self.index.number_of[name] for name in favoured if name in self.index.number_of}
            bonus = np.array([1.2 if int(number) in numbers else 0.0 for number in scored.classes])
        ranking = rank(scored, self.weights, len(query.content), bonus)
        pairs = zip(ranking.classes, ranking.probabilities, strict=True)
        entries = tuple((self.index.entries[number], probability) for number, probability in pairs)
        return Reading(query, signs, ranking, entries)

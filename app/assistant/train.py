"""`./dev train`: learn the ranker's weights and its confidence from our own ways of asking.

Honest by construction: every text is scored by an index that has not seen its voice (procedures) or its fold (the
rest), so the weights are learned on questions the index does not know. For the confidence, whole classes are also
taken away, so that it learns what a question about something we do not hold looks like. Reproducible: fixed seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.assistant import learn_turning
from app.assistant.knowledge import build_index, build_rules, catalog_entries, intent_entries, read_national
from app.assistant.learn_foreign import learn_foreign, learn_foreign_words, of_others, told_of_others, with_errors
from app.assistant.learn_language import learn_language
from app.assistant.learn_vagueness import learn_vague_words, learn_vagueness
from app.assistant.learn_words import learn_words
from app.assistant.slips import mistyped, with_slips
from app.assistant.training_rows import Besides, Floats, Row, Sample, importance, learn_logistic, ranked, score, told_messages
from app.catalog.content import Voice
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import read_document
from app.understanding.foreign import FOREIGN_FEATURES, FOREIGN_FILE
from app.understanding.hashed_words import HashedWords
from app.understanding.index import FEATURES, Index
from app.understanding.language import Language
from app.understanding.learned import Learned
from app.understanding.national import Named, National
from app.understanding.ranker import CONFIDENCE_FEATURES, WEIGHTS_FILE, confidence_features
from app.understanding.rules import Rules
from app.understanding.terms import Entry, Kind, Terms
from app.understanding.text import fold
from app.understanding.vagueness import VAGUE_FEATURES, VAGUE_FILE

FOLDS = 7
REMOVALS = 6
TIMES = 2  # trainings whose mean is used in answering
GUESSED_FROM = ("centroid", "bayes", "nearest", "name", "name_overlap", "coverage")
SEED, WORDS_SEED = 20261122, 1


@dataclass(frozen=True)
class Others:
    """What is no matter of ours: names of the national catalogue, and messages about them."""

    names: list[Named]
    told: list[Sample]


@dataclass(frozen=True)
class Fold:
    """Samples of a fold, their candidates, the row of the right one (-1: missing); and the same of messages about others' matters."""

    samples: list[Sample]
    rows: list[Row]
    targets: list[int]
    others: list[Sample]
    other_rows: list[Row]


def main() -> None:
    """Learn, print the held-out figures, write weights.json."""
    folder = Path("procedures")
    catalog = load_catalog(folder)
    intents = read_document(folder / "intents.yaml").data
    rules = build_rules(intents)
    entries = [*catalog_entries(catalog, read_national(folder)), *intent_entries(intents)]
    voices = {
        (procedure.code, ask): list(Voice).index(voice)
        for procedure in catalog.in_force()
        for voice, asks in procedure.asks.items()
        for ask in asks
    }
    told = told_messages(folder / "training")
    samples = _samples(entries, voices) + told
    others = Others(of_others(read_national(folder), entries), told_of_others(folder / "training" / "others", FOLDS))
    with Pool(2) as pool:  # one for each core of the machines we know; the result does not depend on it
        learning = pool.apply_async(_learn_all, (entries, told, others, folder))
        folds = pool.starmap(_fold, [(number, entries, samples, told, others, folder, rules) for number in range(FOLDS)], chunksize=1)
        absent = pool.starmap(
            _removed_classes, [(number, entries, samples, told, folder, rules) for number in range(REMOVALS)], chunksize=1
        )
        language, words, foreign_words, vague_words = learning.get()
        language.save()
        words.save()
        foreign_words.save(FOREIGN_FILE)
        vague_words.save(VAGUE_FILE)
    tables, targets = [row for fold in folds for row in fold.rows], [target for fold in folds for target in fold.targets]
    of_folds = [sample for fold in folds for sample in fold.samples]
    rank_weights = _learn_rank(tables, targets, importance(of_folds, catalog.everyday))
    _say_accuracy("xếp hạng (câu chưa thấy giọng)", tables, targets, rank_weights)
    evidence, correct = _evidence(tables, targets, [row for rows in absent for row in rows], rank_weights)
    confidence_weights = learn_logistic(evidence, correct)
    _say_confidence(evidence, correct, confidence_weights)
    vague_weights = learn_vagueness(tables, of_folds, rank_weights, confidence_weights, catalog.everyday)
    foreign_weights = learn_foreign(
        [*tables, *(row for fold in folds for row in fold.other_rows)],
        [*of_folds, *(sample for fold in folds for sample in fold.others)],
        rank_weights,
        confidence_weights,
        catalog.everyday,
    )
    WEIGHTS_FILE.write_text(
        json.dumps(
            {
                "features": FEATURES,
                "confidence_features": CONFIDENCE_FEATURES,
                "vague_features": VAGUE_FEATURES,
                "foreign_features": FOREIGN_FEATURES,
                "rank": [round(float(w), 4) for w in rank_weights],
                "confidence": [round(float(w), 4) for w in confidence_weights],
                "vague": [round(float(w), 4) for w in vague_weights],
                "foreign": [round(float(w), 4) for w in foreign_weights],
                "unlearned": [round(float(w), 4) for w in _guess_learned(tables)],
                "samples": len(samples),
                "catalog": catalog.version,
            },
            indent=1,
        )
        + "\n",
        "utf-8",
    )
    learn_turning.main()  # with what was just learned


def _samples(entries: Iterable[Entry], voices: dict[tuple[str, str], int]) -> list[Sample]:
    chance = random.Random(SEED)
    samples = []
    for entry in entries:
        for ask in (*entry.asks, *entry.told):
            where = voices.get((entry.id, ask), chance.randrange(FOLDS))
            samples.append(Sample(ask, entry.id, where))
            if fold(ask) != ask.casefold() and chance.random() < 0.5:
                samples.append(Sample(fold(ask), entry.id, where))
            if chance.random() < 0.25:
                samples.append(Sample(with_slips(ask, chance), entry.id, where))
    return samples


def _learn_all(
    entries: list[Entry], told: list[Sample], others: Others, folder: Path
) -> tuple[Language, Learned, HashedWords, HashedWords]:
    """What is learned of words from everything: what is used at run time."""
    language = learn_language(entries, told)
    index = build_index(entries, folder, language=language)
    texts = _texts(index, entries, told)
    foreign_words = _learn_foreign_words(index, texts, others.names, others.told)
    return language, _learn(texts, entries, TIMES), foreign_words, learn_vague_words(texts, SEED)


def _learn(texts: list[tuple[Terms, str]], entries: list[Entry], times: int = 1) -> Learned:
    return learn_words(texts, [entry.id for entry in entries], WORDS_SEED, times)


def _learn_foreign_words(index: Index, texts: list[tuple[Terms, str]], names: list[Named], told: list[Sample]) -> HashedWords:
    said = [index.query(text).terms for text in with_errors(told, SEED)]
    return learn_foreign_words([terms for terms, _ in texts], [index.query(each.name).terms for each in names], said, SEED)


def _texts(index: Index, entries: list[Entry], told: list[Sample]) -> list[tuple[Terms, str]]:
    """Names, ways of asking and told messages with their class: as written, without accents, and with typing errors."""
    chance = random.Random(SEED)
    texts = [(text, entry.id) for entry in entries for text in (*entry.names, *entry.asks, *entry.told)]
    texts += [(sample.text, sample.target) for sample in told if sample.target in index.number_of]
    without_accents = [(fold(text), name) for text, name in texts if fold(text) != text.casefold()]
    with_slip = [(mistyped(text, chance), name) for text, name in texts]
    texts += without_accents + with_slip
    return [(index.query(text).terms, name) for text, name in texts]


def _fold(number: int, entries: list[Entry], samples: list[Sample], told: list[Sample], others: Others, folder: Path, rules: Rules) -> Fold:
    """Score the samples of a fold by an index without that fold."""
    held = {(s.target, fold(s.text)) for s in samples if s.fold == number}
    left, heard = _without(entries, held), [sample for sample in told if sample.fold != number]
    index = build_index(left, folder, language=learn_language(left, heard))
    texts = _texts(index, left, heard)
    index.use(_learn(texts, left))
    foreign_words = _learn_foreign_words(index, texts, others.names, [sample for sample in others.told if sample.fold != number])
    besides = Besides(National(others.names), foreign_words, learn_vague_words(texts, SEED))
    of_fold = [sample for sample in samples if sample.fold == number]
    of_others = [sample for sample in others.told if sample.fold == number]
    rows, told_rows = ([score(index, rules, each.text, besides) for each in some] for some in (of_fold, of_others))
    targets = []
    for row, sample in zip(rows, of_fold, strict=True):
        where = np.flatnonzero(row.classes == index.number_of[sample.target])
        targets.append(int(where[0]) if len(where) else -1)
    return Fold(of_fold, rows, targets, of_others, told_rows)


def _without(entries: list[Entry], held: set[tuple[str, str]]) -> list[Entry]:
    def left(entry: Entry, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in texts if (entry.id, fold(text)) not in held)

    return [replace(entry, asks=left(entry, entry.asks), told=left(entry, entry.told)) for entry in entries]


def _removed_classes(number: int, entries: list[Entry], samples: list[Sample], told: list[Sample], folder: Path, rules: Rules) -> list[Row]:
    """Questions about a part of the procedures, scored by an index that does not hold them at all."""
    chance = random.Random(SEED + number)
    codes = [entry.id for entry in entries if entry.kind is Kind.PROCEDURE]
    random.Random(SEED).shuffle(codes)
    removed = set(codes[number::REMOVALS])
    left = [entry for entry in entries if entry.id not in removed]
    index = build_index(left, folder, language=learn_language(left, told))
    index.use(_learn(_texts(index, left, told), left))
    return [score(index, rules, sample.text) for sample in samples if sample.target in removed and chance.random() < 0.5]


def _learn_rank(tables: list[Row], targets: list[int], counts: Floats, rounds: int = 400) -> Floats:
    """Softmax regression over candidates beside what the reader gives to plain ones, with Adam, full batch."""
    kept = [(row, target) for row, target in zip(tables, targets, strict=True) if target >= 0]
    features = np.stack([row.features for row, _ in kept]).astype(np.float64)
    given = np.stack([row.given for row, _ in kept])
    chosen = np.array([target for _, target in kept])
    weighed = counts[np.array(targets) >= 0]
    weighed /= weighed.sum()
    weights = np.zeros(len(FEATURES))
    weights[: FEATURES.index("coverage") + 1] = 1.0
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, rounds + 1):
        logits = features @ weights + given
        probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        expected = np.einsum("nk,nkf->nf", probabilities, features)
        gradient = weighed @ (expected - features[np.arange(len(chosen)), chosen]) + 2e-4 * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= 0.15 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def _guess_learned(tables: list[Row]) -> Floats:
    """Least squares: the learned sum from the other evidence about a class."""
    features = np.concatenate([row.features for row in tables]).astype(np.float64)
    others = features.copy()
    others[:, [at for at, name in enumerate(FEATURES) if name not in GUESSED_FROM]] = 0.0
    found, *_ = np.linalg.lstsq(others, features[:, FEATURES.index("learned")], rcond=None)
    return np.asarray(found, dtype=np.float64)


def _evidence(tables: list[Row], targets: list[int], unseen: list[Row], weights: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    rows, correct = [], []
    for row, target in [*zip(tables, targets, strict=True), *((row, -1) for row in unseen)]:
        order, probabilities = ranked(row, weights)
        rows.append(confidence_features(probabilities, row.features[order[0]], row.unknown_share, row.words))
        correct.append(int(order[0]) == target)
    return np.array(rows), np.array(correct)


def _say_accuracy(name: str, tables: list[Row], targets: list[int], weights: Floats) -> None:
    places = []
    for row, target in zip(tables, targets, strict=True):
        order, _ = ranked(row, weights)
        places.append(int(np.flatnonzero(order == target)[0]) if target >= 0 else 99)
    found = np.array(places)
    top1, top3 = (found == 0).mean() * 100, (found < 3).mean() * 100
    print(f"{name}: {len(found)} câu · đúng đầu {top1:.1f} % · trong ba {top3:.1f} %")
    for feature, weight in zip(FEATURES, weights, strict=True):
        print(f"  {feature:18} {weight:+.2f}")


def _say_confidence(evidence: Floats, correct: NDArray[np.bool_], weights: Floats) -> None:
    guess = 1 / (1 + np.exp(-evidence @ weights))
    print("độ tin: ngưỡng → tỉ lệ trả lời, đúng khi trả lời")
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        said = guess >= threshold
        print(f"  {threshold:.1f} → {said.mean():.2f}, {correct[said].mean() if said.any() else 0:.3f}")
    for feature, weight in zip(CONFIDENCE_FEATURES, weights, strict=True):
        print(f"  {feature:18} {weight:+.2f}")


if __name__ == "__main__":
    main()

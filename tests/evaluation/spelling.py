"""How many misspelt words are put right, on messages nothing was learned from: `python -m tests.evaluation.spelling`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter

from app.understanding.language import Language
from app.understanding.spelling import Spelling
from app.understanding.text import decode_slip, fold, split_words
from tests.evaluation.questions import BLIND, Question, load_blind, with_typing_errors, without_accents


@dataclass
class Repaired:
    """Counts of words, without regard to accents."""

    slipped: int = 0
    right: int = 0
    clean: int = 0
    spoilt: int = 0

    @property
    def share_right(self) -> float:
        """Of the slipped words, those put right (0-1)."""
        return self.right / self.slipped if self.slipped else 0.0

    @property
    def share_spoilt(self) -> float:
        """Of the words that were right, those changed (0-1)."""
        return self.spoilt / self.clean if self.clean else 0.0


def repaired(spelling: Spelling, pairs: Iterable[tuple[str, str]]) -> Repaired:
    """Count over pairs of a text and the same as it was typed; those with another number of words are left out."""
    found = Repaired()
    for meant, typed in pairs:
        wanted, given = ([fold(decode_slip(word)) for word in split_words(text)] for text in (meant, typed))
        if len(wanted) != len(given):
            continue
        for want, was, now in zip(wanted, given, spelling.repair(split_words(typed)), strict=True):
            right = fold(decode_slip(now)) == want
            found.slipped += was != want
            found.right += was != want and right
            found.clean += was == want
            found.spoilt += was == want and not right
    return found


def accented(questions: Iterable[Question]) -> list[Question]:
    """Those typed with accents."""
    return [question for question in questions if without_accents(question) != question]


def _milliseconds(spelling: Spelling, texts: list[str]) -> float:
    """What one message takes, on average."""
    started = perf_counter()
    for text in texts:
        spelling.repair(split_words(text))
    return 1000 * (perf_counter() - started) / len(texts)


def main() -> None:
    """Print a line for each set."""
    spelling = Spelling(Language.load())
    print(
        f"{'':26} một lỗi mười chữ: sửa đúng, làm hỏng · bỏ dấu: sửa đúng, làm hỏng · không lỗi: làm hỏng · ms mỗi câu: không lỗi, có lỗi"
    )
    for path in sorted(BLIND.glob("*.jsonl")):
        questions = accented(load_blind(path.stem))
        plain = [without_accents(question) for question in questions]
        both = [repaired(spelling, [(q.text, with_typing_errors(q).text) for q in some]) for some in (questions, plain)]
        clean = repaired(spelling, [(q.text, q.text) for q in questions])
        times = [_milliseconds(spelling, texts) for texts in ([q.text for q in questions], [with_typing_errors(q).text for q in questions])]
        said = " · ".join(f"{100 * each.share_right:.1f} %, {100 * each.share_spoilt:.1f} %" for each in both)
        print(f"{path.stem:26} {said} · {100 * clean.share_spoilt:.1f} % · {times[0]:.2f}, {times[1]:.2f}")


if __name__ == "__main__":
    main()

"""Prints the evaluation. `./dev eval --errors` also lists what went wrong, by code, for the error analysis.

Three sets, none of which the training has seen: the development questions (when they are there), and what two writers of
our own wrote who had not read a single way of asking. Nothing is tuned on single lines.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from app.assistant.knowing import Knowledge
from app.understanding.decision import Decision
from tests.evaluation.baseline import Baseline, baselines
from tests.evaluation.measure import Score, ask, score
from tests.evaluation.questions import (
    BLIND,
    DEV_FILE,
    HELD,
    OTHER,
    VAGUE,
    Question,
    judged_by_two,
    load,
    load_blind,
    with_typing_errors,
    without_accents,
)  # fmt: skip
from tests.evaluation.replies import Speaker

Pairs = list[tuple[Question, Decision]]


def main() -> None:
    """Evaluate on every set there is."""
    knowledge = Knowledge.load(Path("procedures"), None)
    in_force = knowledge.catalog.in_force()
    rivals = baselines({p.code: (p.name, p.official_name, *p.aliases) for p in in_force}, {p.code: p.all_asks() for p in in_force})
    sets = {f"người viết: {path.stem}": load_blind(path.stem) for path in sorted(BLIND.glob("*.jsonl"))}
    if DEV_FILE.exists():
        sets["bộ phát triển (shared)"] = load()
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    for name, questions in sets.items():
        if not only or any(word in name for word in only):
            _evaluate(name, questions, knowledge, rivals if "--fast" not in sys.argv else {})


def _evaluate(name: str, questions: list[Question], knowledge: Knowledge, rivals: dict[str, Baseline]) -> None:
    reader, held_codes = knowledge.reader, set(knowledge.catalog.procedures)
    held = [q for q in questions if q.kind in HELD and q.gold & held_codes]
    print(f"\n=== {name}: {len(questions)} câu; {len(held)} câu hỏi về thủ tục có trong kho ({len(held_codes)} thủ tục)")
    print(f"{'':34} {'câu':>5} {'đầu':>7} {'trong 3':>8}")
    for rival, search in rivals.items():
        _row(f"mốc: {rival}", _score_search(search, held))
    pairs = [(question, ask(reader, question)) for question in held]
    ours = score(pairs)
    _row("Gần Dân", ours)
    for kind in HELD:
        _row(f"  {kind}", score([pair for pair in pairs if pair[0].kind == kind]))
    print("theo lối viết")
    for style in sorted({style for question in held for style in question.style}):
        _row(f"  {style}", score([pair for pair in pairs if style in pair[0].style]))
    plain = [question for question in held if without_accents(question) != question]
    print("cùng các câu có dấu, viết khác đi")
    _row("  như đã viết", score([(q, ask(reader, q)) for q in plain]))
    _row("  bỏ hết dấu", score([(q, ask(reader, without_accents(q))) for q in plain]))
    _row("  gõ sai một trên mười chữ", score([(q, ask(reader, with_typing_errors(q))) for q in plain]))
    aspect = score([pair for pair in pairs if pair[0].aspects])
    print(f"khía cạnh đúng: {aspect.share(aspect.aspects_right, aspect.aspects_asked):.1f} % của {aspect.aspects_asked}")
    speaker, judgements = Speaker(knowledge), judged_by_two()
    unclear = [(q, ask(reader, q)) for q in questions if q.kind in VAGUE and q.gold <= held_codes]
    vague, asked = score(unclear), sum(speaker.asks(*pair) for pair in unclear)
    print(f"mơ hồ (đủ lựa chọn trong kho): hỏi lại {vague.share(vague.outcomes['clarify']):.1f} % của {vague.count} {dict(vague.outcomes)}")
    print(f"  kể cả thẻ có kèm câu hỏi để chọn trường hợp: {vague.share(asked):.1f} %")
    print(f"câu rõ bị hỏi lại: {ours.share(ours.outcomes['clarify']):.1f} %; nói chưa rõ: {ours.share(ours.outcomes['unknown']):.1f} %")
    beside = sum(d.outcome == "answer" and speaker.asks(q, d) for q, d in pairs if not q.prev)
    print(f"  được trả lời, thẻ có kèm câu hỏi để chọn trường hợp: {ours.share(beside):.1f} %")
    for judged, meaning in (("ask", "mơ hồ"), ("answer", "rõ")):
        agreed = score([(q, d) for q, d in (*unclear, *pairs) if judgements.get(q.id) == judged])
        if agreed.count:
            print(
                f"hai người đọc không biết câu trả lời cùng thấy {meaning}: hỏi lại {agreed.share(agreed.outcomes['clarify']):.1f} % của {agreed.count}"
            )
    wrong = sum(d.outcome == "answer" and not (d.codes and d.codes[0] in q.gold) for q, d in pairs)
    print(f"trả lời mà sai thủ tục: {ours.share(wrong):.1f} %")
    print("không phải việc của kho: trả lời nhầm bằng thẻ thủ tục")
    for kind in OTHER:
        group = score([(q, ask(reader, q)) for q in questions if q.kind == kind])
        if group.count:
            print(f"  {kind:16} {group.share(group.outcomes['answer']):5.1f} % của {group.count:3}   {dict(group.outcomes)}")
    absent = score([(q, ask(reader, q)) for q in questions if q.kind in HELD and q.gold and not q.gold & held_codes])
    if absent.count:
        print(f"  thủ tục không có {absent.share(absent.outcomes['answer']):5.1f} % của {absent.count:3}   {dict(absent.outcomes)}")
    if "--errors" in sys.argv:
        _confusions(pairs, knowledge)


def _score_search(search: Baseline, held: list[Question]) -> Score:
    found = Score()
    for question in held:
        codes = search.rank(question.text)
        found.count += 1
        found.first += codes[0] in question.gold
        found.among_three += any(code in question.gold for code in codes[:3])
    return found


def _row(name: str, found: Score) -> None:
    if found.count:
        print(f"{name:40} {found.count:5} {found.top1:6.1f}% {found.top3:7.1f}%")


def _confusions(pairs: Pairs, knowledge: Knowledge) -> None:
    """The most frequent confusions, as pairs of procedures, not as single questions."""
    names = {code: p.name for code, p in knowledge.catalog.procedures.items()}
    counts: Counter[tuple[str, str]] = Counter()
    for question, decision in pairs:
        codes = decision.codes
        if not codes or codes[0] not in question.gold:
            wanted = min(question.gold & names.keys())
            counts[names[wanted], names.get(codes[0], codes[0]) if codes else f"({decision.outcome}: {decision.intent})"] += 1
    print("nhầm nhiều nhất: cần → được")
    for (wanted, got), count in counts.most_common(20):
        print(f"  {count:3}  {wanted} → {got}")


if __name__ == "__main__":
    main()

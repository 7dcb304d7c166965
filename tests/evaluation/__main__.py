"""Prints the evaluation. `./dev eval --errors` also lists what went wrong, by code, for the error analysis."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from app.assistant.knowing import Knowledge
from app.understanding.dialogue import Decision
from tests.evaluation.baseline import NameSearch
from tests.evaluation.measure import Score, ask, score
from tests.evaluation.questions import DEV_FILE, HELD, OTHER, Question, load, with_typing_errors, without_accents


def main() -> None:
    """Evaluate on the development questions."""
    if not DEV_FILE.exists():
        print("Không có bộ câu hỏi phát triển (shared/data/questions/dev.jsonl) bên cạnh dự án: không có gì để đo.")
        return
    knowledge = Knowledge.load(Path("procedures"), None)
    reader, held_codes = knowledge.reader, set(knowledge.catalog.procedures)
    questions = load()
    held = [q for q in questions if q.kind in HELD and q.gold & held_codes]
    print(f"{len(questions)} câu; {len(held)} câu hỏi về thủ tục có trong kho ({len(held_codes)} thủ tục).\n")

    search = NameSearch({p.code: (p.name, p.official_name) for p in knowledge.catalog.in_force()})
    baseline = Score()
    for question in held:
        codes = search.rank(question.text)
        baseline.count += 1
        baseline.first += codes[0] in question.gold
        baseline.among_three += any(code in question.gold for code in codes[:3])

    pairs = [(question, ask(reader, question)) for question in held]
    ours = score(pairs)
    print(f"{'':34} {'câu':>5} {'đầu':>7} {'trong 3':>8}")
    _row("mốc: n-gram chữ trên tên", baseline)
    _row("Gần Dân", ours)
    print(f"{'hơn mốc':34} {'':5} {ours.top1 - baseline.top1:+6.1f} {ours.top3 - baseline.top3:+7.1f}\n")
    for kind in HELD:
        _row(f"  {kind}", score([pair for pair in pairs if pair[0].kind == kind]))
    print("\ntheo lối viết")
    for style in sorted({style for question in held for style in question.style}):
        _row(f"  {style}", score([pair for pair in pairs if style in pair[0].style]))
    plain = [question for question in held if "no_diacritics" not in question.style]
    print("\ncùng các câu có dấu, viết khác đi")
    _row("  như đã viết", score([(q, ask(reader, q)) for q in plain]))
    _row("  bỏ hết dấu", score([(q, ask(reader, without_accents(q))) for q in plain]))
    _row("  gõ sai một trên mười chữ", score([(q, ask(reader, with_typing_errors(q))) for q in plain]))
    aspect = score([pair for pair in pairs if pair[0].aspects])
    print(f"\nkhía cạnh đúng: {aspect.share(aspect.aspects_right, aspect.aspects_asked):.1f} % của {aspect.aspects_asked}")

    vague = score([(q, ask(reader, q)) for q in questions if q.kind == "clarify" and q.gold <= held_codes])
    print(f"mơ hồ (đủ lựa chọn trong kho): hỏi lại {vague.share(vague.outcomes['clarify']):.1f} % của {vague.count}")
    print(f"câu rõ bị hỏi lại: {ours.share(ours.outcomes['clarify']):.1f} %; nói chưa rõ: {ours.share(ours.outcomes['unknown']):.1f} %")
    wrong = sum(d.outcome == "answer" and not (d.codes and d.codes[0] in q.gold) for q, d in pairs)
    print(f"trả lời mà sai thủ tục: {ours.share(wrong):.1f} %")
    print("\nkhông phải việc của kho: trả lời nhầm bằng thẻ thủ tục")
    for kind in OTHER:
        group = score([(q, ask(reader, q)) for q in questions if q.kind == kind])
        print(f"  {kind:16} {group.share(group.outcomes['answer']):5.1f} % của {group.count:3}   {dict(group.outcomes)}")
    absent = score([(q, ask(reader, q)) for q in questions if q.kind in ("procedure", "aspect") and not q.gold & held_codes])
    print(f"  thủ tục chưa có  {absent.share(absent.outcomes['answer']):5.1f} % của {absent.count:3}   {dict(absent.outcomes)}")
    if "--errors" in sys.argv:
        _confusions(pairs, knowledge)


def _row(name: str, found: Score) -> None:
    if found.count:
        print(f"{name:34} {found.count:5} {found.top1:6.1f}% {found.top3:7.1f}%")


def _confusions(pairs: list[tuple[Question, Decision]], knowledge: Knowledge) -> None:
    """The most frequent confusions, as pairs of procedures, not as single questions."""
    names = {code: p.name for code, p in knowledge.catalog.procedures.items()}
    counts: Counter[tuple[str, str]] = Counter()
    for question, decision in pairs:
        codes = decision.codes
        if not codes or codes[0] not in question.gold:
            wanted = min(question.gold & names.keys())
            counts[names[wanted], names.get(codes[0], codes[0]) if codes else "(không có)"] += 1
    print("\nnhầm nhiều nhất: cần → được")
    for (wanted, got), count in counts.most_common(20):
        print(f"  {count:3}  {wanted} → {got}")


if __name__ == "__main__":
    main()

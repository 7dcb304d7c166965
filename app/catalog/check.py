"""`python -m app.catalog.check [--only CODE …]`: what `gandan catalog check` runs."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from app.catalog.loader import read_catalog
from app.catalog.tiers import missing_for_gold, tier_of


def report(folder: Path, locale: str | None, only: list[str]) -> tuple[str, bool]:
    """A report in Vietnamese and whether the catalog is free of errors (of the `only` codes, when given)."""
    reading = read_catalog(folder, locale)
    problems = [p for p in reading.problems if not only or any(code in p.file for code in only)]
    lines = [f"{'LỖI ' if p.severity == 'error' else 'Nhắc'}  {p}" for p in problems]
    errors = [p for p in problems if p.severity == "error"]
    procedures = [p for p in reading.procedures.values() if not only or p.code in only]
    for procedure in procedures:
        missing = missing_for_gold(procedure)
        if only and missing:
            lines.append(f"{procedure.code} {procedure.name}: chưa đạt Vàng vì thiếu {'; '.join(missing)}")
    counts = Counter(tier_of(procedure) for procedure in procedures)
    lines.append(
        f"{len(procedures)} thủ tục: {', '.join(f'{count} {tier}' for tier, count in sorted(counts.items()))}"
        f" · {sum(len(p.all_asks()) for p in procedures)} cách hỏi"
    )
    lines.append("Không có lỗi." if not errors else f"{len(errors)} lỗi.")
    return "\n".join(lines), not errors


if __name__ == "__main__":
    text, good = report(Path("procedures"), None, [a for a in sys.argv[1:] if not a.startswith("-")])
    print(text)
    sys.exit(0 if good else 1)

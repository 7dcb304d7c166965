"""`python -m tests.bench.lookup`: the lookup page against the server's reader, in a real Chromium, and its speed on a slow phone.

Questions that need the message before them are left out of the comparison: a search box has no memory. They are counted.
Only totals are printed; nothing is tuned on single lines.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from app.assistant.knowing import Knowledge
from tests.browser.browsing import chromium, tab
from tests.evaluation.measure import ask, score
from tests.evaluation.questions import BLIND, DEV_FILE, HELD, Question, load, load_blind, with_typing_errors, without_accents
from tests.support.server import running_server

SLOWER = 4
LIMIT_MS = 30.0
LOSS_LIMIT = 3.0
READY = "[data-lookup][data-ready=yes]"
FIND = "(texts) => texts.map((text) => window.GanDan.lookup.find(text).slice(0, 5))"
# Each letter as its own event, as a hand types; the time includes the new list and its layout.
TYPE = """async (texts) => {
  const box = document.getElementById("tra");
  const spent = [];
  for (const text of texts) {
    for (let end = 1; end <= text.length; end += 1) {
      box.value = text.slice(0, end);
      const before = performance.now();
      box.dispatchEvent(new Event("input", { bubbles: true }));
      document.body.offsetHeight;
      spent.push(performance.now() - before);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return spent;
}"""


def main() -> None:
    """Print what is lost offline, and how long a keystroke takes."""
    knowledge = Knowledge.load(Path("procedures"), None)
    sets = {f"người viết: {path.stem}": load_blind(path.stem) for path in sorted(BLIND.glob("*.jsonl"))}
    if DEV_FILE.exists():
        sets["bộ phát triển (shared)"] = load()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder) / "data") as server, chromium() as browser:
        with tab(browser, server.url) as visitor:
            page = visitor.open("/tra-cuu")
            page.wait_for_selector(READY)
            for name, questions in sets.items():
                compare(name, questions, knowledge, page)
            texts = [found.name for found in knowledge.catalog.in_force()][::40]
            texts += [next(iter(found.all_asks())) for found in knowledge.catalog.in_force()][::40]
            spent, busy = typing(page, texts)
        print(f"\nTừ phím bấm tới danh sách mới, máy chậm {SLOWER} lần ({len(spent)} phím; trần {LIMIT_MS:.0f} ms)")
        cuts = statistics.quantiles(spent, n=100)
        print(f"  giữa {cuts[49]:.1f} ms, 95 % dưới {cuts[94]:.1f} ms, 99 % dưới {cuts[98]:.1f} ms, lâu nhất {max(spent):.1f} ms")
        print(f"  bộ xử lý bận {busy:.1f} ms mỗi phím (chạy mã, tính kiểu, dàn trang; không kể lúc máy bận việc khác)")


def typing(page: Page, texts: list[str], slower: int = SLOWER) -> tuple[list[float], float]:
    """Milliseconds of each keystroke on a processor so many times slower, and the mean of what the page itself computed for one."""
    session = page.context.new_cdp_session(page)
    page.evaluate(TYPE, texts[:2])  # compiled before it is measured, as after the first letters of a day
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    before = _busy(session)
    spent: list[float] = page.evaluate(TYPE, texts)
    busy = (_busy(session) - before) * 1000 / len(spent)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()
    return spent, busy


def _busy(session: CDPSession) -> float:
    """Seconds of processor time that scripts, styles and layout have taken so far."""
    named = {each["name"]: float(each["value"]) for each in session.send("Performance.getMetrics")["metrics"]}
    return sum(named[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"))


def compare(name: str, questions: list[Question], knowledge: Knowledge, page: Page) -> tuple[float, float]:
    """Print server and page side by side; how many points the page is below, first and among three."""
    held = [question for question in questions if question.kind in HELD and question.gold & knowledge.catalog.procedures.keys()]
    alone = [question for question in held if not question.prev]
    print(f"\n=== {name}: {len(alone)} câu ({len(held) - len(alone)} câu cần câu trước thì bỏ)\n{'':30} {'đầu':>7} {'trong 3':>8}")
    ways = {"như đã viết": alone, "bỏ hết dấu": [*map(without_accents, alone)], "gõ sai 1/10 chữ": [*map(with_typing_errors, alone)]}
    losses = []
    for way, asked in ways.items():
        server = score([(question, ask(knowledge.reader, question)) for question in asked])
        found: list[list[str]] = page.evaluate(FIND, [question.text for question in asked])
        first = _share(bool(codes) and codes[0] in question.gold for codes, question in zip(found, asked, strict=True))
        three = _share(any(code in question.gold for code in codes[:3]) for codes, question in zip(found, asked, strict=True))
        print(f"  {way + ', máy chủ':28} {server.top1:6.1f}% {server.top3:7.1f}%")
        print(f"  {way + ', ngoại tuyến':28} {first:6.1f}% {three:7.1f}%   kém {server.top1 - first:+.1f} và {server.top3 - three:+.1f}")
        losses.append((server.top1 - first, server.top3 - three))
    said = "đạt" if max(losses[0]) <= LOSS_LIMIT else "CHƯA ĐẠT"
    print(f"  kém nhiều nhất {max(losses[0]):.1f} điểm (trần {LOSS_LIMIT:.0f}): {said}")
    return losses[0]


def _share(right: Iterable[bool]) -> float:
    found = list(right)
    return 100 * sum(found) / max(1, len(found))


if __name__ == "__main__":
    main()

"""Five answers as citizens see them on every channel: `.venv/bin/python -m tests.channels.cards` writes docs/channels."""

from __future__ import annotations

import base64
import html
import re
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import Browser

from app.assistant.service import Exchange
from app.messages import Part, Reply
from app.rendering import render
from app.settings import ROOT
from app.site.pages import with_phone_links
from app.templates import environment
from bots.telegram import outgoing
from tests.assistant.ward import MONDAY, Clock, commune, pipeline, settings
from tests.browser.browsing import PHONE, chromium, tab
from tests.channels.limits import CAPABILITIES
from tests.support.server import running_server

FOLDER = ROOT / "docs" / "channels"
FONTS = ROOT / "app" / "site" / "static" / "fonts"
PUBLIC_URL = "https://ankhe.example"
ANSWER_ID = "0123456789abcdef" * 2
QUESTIONS = (
    "đăng ký kết hôn",
    "làm giấy khai sinh cho con cần gì",
    "Khai sinh cho con cần giấy tờ gì, còn khai tử mất bao lâu?",
    "sinh con",
    "cháy nhà",
)
NAMES = {"zalo-oa": "Zalo Official Account", "zalo-bot": "Zalo Bot", "telegram": "Telegram", "web": "trang web"}
# The page shows numbers under the newest answer only: here every answer is shown as when it was new.
EACH_AS_THE_LAST = """log => {
  log.style.padding = "0 12px";
  for (const exchange of log.querySelectorAll(".exchange")) {
    const alone = document.createElement("div");
    exchange.replaceWith(alone);
    alone.append(exchange);
  }
}"""

# Most servers have no font with these pictures, every phone has one: here they are drawn.
DRAWN = {
    "📄": '<path d="M6 2h8l5 5v15H6z" fill="#fff" stroke="#667"/><path d="M9 11h7M9 14h7M9 17h5" stroke="#667"/>',
    "💰": '<circle cx="12" cy="12" r="9" fill="#f5c542" stroke="#a77b0a"/><path d="M9 8h6M12 8v9" stroke="#a77b0a" stroke-width="2"/>',
    "⏱": '<circle cx="12" cy="13" r="8" fill="#fff" stroke="#667" stroke-width="2"/><path d="M12 8v5h4M10 2h4" stroke="#667" stroke-width="2" fill="none"/>',
    "📍": '<path d="M12 22C8 16 6 13 6 9a6 6 0 0 1 12 0c0 4-2 7-6 13z" fill="#d33b32"/><circle cx="12" cy="9" r="2.4" fill="#fff"/>',
    "📞": '<path d="M5 4l4-1 2 5-2.5 2a12 12 0 0 0 5.5 5.5l2-2.5 5 2-1 4c-9 1-16-6-15-15z" fill="#c33" stroke="#a22"/>',
}


def main() -> None:
    """Write the texts and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for channel in NAMES:
        (FOLDER / f"{channel}.md").write_text(dump(channel), "utf-8")
    with chromium() as browser:
        for channel in CAPABILITIES:
            with tab(browser, "http://127.0.0.1", width=PHONE) as visitor:
                visitor.page.set_content(_phone(channel))
                visitor.page.evaluate("document.fonts.ready.then(() => true)")
                visitor.page.screenshot(path=FOLDER / f"{channel}.png", full_page=True)
        _photograph_web(browser)


@cache
def replies() -> tuple[tuple[str, Reply], ...]:
    """The questions and their answers, on a day that stands still."""
    asked = pipeline(Clock(), settings(public_url=PUBLIC_URL))
    found = [(question, asked.ask(question, []).reply) for question in QUESTIONS]
    return tuple((question, reply.model_copy(update={"answer_id": ANSWER_ID})) for question, reply in found if reply)


def dump(channel: str) -> str:
    """The text of docs/channels/<channel>.md."""
    marks = " Chữ giữa hai dấu ** là chữ đậm." if channel != "web" and CAPABILITIES[channel].bold else ""
    sections = [f"# Năm lời đáp trên {NAMES[channel]}\n\nViết bằng `python -m tests.channels.cards`; [ … ] là nút.{marks}"]
    for question, reply in replies():
        texts = (
            [_web_text(question, reply)]
            if channel == "web"
            else [_part_text(channel, part) for part in render(reply, CAPABILITIES[channel])]
        )
        sections += [f"## {question}", *(f"```\n{text}\n```" for text in texts)]
    return "\n\n".join(sections) + "\n"


def _rows(channel: str, part: Part) -> list[list[str]]:
    """Labels of the buttons as they lie: Telegram takes rows, Zalo makes a list."""
    if channel == "telegram" and part.buttons:
        keyboard = outgoing.message("-", part)["reply_markup"]["inline_keyboard"]
        return [[button["text"] for button in row] for row in keyboard]
    return [[button.label] for button in part.buttons]


def _part_text(channel: str, part: Part) -> str:
    text = part.text
    for start, length in reversed(part.bold):
        text = f"{text[:start]}**{text[start : start + length]}**{text[start + length :]}"
    buttons = "\n".join(" ".join(f"[ {label} ]" for label in row) for row in _rows(channel, part))
    return f"{text}\n\n{buttons}".strip()


# --- the web page ----------------------------------------------------------------------------------------------------


class _Seen(HTMLParser):
    """The words of an answer of the web page, one line for each block."""

    BLOCKS = frozenset({"p", "h2", "dt", "li", "button", "span"})
    APART = frozenset({"section", "dl", "form", "ul", "p"})
    BEFORE = {"links": "→ ", "": "• "}  # noqa: RUF012 -- never changed

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._lists: list[str] = []
        self._inside, self._button = False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        self._inside = self._inside or kind.startswith("reply")
        if tag == "ul":
            self._lists.append(kind)
        if tag in self.APART:
            self.lines.append("")
        if tag == "button":
            self._button = True
        if tag in self.BLOCKS and not (self._button and tag == "span"):
            self.lines.append(self.BEFORE[self._lists[-1]] if tag == "li" else "[ " if tag == "button" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._lists.pop()
        if tag == "button":
            self.lines[-1] += " ]"
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.lines:
            self.lines[-1] = re.sub(r"\s+", " ", self.lines[-1] + data).lstrip()


def _web_text(question: str, reply: Reply) -> str:
    templates = environment()
    templates.globals["commune"] = commune()
    page = templates.get_template("site/exchange.html").render(
        exchange=Exchange(question, reply, MONDAY, ANSWER_ID, None),
        csrf="",
        fresh_message_id=str,
        local=str,
        with_phone_links=with_phone_links,
    )
    seen = _Seen()
    seen.feed(page)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in seen.lines)).strip()


def _photograph_web(browser: Browser) -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        running_server(Path(data) / "data") as server,
        tab(browser, server.url, width=PHONE) as visitor,
    ):
        visitor.open("/")
        for question in QUESTIONS:
            visitor.ask(question)
        visitor.page.evaluate("document.fonts.ready.then(() => true)")
        visitor.page.evaluate("document.activeElement.blur()")
        log = visitor.page.locator("#hoi-thoai")
        log.evaluate(EACH_AS_THE_LAST)
        log.screenshot(path=FOLDER / "web.png")


# --- a phone ---------------------------------------------------------------------------------------------------------


def _phone(channel: str) -> str:
    """A page that looks like the chat of a phone."""
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    regular, strong = (base64.b64encode((FONTS / f"be-vietnam-pro-{weight}.woff2").read_bytes()).decode() for weight in (400, 600))
    answers = [(question, render(reply, CAPABILITIES[channel])) for question, reply in replies()]
    shown = {"name": NAMES[channel], "listed": channel == "zalo-oa", "regular": regular, "strong": strong}
    return pages.get_template("phone.html").render(shown, answers=answers, bubble=_bubble, rows=partial(_rows, channel))


def _bubble(part: Part) -> Markup:
    """The text of a part as HTML: bold, addresses in blue, pictures drawn."""
    return Markup("".join(_runs(part)))


def _runs(part: Part) -> Iterator[str]:
    at = 0
    for start, length in (*part.bold, (len(part.text), 0)):
        yield _drawn(re.sub(r"(https?://\S+)", r"<a>\1</a>", html.escape(part.text[at:start])))
        yield f"<b>{html.escape(part.text[start : start + length])}</b>" if length else ""
        at = start + length


def _drawn(text: str) -> str:
    for emoji, drawing in DRAWN.items():
        text = text.replace(emoji, f'<svg viewBox="0 0 24 24" fill="none" aria-label="{emoji}">{drawing}</svg>')
    return text


if __name__ == "__main__":
    main()

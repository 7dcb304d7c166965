"""The web chat as a citizen without JavaScript uses it: forms over HTTP, and what the page then says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.fakes.serving import PLAIN


@dataclass
class Heard:
    """The last reply on the page."""

    question: str = ""
    text: str = ""
    cards: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    tel: list[str] = field(default_factory=list)


class _LastExchange(HTMLParser):
    """Collects the last `article.exchange` of the page, or the hint beside the box."""

    def __init__(self) -> None:
        super().__init__()
        self.heard, self.hint = Heard(), ""
        self._inside, self._in_hint, self._in_question, self._depth = False, False, False, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "article" and "exchange" in given.get("class", ""):
            self.heard, self._inside = Heard(), True
        if given.get("id") == "loi-gui":
            self._in_hint = True
        if not self._inside:
            return
        self._in_question = (tag == "p" and given.get("class") == "question") or (self._in_question and tag != "div")
        if tag == "a" and (match := re.search(r"/thu-tuc/(\d\.\d{6})", given.get("href", ""))) and match[1] not in self.heard.cards:
            self.heard.cards.append(match[1])
        if tag == "a" and given.get("href", "").startswith("tel:"):
            self.heard.tel.append(given["href"][4:])
        if tag == "button" and given.get("name") == "text":
            self.heard.choices.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._inside = False
        if tag == "div":
            self._in_hint = False

    def handle_data(self, data: str) -> None:
        if self._in_hint:
            self.hint += data
        if self._inside:
            if self._in_question:
                self.heard.question += data
            else:
                self.heard.text += " " + data


class WebChat:
    """One visitor."""

    has_buttons = True

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, follow_redirects=True, headers={"accept": "text/html"}, **PLAIN)
        self._sent = 0

    def say(self, text: str) -> Heard:
        """Send a message with the form of the page; what the page then shows last."""
        page = self._client.get("/").text
        csrf = re.search(r'name="csrf" value="(\w+)"', page)
        message_id = re.search(r'name="message_id" value="([^"]+)"', page)
        assert csrf is not None
        assert message_id is not None
        answer = self._client.post("/chat", data={"csrf": csrf[1], "message_id": message_id[1], "text": text})
        assert answer.status_code in (200, 422), f"{answer.status_code} {answer.text[:300]}"
        parser = _LastExchange()
        parser.feed(answer.text)
        if answer.status_code == 422:
            return Heard(text=parser.hint)
        if not parser.heard.text and "xong=" in str(answer.url):
            return Heard(text=answer.text)
        parser.heard.text = " ".join(parser.heard.text.split())
        return parser.heard

    def close(self) -> None:
        self._client.close()

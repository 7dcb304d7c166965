"""Reading pages as a browser does: forms with what they would send, links, and whatever could run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

POSSIBLE = {"date": "2027-01-10", "time": "07:30", "datetime-local": "2027-01-10T07:30", "number": "1"}


@dataclass
class Form:
    """A form of a page. `fields`: what it would send as it is; `free`: names of fields one may type anything into."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What a page holds. `running`: tags and attributes that would run a script that is not ours."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.running: list[str] = []
        self.ids: list[str] = []
        self._form: Form | None = None
        self._area = self._select = ""
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.running += [f"<{tag} {name}={value}>" for name, value in given.items() if name.startswith("on") or name in {"style", "srcdoc"}]
        self.running += [value for name, value in given.items() if value.strip().lower().startswith(("javascript:", "data:text"))]
        if tag in {"iframe", "object", "embed", "base"} or (
            tag == "script" and not given.get("src") and given.get("type") != "application/ld+json"
        ):
            self.running.append(f"<{tag}>")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self._form, given.get("name", ""), given.get("type", "text")
        assert form is not None
        if tag == "option" and self._select:
            chosen = form.fields.setdefault(self._select, [])
            if not chosen or "selected" in given:
                form.fields[self._select] = [given.get("value", "")]
        elif tag == "select":
            self._select = name
        elif tag == "textarea" and name:
            self._area = name
            form.fields[name] = [""]
            form.free.append(name)
            form.required += [name] if "required" in given else []
        elif tag in {"input", "button"} and name:
            if kind == "file":
                form.files.append(name)
            elif kind in {"checkbox", "radio"}:
                if "checked" in given or (kind == "radio" and name not in form.fields):
                    form.fields[name] = [*(form.fields.get(name, []) if kind == "checkbox" else []), given.get("value", "on")]
            else:
                form.fields[name] = [given.get("value", "") or POSSIBLE.get(kind, "")]
                if tag == "input" and kind in {"text", "search", "url", "tel", "email", "password"} and "hidden" not in given:
                    form.free.append(name)
                    form.required += [name] if "required" in given else []

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area][0] += data

"""Every template is used."""

from __future__ import annotations

from pathlib import Path

from tests.structure.project import read, tracked_files

SOURCES = (".py", ".html", ".jinja", ".j2", ".txt", ".xml", ".yaml")
TEMPLATES = [path for path in tracked_files() if path.parts[0] == "app" and "templates" in path.parts[:-1]]


def _is_named(template: Path, text: str) -> bool:
    """Whether a quoted string names the template, by its loader's name (`slice/file`) or by its file name alone."""
    whole = template.as_posix().removeprefix("app/").replace("/templates/", "/", 1)
    return any(f"{quote}{name}{quote}" in text for quote in "\"'" for name in (whole, whole.removeprefix("console/"), template.name))


def test_every_template_is_named_somewhere() -> None:
    texts = {path: read(path) or "" for path in tracked_files() if path.parts[0] in {"app", "bots"} and path.suffix in SOURCES}
    unused = [
        str(template) for template in TEMPLATES if not any(_is_named(template, text) for path, text in texts.items() if path != template)
    ]
    assert not unused, "nothing uses them: name them or delete them"

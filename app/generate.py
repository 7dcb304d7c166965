"""`./dev generate`: files made from the code. A test fails when one of them is stale.

`.env.example` from the settings, `procedures/_schema.json` and `procedures/FIELDS.md` from the content model, the table in
`bots/README.md` from what the channels declare.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.catalog.content import Procedure
from app.messages import Capabilities
from app.settings import ROOT, Settings, env_example
from app.wiring import channel_capabilities

PROCEDURES = Path("procedures")
BOTS = Path("bots") / "README.md"
ACCESS = Path("docs") / "quyen-truy-cap.md"
TABLE_BEGIN, TABLE_END = "<!-- made by ./dev generate -->\n", "<!-- end -->"


def generated_files() -> dict[Path, str]:
    """Every generated file (relative to the project) and the text it must have."""
    return {
        Path(".env.example"): env_example(),
        PROCEDURES / "_schema.json": schema(),
        PROCEDURES / "FIELDS.md": field_guide(),
        BOTS: channels_readme((ROOT / BOTS).read_text("utf-8")),
    }


def channels_readme(text: str) -> str:
    """`bots/README.md` with its table of capabilities made anew."""
    before, rest = text.split(TABLE_BEGIN)
    return before + TABLE_BEGIN + _capabilities() + TABLE_END + rest.split(TABLE_END)[1]


def _capabilities() -> str:
    channels = channel_capabilities()
    rows: list[tuple[str, str, Callable[[Capabilities], str]]] = [
        (
            "text of one message",
            "whole page",
            lambda can: f"{can.text_limit} {'UTF-16 units' if can.text_unit == 'utf16' else 'characters'}",
        ),
        ("words under a picture", "whole page", lambda can: str(can.caption_limit)),
        ("bold", "yes", lambda can: "yes" if can.bold else "no"),
        (
            "pictures",
            "yes",
            lambda can: {"upload": "uploaded", "address": "public https address only", "none": "as an address"}[can.pictures],
        ),
        ("buttons", "any", lambda can: f"{can.buttons} of {can.button_label} characters" if can.buttons else "none: numbered lines"),
        (
            "a button pressed",
            "form",
            lambda can: {"words": "says words in the chat", "data": f"gives back {can.button_data} bytes", "none": "–"}[can.button_answers],
        ),
        ("buttons that open pages", "links", lambda can: "yes" if can.button_urls else "no: addresses in the text"),
        ("we may write after their last message", "–", lambda can: f"{can.window.days} days" if can.window else "always"),
        (
            "free of charge after their last message",
            "–",
            lambda can: f"{can.free_window.total_seconds() / 3600:.0f} hours" if can.free_window else "–",
        ),
        ("messages per second and account", "–", lambda can: f"{can.per_second:g}"),
        ("search in any chat (inline)", "–", lambda can: "yes" if can.search else "no"),
    ]
    lines = [f"| | web page | {' | '.join(channels)} |", "|---" * (len(channels) + 2) + "|"]
    lines += [f"| {name} | {web} | {' | '.join(say(can) for can in channels.values())} |" for name, web, say in rows]
    return "\n".join(lines) + "\n"


def schema() -> str:
    """JSON schema of a procedure, for editors: numbers and dates are written plainly in YAML, so they are allowed."""
    data = Procedure.model_json_schema(mode="validation")
    data["$comment"] = "Made by ./dev generate from app/catalog/content.py."
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def field_guide() -> str:
    """The field guide in Vietnamese, one table per model."""
    data = Procedure.model_json_schema(mode="validation")
    lines = [
        "# Các trường của một thủ tục",
        "",
        "Tệp này được tạo từ `app/catalog/content.py` bằng `./dev generate`; đừng sửa tay.",
        "",
    ]
    models: dict[str, Any] = {"Procedure (cả tệp)": data} | {
        name: model for name, model in data["$defs"].items() if model.get("type") == "object"
    }
    for name, model in models.items():
        lines += [f"## {name}", "", "| trường | bắt buộc | kiểu | ghi gì |", "|---|---|---|---|"]
        for field, info in model["properties"].items():
            required = "có" if field in model.get("required", ()) else ""
            lines.append(f"| `{field}` | {required} | {_type(info)} | {info.get('description', '')} |")
        lines.append("")
    lines += ["## Giá trị chọn", "", "| tên | các giá trị |", "|---|---|"]
    for name, model in data["$defs"].items():
        if "enum" in model:
            lines.append(f"| {name} | {', '.join(f'`{value}`' for value in model['enum'])} |")
    return "\n".join(lines) + "\n"


def _type(info: dict[str, Any]) -> str:
    if "anyOf" in info:
        return " hoặc ".join(kind for part in info["anyOf"] if (kind := _type(part)) != "null")
    if "$ref" in info:
        return str(info["$ref"]).rsplit("/", 1)[-1]
    if "const" in info:
        return f"`{info['const']}`"
    if info.get("type") == "array":
        return f"danh sách {_type(info.get('items', {}))}"
    if info.get("type") == "object":
        return "cặp tên: giá trị"
    names = {"string": "chữ", "integer": "số nguyên", "boolean": "true/false", "number": "số", "null": "null"}
    return names.get(str(info.get("type")), "chữ")


def main() -> None:
    """Write every generated file."""
    for path, text in generated_files().items():
        (ROOT / path).write_text(text, "utf-8")
        print(f"đã viết {path}")
    (ROOT / ACCESS).write_text(who_may(), "utf-8")
    print(f"đã viết {ACCESS}")


def who_may() -> str:
    """The page of who may do what. Not among the others: the whole application must be made for it."""
    from app.access_table import access_table  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        return access_table(create_app(Settings(data_dir=Path(folder))))


if __name__ == "__main__":
    main()

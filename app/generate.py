"""`./dev generate`: files made from the code. A test fails when one of them is stale.

`.env.example` from the settings, `procedures/_schema.json` and `procedures/FIELDS.md` from the content model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.catalog.content import Procedure
from app.settings import ROOT, env_example

PROCEDURES = Path("procedures")


def generated_files() -> dict[Path, str]:
    """Every generated file (relative to the project) and the text it must have."""
    return {
        Path(".env.example"): env_example(),
        PROCEDURES / "_schema.json": schema(),
        PROCEDURES / "FIELDS.md": field_guide(),
    }


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


if __name__ == "__main__":
    main()

"""pydantic's errors, said in Vietnamese to the person who edits a content file."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from app.catalog.yaml_loader import Document, Problem, dotted

# What to write instead, by the pattern in content.py; a volunteer reads no regular expressions.
_EXAMPLES = {
    r"^[0-9]\.[0-9]{6}$": 'viết mã trong ngoặc kép, như "1.001193"',
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "viết chữ thường không dấu, nối bằng gạch ngang, như ho-tich",
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": "chép mã UUID trong địa chỉ của trang, như 019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7",
}


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """One Problem per pydantic error, with file, line and field."""
    problems = []
    for item in error.errors(include_url=False):
        if item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]:
            continue  # long enough, but with broken items, which are told themselves
        path = tuple(part for part in item["loc"] if not _is_union_tag(part))
        wrong, advice = _say(item)
        problem = Problem(document.file, dotted(path), wrong, advice, document.line_of(path))
        if problem not in problems:
            problems.append(problem)
    return _without_union_noise(problems)


def _is_union_tag(part: str | int) -> bool:
    return isinstance(part, str) and ("[" in part or part in {"str", "constrained-str"})


def _without_union_noise(problems: list[Problem]) -> list[Problem]:
    """A list-or-`unknown` field fails twice; keep the more precise message (the deeper path)."""
    return [
        problem
        for problem in problems
        if not ("`unknown`" in problem.advice and any(other is not problem and other.field.startswith(problem.field) for other in problems))
    ]


def _say(item: Any) -> tuple[str, str]:
    kind, context, value = item["type"], item.get("ctx", {}), item.get("input")
    shown = f"«{str(value)[:60]}»"
    messages: dict[str, tuple[str, str]] = {
        "missing": ("thiếu trường này", "thêm vào; không biết thì ghi `unknown` nếu trường cho phép"),
        "extra_forbidden": ("không có trường tên này", "xem danh sách trường trong procedures/FIELDS.md (có thể gõ sai tên)"),
        "string_too_short": (f"quá ngắn: {shown}", f"viết ít nhất {context.get('min_length')} ký tự, hoặc xoá trường"),
        "string_too_long": (f"quá dài ({len(str(value))} ký tự)", f"rút còn tối đa {context.get('max_length')} ký tự"),
        "string_pattern_mismatch": (
            f"sai dạng: {shown}",
            _EXAMPLES.get(str(context.get("pattern")), f"viết theo mẫu {context.get('pattern')}"),
        ),
        "enum": (f"giá trị lạ: {shown}", f"chọn một trong: {context.get('expected')}"),
        "literal_error": (f"giá trị lạ: {shown}", f"chọn: {context.get('expected')}".replace("'", "`")),
        "int_type": (f"không phải số nguyên: {shown}", "viết số không dấu chấm, không chữ: 8000"),
        "int_parsing": (f"không phải số nguyên: {shown}", "viết số không dấu chấm, không chữ: 8000"),
        "int_from_float": (f"không phải số nguyên: {shown}", "viết số không dấu chấm, không chữ: 8000"),
        "bool_parsing": (f"không phải đúng/sai: {shown}", "viết true hoặc false"),
        "greater_than_equal": (f"số quá nhỏ: {shown}", f"viết số từ {context.get('ge')} trở lên"),
        "less_than_equal": (f"số quá lớn: {shown}", f"viết số không quá {context.get('le')}"),
        "tuple_type": (f"phải là danh sách, đang là {shown}", "mỗi mục một dòng, bắt đầu bằng dấu gạch `- `"),
        "dict_type": (f"phải là các cặp tên: giá trị, đang là {shown}", "xuống dòng và thụt vào dưới trường này"),
        "model_type": (f"phải là các cặp tên: giá trị, đang là {shown}", "xuống dòng và thụt vào dưới trường này"),
        "too_short": (f"có {context.get('actual_length')} mục", f"ghi ít nhất {context.get('min_length')} mục"),
        "too_long": (f"có {context.get('actual_length')} mục", f"giữ nhiều nhất {context.get('max_length')} mục"),
    }
    if kind == "value_error":
        text = str(context.get("error", item["msg"]))
        if "isoformat" in text or "day is out" in text or "month must" in text:
            return f"ngày sai: {shown}", "viết năm-tháng-ngày: 2026-11-22"
        return text, "sửa theo câu bên trái"
    if kind.startswith("date"):
        return f"ngày sai: {shown}", "viết năm-tháng-ngày: 2026-11-22"
    return messages.get(kind, (f"không hợp lệ: {shown}", "xem procedures/FIELDS.md"))

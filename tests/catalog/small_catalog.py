"""A small valid catalog on disk, for tests that break it one field at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GONE = object()
"""As a value in `changed`: take the field away."""

FIELDS = {
    "fields": [
        {"id": "ho-tich", "name": "Hộ tịch", "about": "Khai sinh, kết hôn, khai tử."},
        {"id": "cu-tru", "name": "Cư trú", "about": "Thường trú, tạm trú, tạm vắng."},
    ]
}
OTHERS: dict[str, Any] = {
    "fields.yaml": FIELDS,
    "life-events.yaml": {"life_events": []},
    "elsewhere.yaml": {"elsewhere": []},
    "families.yaml": {"families": []},
}
FIRST = "ho-tich/1.000001-dat-ten.yaml"
SECOND = "ho-tich/1.000002-doi-ten.yaml"
VOICES = ("plain", "short", "no_accent", "teen", "dialect", "story", "eligibility")


def procedure(code: str = "1.000001", name: str = "Đặt tên đường", **more: Any) -> dict[str, Any]:
    """A valid procedure of tier Vàng, as it is read from YAML: every scalar is text."""
    other = "1.000002" if code == "1.000001" else "1.000001"
    data: dict[str, Any] = {
        "code": code,
        "name": name,
        "official_name": f"Thủ tục {name.lower()}",
        "field": "ho-tich",
        "summary": "Đặt tên cho con đường mới mở trong xóm.",
        "handled_by": "commune_people_committee",
        "agency": "Ủy ban nhân dân xã, phường",
        "where": "Nộp tại bộ phận một cửa của phường.",
        "channels": ["in_person"],
        "online": {"level": "unknown"},
        "conditions": [],
        "cases": [case()],
        "steps": [{"text": "Nộp hồ sơ tại quầy."}],
        "result": "Quyết định đặt tên",
        "legal_basis": ["Nghị định 1/2020/NĐ-CP"],
        "asks": {voice: [f"{name} {voice} {number}" for number in ("một", "hai", "ba")] for voice in VOICES},
        "lookalikes": [{"code": other, "difference": "Việc kia là đổi tên đã có."}],
        "default_source": "cong",
        "sources": {"cong": {"title": "Cổng Dịch vụ công quốc gia", "date": "2026-07-18", "kind": "portal"}},
        "checked_on": "2026-11-22",
        "checked_by": "Nhóm Gần Dân",
    }
    return data | more


def case(case_id: str = "chung", name: str = "Mọi trường hợp", **more: Any) -> dict[str, Any]:
    """A valid case."""
    data: dict[str, Any] = {
        "id": case_id,
        "name": name,
        "when": "Ai cũng vậy, lúc nào cũng vậy.",
        "papers": [{"name": "Đơn xin đặt tên", "kind": "fill", "originals": "1"}],
        "time": [{"value": "5", "unit": "working_day"}],
        "fees": [{"status": "amount", "amount": "8000", "per": "bản"}],
    }
    return data | more


def layer(code: str = "1.000001", **more: Any) -> dict[str, Any]:
    """A valid layer of one place."""
    data: dict[str, Any] = {
        "code": code,
        "place": "Đà Nẵng",
        "default_source": "bao",
        "sources": {"bao": {"title": "Báo Đà Nẵng", "date": "2025-12-18", "kind": "press"}},
        "checked_on": "2026-11-22",
        "checked_by": "Nhóm Gần Dân",
    }
    return data | more


def changed(data: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """A copy with values set at dotted paths: `{"cases.0.fees.0.amount": "8.000"}`. GONE takes a field away."""
    result = copy.deepcopy(dict(data))
    for path, value in changes.items():
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
        at: Any = result
        for part in parents:
            at = at[part]
        if value is GONE:
            del at[last]
        else:
            at[last] = value
    return result


def write_catalog(folder: Path, files: Mapping[str, object] | None = None) -> Path:
    """Write two valid procedures and the smaller files, with `files` over them (text as it is, data as YAML in its JSON form, None: not written)."""
    whole: dict[str, object] = {FIRST: procedure(), SECOND: procedure("1.000002", "Đổi tên đường"), **OTHERS, **(files or {})}
    for name, content in whole.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
        path.write_text(text, "utf-8")
    return folder

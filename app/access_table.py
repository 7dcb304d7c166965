"""«Who may do what»: every route of the application and what it declares, as a page of docs/."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app import access
from app.officials import access as officials
from app.officials.models import Role
from app.officials.service import ROLE_NAMES
from app.volunteers import access as volunteers

ROLES: dict[Callable[..., object], frozenset[Role]] = {
    officials.access_read: officials.READERS,
    officials.access_write: officials.WRITERS,
    officials.access_publish: officials.PUBLISHERS,
    officials.access_approve: officials.APPROVERS,
    officials.access_keep: officials.KEEPERS,
    officials.access_switch: officials.SWITCHERS,
    officials.access_volunteers: officials.VOLUNTEERS,
    officials.access_signed: officials.EVERYONE,
    officials.access_self: officials.EVERYONE,
    officials.access_any_half: officials.EVERYONE,
}
OTHERS: dict[Callable[..., object], str] = {
    access.public: "mọi người",
    access.platform: "nền tảng nhắn tin, có chữ ký",
    access.keeper_ticket: "người giữ vé của `gandan channel`",
    officials.access_half: "cán bộ đang ở bước xác nhận thứ hai",
    volunteers.access_volunteer: "tình nguyện viên đã vào nhóm",
}
DECLARATIONS = frozenset(ROLES) | frozenset(OTHERS)
TOKENS: frozenset[Callable[..., object]] = frozenset(
    {
        access.csrf_checked,
        officials.csrf_official,
        officials.csrf_before,
        access.platform,
        volunteers.csrf_volunteer,
        volunteers.csrf_queue,
        volunteers.csrf_joining,
    }
)
HEAD = """# Ai được làm gì

Tệp này được tạo từ các đường dẫn của ứng dụng bằng `./dev generate`; đừng sửa tay. `tests/console/test_security.py` thử từng dòng với từng
quyền trên máy chủ thật.

"""


@dataclass(frozen=True)
class Row:
    """One call: method, path, what it declares."""

    method: str
    path: str
    declared: Callable[..., object]

    @property
    def roles(self) -> frozenset[Role]:
        """Roles that may call it; empty when no role is asked for."""
        return ROLES.get(self.declared, frozenset())


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Every route of ours; FastAPI keeps an included router whole."""
    found: list[APIRoute] = []
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        found += [each for each in (inner.routes if inner is not None else [route]) if isinstance(each, APIRoute)]
    return found


def rows(routes: Iterable[APIRoute]) -> list[Row]:
    """Every call with its one declaration. Raises ValueError when a route declares none or several."""
    found: list[Row] = []
    for route in routes:
        declared = {dependency.call for dependency in route.dependant.dependencies if dependency.call in DECLARATIONS}
        if len(declared) != 1:
            raise ValueError(f"{route.path} must declare one access_*, not {len(declared)}")
        call = declared.pop()
        assert call is not None
        found += [Row(method, route.path, call) for method in sorted(route.methods or ()) if method != "HEAD"]
    return sorted(found, key=lambda row: (not row.path.startswith("/can-bo"), row.path, row.method))


def access_table(app: FastAPI) -> str:
    """The page."""
    names = [ROLE_NAMES[role] for role in Role]
    lines = [f"| gọi | {' | '.join(names)} | người khác |", "|---" * (len(names) + 2) + "|"]
    for row in rows(api_routes(app)):
        ticks = " | ".join("có" if role in row.roles else "" for role in Role)
        lines.append(f"| `{row.method} {row.path}` | {ticks} | {OTHERS.get(row.declared, '')} |")
    return HEAD + "\n".join(lines) + "\n"

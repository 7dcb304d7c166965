"""The menu of the console. An entry is shown when its page exists and the role may open it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.officials.access import EVERYONE, KEEPERS, READERS, VOLUNTEERS
from app.officials.models import Role


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    path: str
    label: str
    roles: frozenset[Role] = READERS
    about: str = ""

    def is_here(self, path: str) -> bool:
        """Whether a page belongs to this entry."""
        return path == self.path or (self.path != "/can-bo" and path.startswith(f"{self.path}/"))


ENTRIES: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("/can-bo", "Việc cần làm", EVERYONE),)),
    (
        "Gửi tới người dân",
        (
            Entry("/can-bo/thong-bao", "Thông báo", about="Viết, xem trước từng kênh, hẹn giờ, gửi, đính chính."),
            Entry("/can-bo/lich", "Lịch làm việc", about="Ngày Chủ nhật gần Dân, ngày nghỉ, các đợt làm lưu động."),
            Entry("/can-bo/nguoi-theo-doi", "Người theo dõi", about="Bao nhiêu người theo dõi từng loại tin. Chỉ có số đếm."),
            Entry("/can-bo/to-dan-pho", "Tổ dân phố", about="Tên các tổ, thôn để gửi tin đúng nơi."),
            Entry("/can-bo/in-an", "In mã QR", EVERYONE, about="Áp phích, tem dán quầy, phiếu cho người không dùng điện thoại."),
            Entry("/can-bo/gui-tin", "Tình trạng gửi tin", about="Tin nào đã tới, tin nào chưa tới và vì sao."),
        ),
    ),
    (
        "Trả lời người dân",
        (
            Entry("/can-bo/thu-tuc", "Thủ tục", about="Phí, thời hạn, nơi nộp riêng của phường, xã."),
            Entry("/can-bo/cau-hoi", "Câu chưa trả lời được", about="Người dân hỏi mà trợ lý chưa biết đáp."),
            Entry("/can-bo/tinh-nguyen", "Tình nguyện viên", VOLUNTEERS, about="Tổ công nghệ số, mã mời, lịch trực, số lượt giúp."),
        ),
    ),
    (
        "Phường, xã",
        (
            Entry("/can-bo/phuong", "Thông tin phường, xã", about="Địa chỉ, số điện thoại, giờ làm việc, quầy."),
            Entry("/can-bo/kenh", "Kênh nhắn tin", about="Zalo, Telegram có đang chạy không."),
            Entry("/can-bo/cong-tac", "Bật, tắt", about="Tạm dừng một phần, kèm lý do người dân đọc được."),
            Entry("/can-bo/can-bo", "Tài khoản cán bộ", KEEPERS, about="Ai vào được đây, với quyền gì."),
            Entry("/can-bo/so-lieu", "Số liệu, báo cáo", about="Hỏi gì, trả lời được bao nhiêu, vướng ở đâu. Báo cáo tháng."),
            Entry("/can-bo/nhat-ky", "Nhật ký", about="Ai đã làm gì, lúc nào."),
        ),
    ),
)


def existing(paths: Iterable[str]) -> Sequence[tuple[str, tuple[Entry, ...]]]:
    """The menu without entries whose page does not exist."""
    known = set(paths)
    return [(group, tuple(entry for entry in entries if entry.path in known)) for group, entries in ENTRIES]


def menu(navigation: Sequence[tuple[str, tuple[Entry, ...]]], role: Role) -> list[tuple[str, list[Entry]]]:
    """What this role sees."""
    seen = [(group, [entry for entry in entries if role in entry.roles]) for group, entries in navigation]
    return [(group, entries) for group, entries in seen if entries]

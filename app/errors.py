"""The errors people meet, each with a code, an HTTP status and a Vietnamese sentence the reader can act on.

    GanDanError            500  loi-he-thong
    ├── NotFound           404  khong-tim-thay
    ├── NotAllowed         403  khong-du-quyen
    ├── BadInput           422  du-lieu-sai
    ├── TooLarge           413  qua-lon
    ├── TooMany            429  qua-nhieu
    └── Unavailable        503  tam-ngung

Expected refusals are these; anything else is a crash, is logged with its traceback and shown as GanDanError.
"""

from __future__ import annotations


class GanDanError(Exception):
    """Root of the tree. `message` is shown to the reader as it is."""

    code = "loi-he-thong"
    status = 500
    message = "Hệ thống đang gặp trục trặc. Bạn thử lại sau ít phút, hoặc gọi bộ phận một cửa."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class NotFound(GanDanError):
    code = "khong-tim-thay"
    status = 404
    message = "Không tìm thấy trang này. Bạn xem danh sách thủ tục, hoặc hỏi ở trang chủ."


class NotAllowed(GanDanError):
    code = "khong-du-quyen"
    status = 403
    message = "Tài khoản của anh/chị không làm được việc này. Anh/chị nhờ người có quyền, hoặc hỏi quản trị."


class BadInput(GanDanError):
    code = "du-lieu-sai"
    status = 422
    message = "Nội dung gửi lên chưa đúng dạng. Bạn kiểm tra lại rồi gửi lần nữa."


class TooLarge(GanDanError):
    code = "qua-lon"
    status = 413
    message = "Nội dung gửi lên quá lớn. Bạn gửi tin ngắn hơn."


class TooMany(GanDanError):
    code = "qua-nhieu"
    status = 429
    message = "Bạn gửi hơi nhanh. Bạn chờ một phút rồi gửi tiếp nhé."


class Unavailable(GanDanError):
    code = "tam-ngung"
    status = 503
    message = "Dịch vụ đang tạm ngừng để cập nhật. Bạn quay lại sau ít phút."

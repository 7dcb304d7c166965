"""Zalo's error codes: what we do about each, and what a keeper reads. Zalo's own messages are never matched or passed on."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.messages import SendAction, SendError

ATTACHMENT_EXPIRED = "-100"
TOKEN_REFUSED = frozenset({"-216", "-220"})
NEEDS_V2 = "-235"
NEEDS_V3 = "-240"

CONSENT_AGAIN = "cần cấp quyền lại"
GIVE_CONSENT = (
    "Bạn mở đường dẫn cấp quyền của kênh này bằng tài khoản Zalo của quản trị viên OA, chọn đúng OA, chọn hết các quyền rồi bấm đồng ý."
)
_DEVELOPERS = "Bạn vào developers.zalo.me, mở ứng dụng,"
_OA = "Bạn đăng nhập oa.zalo.me bằng tài khoản quản trị OA,"


class Rule(NamedTuple):
    """`meaning`: a clause without a full stop. `advice`: what a keeper does; empty when only a programmer can."""

    action: SendAction
    meaning: str
    advice: str = ""


# Codes that are not here may hide a delivered message: a caller that sent one treats them as UNKNOWN.
RULES: dict[int, Rule] = {
    -100: Rule(SendAction.REJECTED, "ảnh đã tải lên không còn dùng được"),
    -201: Rule(SendAction.REJECTED, "tham số không hợp lệ"),
    -204: Rule(SendAction.ACCOUNT, "OA đang bị khóa", f"{_OA} đọc thông báo khóa và làm theo hướng dẫn của Zalo."),
    -205: Rule(SendAction.ACCOUNT, "không tìm thấy OA", f"{_OA} xem OA còn không; nếu đã lập OA mới thì kết nối lại từ đầu."),
    -209: Rule(
        SendAction.ACCOUNT,
        "ứng dụng chưa được kích hoạt hoặc chưa được duyệt",
        f"{_DEVELOPERS} vào Cài đặt, bật trạng thái hoạt động và xem Zalo đã duyệt chưa.",
    ),
    -210: Rule(SendAction.REJECTED, "tham số vượt giới hạn"),
    -211: Rule(SendAction.ACCOUNT, "hết hạn mức gửi tin", f"{_OA} xem hạn mức của gói dịch vụ; mua thêm hoặc chờ kỳ sau."),
    -212: Rule(
        SendAction.ACCOUNT,
        "ứng dụng chưa đăng ký quyền gọi Official Account API",
        f"{_DEVELOPERS} đăng ký sử dụng Official Account API; đăng ký xong phải cấp quyền lại.",
    ),
    -213: Rule(SendAction.PERSON, "người nhận chưa quan tâm OA"),
    -216: Rule(SendAction.ACCOUNT, CONSENT_AGAIN, GIVE_CONSENT),
    -217: Rule(SendAction.PERSON, "người nhận đã chặn lời mời"),
    -218: Rule(SendAction.PERSON, "người nhận đã hết hạn mức nhận tin"),
    -219: Rule(SendAction.ACCOUNT, "ứng dụng đã bị gỡ hoặc bị khóa", f"{_DEVELOPERS} xem thông báo của Zalo và bật lại ứng dụng."),
    -220: Rule(SendAction.ACCOUNT, CONSENT_AGAIN, GIVE_CONSENT),
    -221: Rule(SendAction.ACCOUNT, "OA chưa được xác thực", f"{_OA} nộp hồ sơ xác thực tài khoản."),
    -223: Rule(SendAction.ACCOUNT, "OA chưa cấp quyền này cho ứng dụng", GIVE_CONSENT),
    -224: Rule(SendAction.ACCOUNT, "gói dịch vụ của OA chưa đủ", f"{_OA} nâng gói dịch vụ; OA của cơ quan nhà nước thì hỏi Zalo."),
    -227: Rule(SendAction.PERSON, "người nhận bị khóa hoặc lâu không dùng Zalo"),
    -230: Rule(SendAction.PERSON, "người nhận không nhắn trong 7 ngày qua"),
    -232: Rule(SendAction.PERSON, "người nhận chưa từng nhắn hoặc đã quá hạn"),
    -233: Rule(SendAction.REJECTED, "loại tin không được hỗ trợ"),
    -234: Rule(SendAction.MORNING, "không gửi loại tin này từ 22 giờ đến 6 giờ"),
    -235: Rule(SendAction.ACCOUNT, "loại OA này không dùng được cả hai cách gửi", "Bạn báo người phụ trách kỹ thuật để hỏi Zalo."),
    -240: Rule(SendAction.ACCOUNT, "loại OA này không dùng được cả hai cách gửi", "Bạn báo người phụ trách kỹ thuật để hỏi Zalo."),
    -242: Rule(SendAction.ACCOUNT, "ứng dụng đòi appsecret_proof", f"{_DEVELOPERS} tắt yêu cầu appsecret_proof."),
    -244: Rule(SendAction.PERSON, "người nhận không nhận loại tin này"),
    -248: Rule(SendAction.REJECTED, "nội dung trái tiêu chuẩn của Zalo"),
    -320: Rule(SendAction.ACCOUNT, "chưa liên kết tài khoản Zalo Cloud (ZCA)", "Bạn vào account.zalo.solutions liên kết ZCA với OA."),
    -321: Rule(SendAction.ACCOUNT, "tài khoản Zalo Cloud (ZCA) hết tiền", "Bạn vào account.zalo.solutions nạp thêm tiền."),
}

_FIELD = re.compile(r"[a-z_.]{1,40}(?= is )")  # «user_id is invalid»: a field's name, never its value


def refusal(code: int, message: object, unsure: SendAction) -> SendError:
    """Zalo answered with an error. `unsure`: the action for codes that do not say whether it was done."""
    rule = RULES.get(code, Rule(unsure, "Zalo báo lỗi không rõ"))
    field = _FIELD.match(message) if code == -201 and isinstance(message, str) else None
    detail = f"{rule.meaning}: {field.group()}" if field else rule.meaning
    return SendError(rule.action, str(code), detail)


def consent_needed(code: str) -> SendError:
    """Only the owner can help: the grant is gone, or was never given."""
    return SendError(SendAction.ACCOUNT, code, CONSENT_AGAIN)

"""What a keeper reads about the bot, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.messages import Finding, SendAction, SendError
from bots.zalo_bot.client import QUOTA

TOKEN_AGAIN = "Bạn mở Zalo Bot Creator trong ứng dụng Zalo, lấy token của bot rồi nhập lại vào hệ thống."  # noqa: S105 - advice, no token
CONNECT_AGAIN = "Bạn nối lại kênh này."
TRY_AGAIN = "Bạn thử lại sau ít phút; nếu vẫn lỗi, gửi dòng này cho người phụ trách kỹ thuật."


@dataclass(frozen=True)
class Bot:
    """What getMe tells about a bot. A missing value is empty."""

    id: str
    name: str
    plan: str


def trouble(error: SendError) -> Finding:
    """Zalo did not answer a question."""
    if error.action is SendAction.ACCOUNT:
        return Finding(good=False, what="Zalo không nhận token của bot.", advice=TOKEN_AGAIN)
    if error.code == QUOTA:
        return Finding(good=False, what="Zalo đang giới hạn bot: hết hạn mức tháng hoặc gọi quá nhanh.", advice=TRY_AGAIN)
    if error.action is SendAction.RETRY:
        advice = "Bạn kiểm tra mạng của máy chủ, và GANDAN_ZALO_BOT_URL nếu đã đổi, rồi thử lại."
        return Finding(good=False, what="Chưa nối được tới máy chủ Zalo Bot.", advice=advice)
    return Finding(good=False, what=f"Zalo báo lỗi {error.code}. {error.detail}".strip(), advice=TRY_AGAIN)


def recognised(bot: Bot, known_id: str) -> Finding:
    """Whether the token belongs to the bot that was connected; `known_id` is empty before the first time."""
    if known_id and bot.id != known_id:
        return Finding(good=False, what=f"Token này là của một bot khác: {bot.name}.", advice=CONNECT_AGAIN)
    return Finding(good=True, what=f"Token đúng, bot tên là {bot.name}.")


def set_up(webhook_url: str) -> Finding:
    """The webhook is set, or deleted for polling."""
    return Finding(good=True, what=f"Đã báo cho Zalo gửi tin về {_host(webhook_url)}.") if webhook_url else _polling()


def not_set_up(refusal: SendError, webhook_url: str) -> Finding:
    """Zalo refused the webhook, or to delete it."""
    if webhook_url and refusal.action is SendAction.REJECTED:
        advice = "Địa chỉ phải là https, mở được từ internet, không phải mạng nội bộ. Bạn kiểm tra GANDAN_PUBLIC_URL rồi nối lại."
        return Finding(good=False, what=f"Zalo không nhận địa chỉ ở {_host(webhook_url)}. {refusal.detail}".strip(), advice=advice)
    return trouble(refusal)


def webhook(actual: str, wanted: str) -> Finding:
    """Whether Zalo sends messages where we expect them; `wanted` is empty when we poll. Addresses are secret: hosts are named."""
    if actual == wanted:
        return Finding(good=True, what=f"Zalo đang gửi tin về {_host(actual)}.") if wanted else _polling()
    if not actual:
        return Finding(good=False, what="Zalo chưa biết gửi tin về đâu: chưa đặt webhook.", advice=CONNECT_AGAIN)
    if not wanted:
        return Finding(good=False, what=f"Zalo đang gửi tin về {_host(actual)}, nên hệ thống không hỏi tin được.", advice=CONNECT_AGAIN)
    what = f"Zalo đang gửi tin về một địa chỉ khác, ở {_host(actual)}, không phải địa chỉ của hệ thống này."
    return Finding(good=False, what=what, advice=CONNECT_AGAIN)


def limits(bot: Bot) -> tuple[Finding, ...]:
    """What the bot's plan allows; nothing for a plan that is not the free one."""
    if bot.plan not in {"", "BASIC"}:
        return ()
    what = "Gói miễn phí của Zalo Bot chỉ cho 50 người dùng và 3.000 tin mỗi tháng."
    advice = "Bạn chỉ nên dùng để chạy thử hoặc làm kênh cho cán bộ. Kênh chính cho người dân nên là trang web hoặc Zalo OA."
    return (Finding(good=True, what=what, advice=advice),)


def _polling() -> Finding:
    what = "Hệ thống tự hỏi tin mới từ Zalo, không dùng webhook."
    return Finding(good=True, what=what, advice="Khi có địa chỉ https công khai, bạn nên dùng webhook: tin chưa kịp hỏi có thể mất.")


def _host(url: str) -> str:
    return urlsplit(url).netloc

"""What a keeper reads about the bot, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from telegram import WebhookInfo

from app.messages import Finding, SendAction, SendError

TOKEN_AGAIN = "Bạn mở @BotFather trong Telegram, gõ /token, chọn bot rồi nhập lại token vào hệ thống."  # noqa: S105 - advice, no token
CONNECT_AGAIN = "Bạn nối lại kênh này."
TRY_AGAIN = "Bạn thử lại sau ít phút; nếu vẫn lỗi, gửi dòng này cho người phụ trách kỹ thuật."
MANY_WAITING = 20
RECENT = dt.timedelta(days=1)  # Telegram never forgets its last error: an older one says nothing about today

LEGAL = Finding(
    good=True,
    what="Telegram là kênh tùy chọn, cơ quan nhà nước mặc định không bật.",
    advice="Tháng 5/2025 Telegram từng có lệnh chặn tại Việt Nam, chưa thấy văn bản gỡ bỏ. Lãnh đạo cơ quan quyết định có dùng hay không.",
)


def trouble(error: SendError) -> Finding:
    """Telegram did not answer a question."""
    match error.action:
        case SendAction.ACCOUNT:
            return Finding(good=False, what="Telegram không nhận token của bot.", advice=TOKEN_AGAIN)
        case SendAction.RETRY if error.code != "429":
            advice = "Bạn kiểm tra mạng của máy chủ (có lúc nhà mạng chặn Telegram), và GANDAN_TELEGRAM_URL nếu đã đổi, rồi thử lại."
            return Finding(good=False, what="Chưa nối được tới máy chủ Telegram.", advice=advice)
        case _:
            return Finding(good=False, what=f"Telegram báo lỗi {error.code}. {error.detail}".strip(), advice=TRY_AGAIN)


def recognised(username: str, bot_id: str, known_id: str) -> Finding:
    """Whether the token belongs to the bot that was connected; `known_id` is empty before the first time."""
    if known_id and bot_id != known_id:
        return Finding(good=False, what=f"Token này là của một bot khác: @{username}.", advice=CONNECT_AGAIN)
    return Finding(good=True, what=f"Token đúng, bot là @{username}: t.me/{username}.")


def introduced(refusal: SendError | None) -> Finding:
    """Whether the menu and the descriptions are set."""
    if refusal is None:
        return Finding(good=True, what="Đã đặt bảng lệnh và lời giới thiệu bằng tiếng Việt.")
    what = f"Chưa đặt được bảng lệnh và lời giới thiệu: lỗi {refusal.code}. {refusal.detail}".strip()
    return Finding(good=False, what=what, advice="Bạn chạy lại gandan channel connect telegram sau ít phút.")


def set_up(webhook_url: str) -> Finding:
    """The webhook is set, or deleted for polling."""
    return Finding(good=True, what=f"Đã báo cho Telegram gửi tin về {_host(webhook_url)}.") if webhook_url else _polling()


def not_set_up(refusal: SendError, webhook_url: str) -> Finding:
    """Telegram refused the webhook, or to delete it."""
    if webhook_url and refusal.action is SendAction.REJECTED:
        advice = "Địa chỉ phải là https, mở được từ internet, ở cổng 443, 80, 88 hoặc 8443. Bạn kiểm tra GANDAN_PUBLIC_URL rồi nối lại."
        return Finding(good=False, what=f"Telegram không nhận địa chỉ ở {_host(webhook_url)}. {refusal.detail}".strip(), advice=advice)
    return trouble(refusal)


def webhook(info: WebhookInfo, wanted: str, kinds: Collection[str]) -> Sequence[Finding]:
    """How messages come in, and whether they do. `wanted` is empty when we poll; `kinds`: the updates we need."""
    found = [_address(info.url, wanted)]
    if wanted and info.allowed_updates and not set(kinds) <= set(info.allowed_updates):
        found.append(Finding(good=False, what="Telegram chưa gửi đủ các loại tin mà hệ thống cần.", advice=CONNECT_AGAIN))
    if info.pending_update_count > MANY_WAITING:
        what = f"Telegram còn giữ {info.pending_update_count} tin chưa giao được."
        found.append(Finding(good=False, what=what, advice="Bạn xem hệ thống có đang chạy và mở được từ internet không."))
    if wanted and info.last_error_date and dt.datetime.now(dt.UTC) - info.last_error_date < RECENT:
        when = info.last_error_date.astimezone().strftime("%H:%M ngày %d/%m")
        what = f"Lần giao tin hỏng gần nhất, lúc {when}: {info.last_error_message}"
        found.append(Finding(good=False, what=what, advice="Bạn xem nhật ký của hệ thống vào lúc đó; nếu chỉ một lần thì bỏ qua được."))
    return found


def searchable(*, on: bool) -> Finding:
    """Whether inline search is switched on at BotFather; the Bot API cannot do it."""
    if on:
        return Finding(good=True, what="Tìm nhanh thủ tục trong mọi cuộc trò chuyện đã bật.")
    advice = "Nếu muốn tổ công nghệ số tìm thủ tục ngay trong nhóm: mở @BotFather, gõ /setinline, chọn bot. Không cần thì bỏ qua."
    return Finding(good=True, what="Tìm nhanh thủ tục trong mọi cuộc trò chuyện chưa bật.", advice=advice)


def _address(actual: str, wanted: str) -> Finding:
    """The addresses themselves are secret: only their hosts are named."""
    if actual == wanted:
        return Finding(good=True, what=f"Telegram đang gửi tin về {_host(actual)}.") if wanted else _polling()
    if not actual:
        return Finding(good=False, what="Telegram chưa biết gửi tin về đâu: chưa đặt webhook.", advice=CONNECT_AGAIN)
    if not wanted:
        what = f"Telegram đang gửi tin về {_host(actual)}, nên hệ thống không hỏi tin được."
        return Finding(good=False, what=what, advice=CONNECT_AGAIN)
    what = f"Telegram đang gửi tin về một địa chỉ khác, ở {_host(actual)}, không phải địa chỉ của hệ thống này."
    return Finding(good=False, what=what, advice=CONNECT_AGAIN)


def _polling() -> Finding:
    return Finding(good=True, what="Hệ thống tự hỏi tin mới từ Telegram, không dùng webhook.")


def _host(url: str) -> str:
    return urlsplit(url).netloc

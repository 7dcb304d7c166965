"""What a keeper reads about the account, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.messages import Finding, SendAction, SendError
from bots.zalo_oa.errors import GIVE_CONSENT, RULES
from bots.zalo_oa.webhook import MESSAGES, NEWS

BUSINESS, STATE_AGENCY = "2", "4"
VIETNAM = dt.timezone(dt.timedelta(hours=7))
SOON = dt.timedelta(days=14)
EVENTS = ", ".join([*MESSAGES, *NEWS])
ASK_AGAIN = "Bạn kiểm tra mạng của máy chủ rồi thử lại sau ít phút."
ASK_SOMEBODY = "Bạn ghi lại mã lỗi này và báo người phụ trách kỹ thuật."


def account_id(account: Mapping[str, Any]) -> str:
    """The OA's id in the answer of getoa, which names it in two ways."""
    return str(account.get("oaid") or account.get("oa_id") or "")


def missing(values: Mapping[str, str]) -> Iterator[Finding]:
    """What the keeper has not entered yet."""
    where = {
        "app_id": ("ID ứng dụng", "Bạn vào developers.zalo.me, mở ứng dụng, chép ID ứng dụng."),
        "app_secret": ("khóa bí mật của ứng dụng", "Bạn vào developers.zalo.me, mở ứng dụng, vào Cài đặt, chép khóa bí mật của ứng dụng."),
        "oa_secret": (
            "OA Secret Key",
            "Bạn vào developers.zalo.me, mở ứng dụng, vào Official Account, mục Webhook, chép OA Secret Key (khác khóa bí mật của ứng dụng).",
        ),
    }
    for key, (what, advice) in where.items():
        if not values.get(key):
            yield Finding(good=False, what=f"Chưa nhập {what}.", advice=advice)


def address(webhook_url: str) -> Iterator[Finding]:
    """Whether Zalo could call this address at all."""
    parts = urlsplit(webhook_url)
    if parts.scheme != "https" or not parts.hostname or ":" in parts.netloc:
        advice = "Bạn dùng tên miền có https, không kèm số cổng, và đặt lại GANDAN_PUBLIC_URL."
        yield Finding(good=False, what=f"Zalo không gọi được địa chỉ webhook «{webhook_url}».", advice=advice)


def by_hand(webhook_url: str, oa_id: str) -> Iterator[Finding]:
    """What must be set on Zalo's own pages: there is no way to do it from here, nor to ask whether it was done."""
    app = "Bạn vào developers.zalo.me, mở ứng dụng,"
    parts = urlsplit(webhook_url)
    yield _task("bật ứng dụng", f"{app} vào Cài đặt, chuyển trạng thái sang đang hoạt động, rồi liên kết với OA.")
    yield _task(
        "xác thực tên miền",
        f"{app} vào mục xác thực tên miền, nhập {parts.hostname}, chép mã zalo-platform-site-verification"
        " vào GANDAN_ZALO_VERIFICATION, khởi động lại hệ thống rồi bấm xác thực.",
    )
    yield _task(
        "khai địa chỉ nhận kết quả cấp quyền và chọn quyền",
        f"{app} vào Official Account, nhập Callback URL {webhook_url}/xong, xin quyền gửi tin, quản lý tin nhắn,"
        " quản lý thông tin OA và nhận sự kiện; đăng ký sử dụng Official Account API."
        " Đổi mục này về sau thì phải cấp quyền lại.",
    )
    yield _task(
        "đặt webhook",
        f"{app} vào Official Account, mục Webhook, nhập {webhook_url}, không bật lọc cú pháp, và bật các sự kiện: {EVENTS}."
        " Rồi chép OA Secret Key ở mục này, chạy lại gandan channel connect zalo_oa và nhập vào.",
    )
    yield _task(
        "đặt menu của OA",
        "Bạn vào oa.zalo.me, mở phần menu, thêm các mục kiểu gửi tin nhắn, ví dụ: «Hỏi thủ tục», «Giờ làm việc», «Gặp cán bộ».",
    )
    link = f"https://zalo.me/{oa_id}" if oa_id else "đường dẫn zalo.me của OA"
    yield _task("đưa OA đến với bà con", f"Bạn in mã QR của {link} và dán ở bộ phận một cửa.")


def _task(what: str, advice: str) -> Finding:
    return Finding(good=False, what=f"Việc làm bằng tay: {what}.", advice=advice)


def refused(error: SendError) -> Finding:
    """Zalo did not tell about the account."""
    number = int(error.code) if error.code.removeprefix("-").isdecimal() else 0
    what = f"{error.detail} (mã {number})." if number else f"{error.detail}."
    rule = RULES.get(number)
    if rule and rule.advice:
        return Finding(good=False, what=f"Zalo từ chối: {what}", advice=rule.advice)
    if error.action is SendAction.ACCOUNT:
        return Finding(good=False, what=f"Chưa có quyền gửi tin qua OA: {what}", advice=GIVE_CONSENT)
    if error.action is SendAction.RETRY:
        return Finding(good=False, what=f"Chưa hỏi được Zalo: {what}", advice=ASK_AGAIN)
    return Finding(good=False, what=f"Zalo báo lỗi: {what}", advice=ASK_SOMEBODY)


def told(account: Mapping[str, Any], oa_id: str, ends: dt.datetime, now: dt.datetime) -> Iterator[Finding]:
    """What Zalo told about the account. `oa_id`: the one that was connected; `ends`: of the access token; times are UTC."""
    name, actual = account.get("name", ""), account_id(account)
    if oa_id and actual and actual != oa_id:
        advice = "Bạn cấp quyền lại và chọn đúng OA, hoặc kết nối OA này như một kênh mới."
        yield Finding(good=False, what=f"Quyền đang có là của OA khác: «{name}» (mã {actual}), không phải {oa_id}.", advice=advice)
    else:
        yield Finding(good=True, what=f"Nói chuyện được với Zalo bằng OA «{name}» (mã {actual}).")
    if ends.year < dt.MAXYEAR:
        yield Finding(good=True, what=f"Quyền gửi tin còn hạn đến {ends.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y} và tự gia hạn.")
    yield _kind(str(account.get("oa_type", "")))
    if str(account.get("is_verified")).lower() in {"false", "0"}:
        advice = "Bạn vào oa.zalo.me nộp hồ sơ xác thực (quyết định thành lập, giấy tờ của cơ quan). OA chưa xác thực bị hạn chế gửi tin."
        yield Finding(good=False, what="OA chưa được xác thực.", advice=advice)
    yield from _package(account, now)


def _kind(oa_type: str) -> Finding:
    if oa_type == STATE_AGENCY:
        return Finding(good=True, what="OA của cơ quan nhà nước: gửi tin bằng API v2.0.")
    if oa_type == BUSINESS:
        return Finding(good=True, what="OA doanh nghiệp: gửi tin bằng API v3.0.")
    return Finding(good=True, what="OA loại khác: gửi thử bằng API v3.0, Zalo không nhận thì chuyển sang v2.0.")


def _package(account: Mapping[str, Any], now: dt.datetime) -> Iterator[Finding]:
    """The service package, which ends on a day written as 31/12/2026."""
    package, until = str(account.get("package_name") or ""), str(account.get("package_valid_through_date") or "")
    try:
        left = dt.datetime.strptime(until, "%d/%m/%Y").replace(tzinfo=VIETNAM) + dt.timedelta(days=1) - now
    except ValueError:
        left = None
    if left is not None and left <= SOON:
        what = f"Gói dịch vụ «{package}» {'đã hết hạn' if left <= dt.timedelta() else 'sắp hết hạn'} ngày {until}."
        yield Finding(good=False, what=what, advice="Bạn vào oa.zalo.me gia hạn gói; OA của cơ quan nhà nước thì hỏi Zalo về gói miễn phí.")
    elif package:
        yield Finding(good=True, what=f"Gói dịch vụ «{package}»{f' đến ngày {until}' if until else ''}.")

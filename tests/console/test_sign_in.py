"""Signing in and out over HTTP: cookies, forms, one's own account, the keeper's pages."""

from __future__ import annotations

import re

import httpx
import pyotp
import pytest

from tests.console.desk import Browser, Desk
from tests.fakes.issuer import Issuer

OWN = "tre xanh bên sông"


def _field(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match is not None, name
    return match[1]


def sign_in(browser: Browser, username: str, password: str, place: str = "", **more: str) -> httpx.Response:
    page = browser.get(f"/can-bo/dang-nhap{f'?ve={place}' if place else ''}").text
    form = {"csrf": _field(page, "csrf"), "ve": _field(page, "ve"), "username": username, "password": password}
    return browser.http.post("/can-bo/dang-nhap", data=form | more)


def one_time_of(page: str) -> str:
    match = re.search(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", page)
    assert match is not None, page
    return match[1]


def opened(desk: Desk, username: str, role: str = "official") -> str:
    """The keeper opens an account; its one-time password."""
    page = desk.official("keeper").post("/can-bo/can-bo/them", {"username": username, "name": f"Bà {username}", "role": role})
    assert page.status_code == 200, page.text
    return one_time_of(page.text)


def ready(desk: Desk, username: str, role: str = "official") -> Browser:
    """Somebody new who has set an own password and is signed in."""
    one_time, browser = opened(desk, username, role), desk.stranger()
    assert "Đặt mật khẩu của riêng mình" in sign_in(browser, username, one_time).text
    answer = browser.post("/can-bo/tai-khoan/mat-khau", {"old": one_time, "new": OWN, "again": OWN, "csrf": browser.csrf("/can-bo")})
    assert "<h1>Việc cần làm</h1>" in answer.text
    return browser


def test_the_whole_way_from_a_new_account_to_the_start_page_and_out(desk: Desk) -> None:
    browser = ready(desk, "thu.ha")
    assert "Bà thu.ha" in browser.get("/can-bo/tai-khoan").text
    cookie = browser.http.cookies["gdcb"]
    answer = browser.post("/can-bo/dang-xuat")
    assert "Đã đăng xuất." in answer.text
    assert browser.http.get("/can-bo", follow_redirects=False).status_code == 303
    browser.http.cookies.set("gdcb", cookie)
    assert browser.http.get("/can-bo", follow_redirects=False).status_code == 303  # the session is gone, not only the cookie
    assert [sentence for sentence in desk.sentences() if sentence.startswith("Bà thu.ha")] == [
        "Bà thu.ha đăng nhập",
        "Bà thu.ha đổi mật khẩu của mình",
        "Bà thu.ha đăng xuất",
    ]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Desk) -> None:
    one_time, browser = opened(desk, "cookie"), desk.stranger()
    page = browser.get("/can-bo/dang-nhap")
    form = {"csrf": _field(page.text, "csrf"), "username": "cookie", "password": one_time}
    answer = browser.http.post("/can-bo/dang-nhap", data=form, follow_redirects=False)
    cookies = [line.lower() for line in answer.headers.get_list("set-cookie") if line.startswith("gdcb=")]
    assert len(cookies) == 1
    assert "httponly" in cookies[0]
    assert "samesite=lax" in cookies[0]
    assert "path=/" in cookies[0]
    assert "domain" not in cookies[0]


def test_a_session_that_was_there_before_is_not_the_one_after(desk: Desk) -> None:
    one_time, browser = opened(desk, "co.dinh"), desk.stranger()
    browser.http.cookies.set("gdcb", "A" * 43)
    sign_in(browser, "co.dinh", one_time)
    assert [value for name, value in ((c.name, c.value) for c in browser.http.cookies.jar) if name == "gdcb" and value != "A" * 43]
    planted = desk.stranger()
    planted.http.cookies.set("gdcb", "A" * 43)
    assert planted.http.get("/can-bo", follow_redirects=False).status_code == 303


def test_a_wrong_password_brings_the_form_back_with_the_name(desk: Desk) -> None:
    answer = sign_in(desk.stranger(), 'lan"><script>', "sai")
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text
    assert "<script>" not in answer.text.split("<main")[1]


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "https://evil.example",
        "/can-bo//evil.example",
        "/can-bo\\evil",
        "/thu-tuc",
        "/can-bo-x",
        "/can-bo/../thu-tuc",
        "x" * 9000,
    ],
)
def test_signing_in_leads_only_to_the_console(desk: Desk, place: str) -> None:
    page = desk.stranger().http.get("/can-bo/dang-nhap", params={"ve": place})
    assert _field(page.text, "ve") == "/can-bo"


def test_signing_in_leads_to_where_one_was_going(desk: Desk) -> None:
    ready(desk, "dich.den")
    answer = sign_in(desk.stranger(), "dich.den", OWN, "/can-bo/nhat-ky%3Floai=official")
    assert answer.url.path == "/can-bo/nhat-ky"
    assert answer.url.query == b"loai=official"


def test_until_the_password_is_changed_nothing_else_opens(desk: Desk) -> None:
    one_time, browser = opened(desk, "moi", "keeper"), desk.stranger()
    sign_in(browser, "moi", one_time)
    for path in ("/can-bo", "/can-bo/can-bo", "/can-bo/tai-khoan", "/can-bo/nhat-ky"):
        assert browser.get(path).url.path == "/can-bo/tai-khoan/mat-khau", path
    token = browser.csrf("/can-bo/tai-khoan/mat-khau")
    assert browser.http.post("/can-bo/can-bo/1/khoa", data={"csrf": token}).url.path == "/can-bo/tai-khoan/mat-khau"
    for new, again, sentence in (
        ("ngan", "ngan", "ít nhất 10 ký tự"),
        ("matkhau123", "matkhau123", "nhiều người dùng"),
        ("moi moi moi moi", "moi moi moi moi", "lặp đi lặp lại"),
        (OWN, OWN + "x", "chưa giống nhau"),
        (one_time, one_time, "phải khác mật khẩu cũ"),
        ("a" * 300 + "bcdef", "x", "dài quá"),
    ):
        answer = browser.http.post("/can-bo/tai-khoan/mat-khau", data={"csrf": token, "old": one_time, "new": new, "again": again})
        assert (answer.status_code, sentence in answer.text) == (422, True), (new, sentence)
        assert new not in answer.text.split("<main")[1] or len(new) < 5


def test_the_second_step_by_hand(desk: Desk) -> None:
    browser = ready(desk, "hai.buoc")
    page = browser.post("/can-bo/tai-khoan/buoc-hai/bat-dau").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret is not None
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    assert "Mã chưa đúng" in browser.post("/can-bo/tai-khoan/buoc-hai/bat", {"code": "12"}).text
    codes = re.findall(r"<li><code>([^<]+)</code>", browser.post("/can-bo/tai-khoan/buoc-hai/bat", {"code": totp.now()}).text)
    assert len(codes) == 8
    again = desk.stranger()
    answer = sign_in(again, "hai.buoc", OWN, "/can-bo/nhat-ky")
    assert "Mã xác nhận" in answer.text
    assert again.get("/can-bo/nhat-ky").url.path == "/can-bo/dang-nhap/ma"
    token = again.csrf("/can-bo/dang-nhap/ma")
    assert "Mã chưa đúng" in again.http.post("/can-bo/dang-nhap/ma", data={"csrf": token, "code": "000 000"}).text
    answer = again.http.post("/can-bo/dang-nhap/ma", data={"csrf": token, "code": codes[0], "ve": "/can-bo/nhat-ky"})
    assert answer.url.path == "/can-bo/nhat-ky"
    assert "mã dự phòng (còn 7 mã)" in answer.text


def test_other_browsers_are_listed_and_signed_out(desk: Desk) -> None:
    first = ready(desk, "hai.may")
    second = desk.stranger()
    second.http.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0"
    sign_in(second, "hai.may", OWN)
    page = first.get("/can-bo/tai-khoan").text
    assert "Chrome trên Android" in page
    number = re.search(r'action="/can-bo/tai-khoan/phien/(\d+)/dang-xuat"', page)
    assert number is not None
    stranger = desk.official("editor").post(f"/can-bo/tai-khoan/phien/{number[1]}/dang-xuat")
    assert stranger.status_code == 404
    assert "Đã đăng xuất máy đó." in first.post(f"/can-bo/tai-khoan/phien/{number[1]}/dang-xuat").text
    assert second.http.get("/can-bo", follow_redirects=False).status_code == 303


def test_the_keeper_resets_closes_and_changes_roles_and_sessions_end_at_once(desk: Desk) -> None:
    keeper, browser = desk.official("keeper"), ready(desk, "doi.quyen")
    number = desk.sql("select id from officials where username = 'doi.quyen'")[0][0]
    assert browser.get("/can-bo/can-bo").status_code == 403
    keeper.post(f"/can-bo/can-bo/{number}", {"name": "Bà Đổi", "role": "keeper"})
    assert browser.http.get("/can-bo", follow_redirects=False).status_code == 303
    sign_in(browser, "doi.quyen", OWN)
    assert browser.get("/can-bo/can-bo").status_code == 200
    one_time = one_time_of(keeper.post(f"/can-bo/can-bo/{number}/mat-khau").text)
    assert browser.http.get("/can-bo", follow_redirects=False).status_code == 303
    assert sign_in(browser, "doi.quyen", OWN).status_code == 422
    assert "Đặt mật khẩu của riêng mình" in sign_in(browser, "doi.quyen", one_time).text
    keeper.post(f"/can-bo/can-bo/{number}/khoa")
    assert browser.http.get("/can-bo", follow_redirects=False).status_code == 303
    assert sign_in(browser, "doi.quyen", one_time).status_code == 422
    keeper.post(f"/can-bo/can-bo/{number}/mo")
    assert sign_in(browser, "doi.quyen", one_time).status_code == 200
    assert keeper.post("/can-bo/can-bo/4/khoa").status_code == 422  # oneself


def test_one_time_passwords_are_in_no_log_and_no_record(desk: Desk) -> None:
    one_time = opened(desk, "bi.mat")
    sign_in(desk.stranger(), "bi.mat", one_time)
    sign_in(desk.stranger(), "bi.mat", "mat khau go nham")
    log = "".join(path.read_text("utf-8", "replace") for path in desk.data.parent.glob("server-*.log"))
    tokens = [browser.token for browser in desk.browsers.values() if browser.token]
    for secret in (one_time, "mat khau go nham", *tokens):
        assert secret not in log
    assert one_time not in str(desk.sql("select * from audit_entries"))
    assert one_time not in str(desk.sql("select * from officials"))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"username": "", "name": "An", "role": "official"}, "Tên đăng nhập có 2 đến 40"),
        ({"username": "có dấu", "name": "An", "role": "official"}, "Tên đăng nhập có 2 đến 40"),
        ({"username": "keeper", "name": "An", "role": "official"}, "đã có người dùng"),
        ({"username": "moi.ba", "name": " \n ", "role": "official"}, "Anh/chị ghi họ tên"),
        ({"username": "moi.ba", "name": "x" * 999, "role": "official"}, "Anh/chị ghi họ tên"),
        ({"username": "moi.ba", "name": "An", "role": "god"}, "chọn một quyền"),
        ({"username": "moi.ba", "name": "An"}, "chọn một quyền"),
    ],
)
def test_a_new_account_with_something_wrong_comes_back(desk: Desk, form: dict[str, str], sentence: str) -> None:
    answer = desk.official("keeper").post("/can-bo/can-bo/them", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not desk.sql("select 1 from officials where username = 'moi.ba'")


def test_the_last_keeper_stays(desk: Desk) -> None:
    other = desk.official("other-keeper")
    number = desk.sql("select id from officials where username = 'other-keeper'")[0][0]
    assert "quản trị duy nhất" in other.post(f"/can-bo/can-bo/{number}", {"name": "An", "role": "official"}).text


def test_without_a_province_its_way_in_does_not_exist(desk: Desk) -> None:
    assert "tài khoản của tỉnh" not in desk.stranger().get("/can-bo/dang-nhap").text
    assert desk.stranger().get("/can-bo/dang-nhap/tinh").status_code == 404
    assert desk.stranger().get("/can-bo/dang-nhap/tinh/ve?state=x&code=y").status_code == 404


def test_the_whole_way_through_the_provinces_sign_in(fort: Desk, issuer: Issuer) -> None:
    keeper, browser = fort.official("keeper"), fort.stranger()
    keeper.post("/can-bo/can-bo/them", {"username": "tinh", "name": "Bà Tỉnh", "role": "editor", "oidc_name": "ba.tinh@tinh.example"})
    assert 'href="/can-bo/dang-nhap/tinh"' in browser.get("/can-bo/dang-nhap").text
    issuer.claims = {"sub": "ba-tinh", "email": "ba.tinh@tinh.example", "email_verified": True}
    answer = browser.get("/can-bo/dang-nhap/tinh")
    assert (answer.url.path, "Chào Bà Tỉnh." in answer.text) == ("/can-bo", True)
    assert issuer.refused == []
    assert "Bà Tỉnh đăng nhập bằng tài khoản của tỉnh" in fort.sentences()
    issuer.claims = {"sub": "nguoi-la", "email": "la@tinh.example", "email_verified": True}
    stranger = fort.stranger()
    answer = stranger.get("/can-bo/dang-nhap/tinh")
    assert (answer.status_code, "chưa được mở ở đây" in answer.text) == (422, True)
    assert stranger.http.get("/can-bo", follow_redirects=False).status_code == 303
    begun = fort.stranger().http.get("/can-bo/dang-nhap/tinh", follow_redirects=False)
    back = httpx.get(begun.headers["location"], follow_redirects=False).headers["location"]
    assert fort.stranger().get(back).status_code == 422  # another browser than the one that began

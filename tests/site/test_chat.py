"""The web chat over HTTP: with forms alone, and with HTMX."""

from __future__ import annotations

import re

from tests.site.conftest import Visitor

QUESTION = "làm giấy khai sinh cho con cần gì"


def _exchanges(page: str) -> int:
    return page.count('<article class="exchange"')


def test_without_javascript_the_answer_stands_on_the_page(visitor: Visitor) -> None:
    answer = visitor.ask(QUESTION)
    assert (answer.status_code, answer.headers["location"]) == (303, "/#cuoi")
    page = visitor.get("/").text
    assert _exchanges(page) == 1
    assert QUESTION in page
    assert page.count('id="cuoi"') == 1
    assert "/thu-tuc/1.001193" in page


def test_with_htmx_only_the_new_exchange_comes(visitor: Visitor) -> None:
    visitor.ask("đăng ký kết hôn")
    answer = visitor.ask(QUESTION, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert _exchanges(answer.text) == 1
    assert QUESTION in answer.text


def test_a_form_sent_twice_is_answered_once(visitor: Visitor) -> None:
    form = visitor.form()
    visitor.ask(QUESTION, form=form)
    visitor.ask(QUESTION, form=form)
    assert _exchanges(visitor.get("/").text) == 1


def test_another_button_of_the_same_form_is_another_message(visitor: Visitor) -> None:
    form = visitor.form()
    visitor.ask(QUESTION, form=form)
    visitor.ask("đăng ký kết hôn", form=form)
    assert _exchanges(visitor.get("/").text) == 2


def test_the_same_form_of_another_visitor_is_not_his_answer(visitor: Visitor) -> None:
    form = visitor.form()
    visitor.ask("chứng thực bản sao", form=form)
    other = Visitor(str(visitor.http.base_url))
    answer = other.ask("chứng thực bản sao", form=other.form() | {"message_id": form["message_id"]}, htmx=True)
    assert _exchanges(answer.text) == 1
    assert _exchanges(other.get("/").text) == 1
    other.http.close()


def test_an_empty_message_gets_a_hint_and_is_not_recorded(visitor: Visitor) -> None:
    for htmx in (False, True):
        answer = visitor.ask(" \n ", htmx=htmx)
        assert answer.status_code == 422
        assert "Bạn chưa viết câu hỏi" in answer.text
        assert 'id="thong-bao-loi"' in answer.text
    assert _exchanges(visitor.get("/").text) == 0


def test_a_form_from_elsewhere_is_refused(visitor: Visitor) -> None:
    for form in ({}, {"csrf": "0" * 32}):
        answer = visitor.http.post("/chat", data=form | {"text": QUESTION, "message_id": "abcdefgh"})
        assert answer.status_code == 422
        assert "hết hạn" in answer.text
    assert _exchanges(visitor.get("/").text) == 0


def test_ten_thousand_characters_are_answered(visitor: Visitor) -> None:
    answer = visitor.ask((QUESTION + " ") * 300)
    assert answer.status_code == 303
    assert _exchanges(visitor.get("/").text) == 1


def test_markup_in_a_question_stays_text(visitor: Visitor) -> None:
    for htmx in (True, False):
        visitor.ask('<img src=x onerror="alert(1)"> khai sinh', htmx=htmx)
    page = visitor.get("/").text
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_prepared_question_is_written_but_not_sent(visitor: Visitor) -> None:
    page = visitor.get("/?hoi=%C4%90%C4%83ng+k%C3%BD+%22k%E1%BA%BFt+h%C3%B4n%22<b>").text
    assert "Đăng ký &#34;kết hôn&#34;&lt;b&gt;</textarea>" in page
    assert _exchanges(page) == 0


def test_feedback_is_taken_once_and_thanked(visitor: Visitor) -> None:
    page = visitor.ask(QUESTION, htmx=True).text
    answer_id = re.search(r'name="answer_id" value="(\w+)"', page)
    assert answer_id is not None
    form = {"csrf": visitor.form()["csrf"], "answer_id": answer_id[1], "good": "false"}
    thanks = visitor.http.post("/chat/phan-hoi", data=form, headers={"hx-request": "true"})
    assert "phường sẽ xem lại câu trả lời này" in thanks.text
    plain = visitor.http.post("/chat/phan-hoi", data=form | {"good": "true"})
    assert (plain.status_code, plain.headers["location"]) == (303, f"/#t-{answer_id[1]}")
    page = visitor.get("/").text
    assert "Cảm ơn bạn đã cho biết." in page
    assert 'class="feedback"' not in page


def test_nobody_judges_the_answer_of_another(visitor: Visitor) -> None:
    answer_id = re.search(r'name="answer_id" value="(\w+)"', visitor.ask(QUESTION, htmx=True).text)
    assert answer_id is not None
    other = Visitor(str(visitor.http.base_url))
    form = {"csrf": other.form()["csrf"], "answer_id": answer_id[1], "good": "true"}
    answer = other.http.post("/chat/phan-hoi", data=form, headers={"hx-request": "true"})
    assert "không còn được lưu" in answer.text
    assert 'class="feedback"' in visitor.get("/").text
    other.http.close()


def test_a_conversation_can_be_erased_by_button_and_by_word(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    answer = visitor.http.post("/chat/xoa", data={"csrf": visitor.form()["csrf"]})
    assert answer.headers["location"] == "/?xong=da-xoa"
    page = visitor.get("/?xong=da-xoa").text
    assert "Đã xóa cuộc trò chuyện của bạn." in page
    assert _exchanges(page) == 0
    visitor.ask(QUESTION)
    assert "nhắn XÓA" in visitor.ask("xóa dữ liệu của tôi", htmx=True).text
    by_word = visitor.ask("xóa", htmx=True)
    assert by_word.headers["hx-redirect"] == "/?xong=da-xoa"
    assert _exchanges(visitor.get("/").text) == 0


def test_two_visitors_do_not_see_each_other(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    other = Visitor(str(visitor.http.base_url))
    assert _exchanges(other.get("/").text) == 0
    other.http.close()


def test_a_conversation_is_kept_by_no_proxy(visitor: Visitor) -> None:
    visitor.ask(QUESTION)
    assert visitor.get("/").headers["cache-control"] == "private, no-cache"


def test_every_suggestion_is_answered(visitor: Visitor) -> None:
    page = visitor.get("/").text
    suggestions = re.findall(r'<button type="submit" name="text" value="([^"]+)" class="chip">', page)
    assert 4 <= len(suggestions) <= 6
    for suggestion in suggestions:
        answer = visitor.ask(suggestion, htmx=True).text
        assert "chưa rõ" not in answer, suggestion
        assert 'class="card"' in answer or "Chủ nhật gần Dân" in answer, suggestion

"""Local facts, as two officials give and check one: said before it is sent, read by citizens only when checked."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from app.console.procedures import forms
from app.local.schemas import FactField
from tests.assistant.ward import knowledge
from tests.console.desk import Desk
from tests.console.test_ward import text_of

PATH = "/can-bo/thu-tuc"
BIRTH, COPY = "1.001193", "2.000815"
SOURCE = {
    "source_title": "Quyết định 12/2026/QĐ-UBND của thành phố",
    "source_kind": "decision",
    "source_date": "2026-11-01",
    "source_url": "https://danang.gov.vn/qd-12",
    "remark": "Trang 3",
}
FEE = SOURCE | {"case_id": "*", "status_1": "amount", "channel_1": "any", "amount_1": "6.000", "per_1": "bản", "note_1": "", "basis_1": ""}


def card_of(desk: Desk, question: str) -> str:
    """The first card a citizen gets."""
    answer = httpx.post(f"{desk.url}/api/v1/ask", json={"text": question}, timeout=30).json()
    card = answer["reply"]["cards"][0]
    return " ".join([*(f"{line['label']}: {line['text']} {' '.join(line.get('items', ()))}" for line in card["lines"]), card["basis"]])


def _fact(desk: Desk) -> int:
    return int(desk.sql("select max(id) from local_facts")[0][0])


def test_a_local_fee_from_the_form_to_the_card(desk: Desk) -> None:
    writer, checker = desk.official("official"), desk.official("editor")
    form = writer.get(f"{PATH}/{COPY}/de-nghi/fees")
    assert form.status_code == 200
    seen = text_of(writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE))
    assert re.search(r"Phí, lệ phí.*→ 6\.000 đồng một bản", seen)
    assert not desk.sql("select * from local_facts"), "only shown so far"
    sent = writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE | {"sure": "1"})
    assert "Đã gửi đề nghị" in sent.text
    assert "6.000" not in card_of(desk, "chứng thực bản sao hết bao nhiêu tiền")
    assert "Kiểm tra phí, lệ phí" in html.unescape(checker.get("/can-bo").text)
    fact = _fact(desk)
    assert "→ 6.000 đồng một bản" in text_of(checker.get(f"{PATH}/du-kien/{fact}"))
    checked = checker.post(f"{PATH}/du-kien/{fact}/kiem-tra")
    assert "Đã cho dùng" in checked.text
    card = card_of(desk, "chứng thực bản sao hết bao nhiêu tiền")
    assert "6.000 đồng một bản" in card
    assert "Riêng ở Phường An Khê" in card
    assert "Quyết định 12/2026/QĐ-UBND" in card
    assert "6.000 đồng" in httpx.get(f"{desk.url}/thu-tuc/{COPY}", follow_redirects=True).text
    assert '"amount":6000' in httpx.get(f"{desk.url}/api/v1/procedures/{COPY}").text.replace(" ", "")
    assert [line for line in desk.sentences() if "kiểm tra và cho dùng phí, lệ phí" in line and "6.000 đồng" in line]
    # and back
    asked = checker.post(f"{PATH}/du-kien/{fact}/ngung", {"reason": "Nghị quyết đã hết hiệu lực"})
    assert "Đã ngừng" in asked.text
    assert "6.000" not in card_of(desk, "chứng thực bản sao hết bao nhiêu tiền")
    assert "Nghị quyết đã hết hiệu lực" in checker.get(f"{PATH}/du-kien/{fact}").text


def test_nobody_checks_his_own(desk: Desk) -> None:
    editor = desk.official("editor")
    where = SOURCE | {"text": "Quầy 2, tầng 1, nhà một cửa của phường."}
    editor.post(f"{PATH}/{COPY}/de-nghi/where", where | {"sure": "1"})
    fact = _fact(desk)
    assert editor.post(f"{PATH}/du-kien/{fact}/kiem-tra").status_code == 422
    assert desk.sql("select status from local_facts where id = ?", fact) == [("draft",)]
    assert desk.official("official").post(f"{PATH}/du-kien/{fact}/kiem-tra").status_code == 403
    assert desk.official("editor", second=True).post(f"{PATH}/du-kien/{fact}/kiem-tra").status_code == 200
    assert "Quầy 2, tầng 1" in card_of(desk, "chứng thực bản sao nộp ở đâu")
    assert desk.official("leader").post(f"{PATH}/du-kien/{fact}/kiem-tra").status_code == 422, "already dealt with"


def test_free_is_chosen_never_typed_as_zero(desk: Desk) -> None:
    writer = desk.official("official")
    zero = writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE | {"amount_1": "0"})
    assert zero.status_code == 422
    assert "Không ghi 0 đồng" in zero.text
    baseless = writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE | {"status_1": "free", "amount_1": ""})
    assert "phải ghi văn bản nào cho miễn" in baseless.text
    free = writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE | {"status_1": "free", "amount_1": "", "basis_1": "Nghị quyết 5/2026/NQ-HĐND"})
    assert "→ miễn phí" in text_of(free)


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("fees", {"amount_1": "tám nghìn"}, "chữ số"),
        ("fees", {"amount_1": "999999999999"}, "chữ số"),
        ("fees", {"amount_1": "-5"}, "chữ số"),
        ("fees", {"amount_1": "٨٠٠"}, "chữ số"),
        ("fees", {"status_1": "", "amount_1": ""}, "Chọn phải nộp bao nhiêu"),
        ("fees", {"status_1": "unknown"}, "Chọn phải nộp bao nhiêu"),
        ("fees", {"status_2": "amount", "channel_2": "any", "amount_2": "9000"}, "đã ghi ở dòng trên"),
        ("fees", {"case_id": "khong-co"}, "không có trường hợp"),
        ("fees", {"case_id": "../../etc"}, "không có trường hợp"),
        ("fees", {"source_title": ""}, "Ghi tên nguồn"),
        ("fees", {"source_date": ""}, "Ghi ngày của nguồn"),
        ("fees", {"source_date": "31/2/2026"}, "Ghi ngày của nguồn"),
        ("fees", {"source_date": "2999-01-01", "sure": "1"}, "tương lai"),
        ("fees", {"source_url": "javascript:alert(1)"}, "https://"),
        ("fees", {"source_kind": "rumour"}, "Chọn loại nguồn"),
        ("fees", {"source_title": "x" * 1_000}, "Ghi tên nguồn"),
        ("time", {"value_1": "0", "unit_1": "day"}, "từ 1 đến 400"),
        ("time", {"value_1": "5", "unit_1": ""}, "Chọn đơn vị"),
        ("time", {"value_1": "5", "unit_1": "năm"}, "Chọn đơn vị"),
        ("online", {"level": "full", "basis": ""}, "Ghi căn cứ"),
        ("online", {"level": "unknown", "basis": "Quyết định 1"}, "Chọn mức trực tuyến"),
        ("where", {"text": ""}, "từ 5 đến 400"),
        ("note", {"text": "😀" * 500}, "từ 5 đến 400"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(desk: Desk, field: str, sent: dict[str, str], said: str) -> None:
    before = desk.sql("select count(*) from local_facts")
    base = (FEE if field == "fees" else SOURCE | {"case_id": "*", "channel_1": "any"}) | sent
    page = desk.official("official").post(f"{PATH}/{COPY}/de-nghi/{field}", base)
    assert page.status_code == 422, page.text[-2000:]
    assert said in html.unescape(page.text)
    assert desk.sql("select count(*) from local_facts") == before


@pytest.mark.parametrize(("code", "field", "case_id"), [("1.014063", "fees", "in-sai"), ("2.002913", "time", "nha-co-nguoi-mat")])
def test_what_citizens_read_now_can_be_proposed_again_whole(code: str, field: str, case_id: str) -> None:
    """Several lines for one way of filing, as many as there are."""
    procedure = knowledge().files.catalog.procedures[code]
    source = {"source_title": "Bảng niêm yết", "source_date": "2026-11-01"}
    typed = forms.typed_of(procedure, FactField(field), case_id) | source
    proposal, errors = forms.read(procedure, FactField(field), typed, "phường")
    assert not errors
    assert proposal is not None
    plain = [each.model_copy(update={"source": None}) for each in getattr(procedure.case(case_id), field)]
    assert list(proposal.read_value) == plain


def test_papers_and_steps_cannot_be_proposed(desk: Desk) -> None:
    writer = desk.official("official")
    for field in ("papers", "steps", "conditions", "name", "legal_basis"):
        assert writer.get(f"{PATH}/{COPY}/de-nghi/{field}").status_code in (404, 422)
        assert writer.post(f"{PATH}/{COPY}/de-nghi/{field}", FEE).status_code in (404, 422)
    page = writer.post(f"{PATH}/{COPY}/de-nghi/fees", FEE | {"papers": "[]", "amount_1": "7000", "status": "checked", "sure": "1"})
    assert page.status_code == 200
    row = desk.sql("select status, checked_by, commune_id, value from local_facts where id = ?", _fact(desk))[0]
    assert row[:3] == ("draft", None, 1)
    assert "papers" not in row[3]


def test_the_same_twice_and_nothing_new_are_refused(desk: Desk) -> None:
    writer = desk.official("official")
    sent = FEE | {"amount_1": "7100", "sure": "1"}
    assert writer.post(f"{PATH}/{COPY}/de-nghi/fees", sent).status_code == 200
    assert "đã có người gửi" in writer.post(f"{PATH}/{COPY}/de-nghi/fees", sent).text
    fact = _fact(desk)
    assert "Đã ngừng" in writer.post(f"{PATH}/du-kien/{fact}/ngung").text, "one's own proposal is taken back without a reason"
    assert writer.post(f"{PATH}/du-kien/{fact}/ngung").status_code == 422


def test_another_communes_fact_is_not_there(desk: Desk) -> None:
    desk.official("official").post(f"{PATH}/{COPY}/de-nghi/note", SOURCE | {"text": "Mang theo bản chính để đối chiếu.", "sure": "1"})
    fact, other = _fact(desk), desk.browsers["other-leader"]
    assert other.get(f"{PATH}/du-kien/{fact}").status_code == 404
    assert other.post(f"{PATH}/du-kien/{fact}/kiem-tra").status_code == 404
    assert other.post(f"{PATH}/du-kien/{fact}/ngung", {"reason": "không phải của mình"}).status_code == 404
    assert "Mang theo bản chính" not in other.get(f"{PATH}/{COPY}").text
    assert desk.sql("select status from local_facts where id = ?", fact) == [("draft",)]


def test_the_list_is_searched_as_the_bot_understands(desk: Desk) -> None:
    official = desk.official("official")
    assert BIRTH in official.get(f"{PATH}?q=lam giay khai sinh cho be").text
    assert BIRTH in official.get(f"{PATH}?q=1.001193").text
    assert "Không thấy thủ tục nào" in official.get(f"{PATH}?q=zzzzqqqq").text
    waiting = official.get(f"{PATH}?rieng=cho").text
    assert COPY in waiting
    assert BIRTH not in waiting
    fragment = official.get(f"{PATH}?q=khai sinh", **{"hx-request": "true", "hx-target": "ket-qua"}).text
    assert "<html" not in fragment
    assert BIRTH in fragment
    assert official.get(f"{PATH}?trang=99999").status_code == 200
    assert official.get(f"{PATH}/9.999999").status_code == 404

"""What is not known is said so: never zero, never free, never nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.catalog.content import Case, Channel, Fee, FeeStatus, OnlineLevel, PaperKind, Procedure, TimeUnit
from app.templates import environment
from tests.catalog.small_catalog import case, changed, procedure

SAY: Any = environment().get_template("catalog/say.jinja").module
ASK_THE_COUNTER = "hỏi bộ phận một cửa"


def _said(macro: str, *values: object) -> str:
    return " ".join(str(getattr(SAY, macro)(*values)).split())


def _case(**more: Any) -> Case:
    return Case.model_validate(case(**more))


# --- fees ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        ({"status": "amount", "amount": "8000"}, "8.000 đồng"),
        ({"status": "amount", "amount": "1500000", "per": "Hồ sơ"}, "1.500.000 đồng một hồ sơ"),
        ({"status": "amount", "amount": "500", "channel": "online"}, "500 đồng (nộp qua mạng)"),
        ({"status": "free", "basis": "Luật Hộ tịch"}, "miễn phí"),
        ({"status": "free", "basis": "Luật Hộ tịch", "note": "Chỉ người nghèo."}, "miễn phí. Chỉ người nghèo."),
        ({"status": "by_province"}, "mức do Hội đồng nhân dân tỉnh, thành phố quy định, bạn hỏi bộ phận một cửa"),
        ({"status": "by_regulation"}, "có thu theo quy định riêng, bạn hỏi bộ phận một cửa"),
        ({"status": "unknown"}, "chưa có thông tin, bạn hỏi bộ phận một cửa"),
    ],
)
def test_each_fee_status_has_its_own_words(fee: dict[str, str], said: str) -> None:
    assert _said("fee", Fee.model_validate(fee)) == said
    assert _said("fees", _case(fees=[fee])) == said


@pytest.mark.parametrize("status", [status for status in FeeStatus if status not in (FeeStatus.AMOUNT, FeeStatus.FREE)])
def test_a_fee_without_a_known_amount_is_never_shown_as_zero_or_free(status: FeeStatus) -> None:
    for macro in ("amount", "fee", "fee_short"):
        said = _said(macro, Fee(status=status))
        assert ASK_THE_COUNTER in said
        assert "miễn" not in said
        assert not any(char.isdigit() for char in said)


def test_every_fee_status_is_spoken_differently() -> None:
    filled: dict[FeeStatus, dict[str, Any]] = {FeeStatus.AMOUNT: {"amount": 1}, FeeStatus.FREE: {"basis": "Luật"}}
    assert len({_said("fee", Fee(status=status, **filled.get(status, {}))) for status in FeeStatus}) == len(FeeStatus)


@pytest.mark.parametrize(("macro", "field"), [("fees", "fees"), ("time", "time")])
def test_unknown_fees_and_times_send_to_the_counter(macro: str, field: str) -> None:
    said = _said(macro, _case(**{field: "unknown"}))
    assert said == "Chưa có thông tin, bạn hỏi bộ phận một cửa."


def test_several_fees_are_told_with_their_ways_of_filing() -> None:
    fees = [{"status": "amount", "amount": "50000", "channel": "in_person"}, {"status": "free", "basis": "Nghị quyết", "channel": "online"}]
    assert _said("fees", _case(fees=fees)) == "50.000 đồng (nộp trực tiếp); miễn phí (nộp qua mạng)"


@pytest.mark.parametrize(
    "fee",
    [
        {"status": "free"},
        {"status": "amount"},
        {"status": "amount", "amount": "0"},
        {"status": "unknown", "amount": "0"},
        {"status": "unknown", "amount": "8000"},
        {"status": "free", "amount": "8000", "basis": "Luật"},
        {"status": "amount", "amount": "8.000"},
        {"status": "amount", "amount": "8,000"},
        {"status": "amount", "amount": "8_000"},
        {"status": "amount", "amount": "8000.0"},
        {"status": "amount", "amount": "8000đ"},
        {"status": "amount", "amount": "-8000"},
        {"status": "amount", "amount": "8e3"},
        {"status": "amount", "amount": "٨٠٠٠"},
    ],
)
def test_a_fee_that_could_mislead_is_refused(fee: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Fee.model_validate(fee)


# --- times, papers, levels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([{"value": "5", "unit": "working_day"}], "5 ngày làm việc"),
        ([{"value": "5", "unit": "day"}], "5 ngày"),
        ([{"value": "8", "unit": "hour"}], "8 giờ"),
        ([{"value": "2", "unit": "month"}], "2 tháng"),
        ([{"value": "1", "unit": "same_working_day"}], "trong ngày làm việc"),
        ([{"value": "5", "unit": "day", "note": "Lâu hơn vào mùa mưa."}], "5 ngày. Lâu hơn vào mùa mưa."),
        (
            [{"value": "5", "unit": "day", "channel": "online"}, {"value": "7", "unit": "day", "channel": "postal"}],
            "5 ngày (nộp qua mạng); 7 ngày (gửi bưu điện)",
        ),
        ([{"value": "5", "unit": "day", "channel": "online"}, {"value": "5", "unit": "day", "channel": "postal"}], "5 ngày"),
    ],
)
def test_times_are_said_with_their_unit(times: list[dict[str, str]], said: str) -> None:
    assert _said("time", _case(time=times)) == said


def test_every_unit_kind_level_and_channel_has_words() -> None:
    for unit in TimeUnit:
        assert _said("time", _case(time=[{"value": "3", "unit": unit}]))
    for kind in PaperKind:
        assert _said("paper", _case(papers=[{"name": "Đơn xin", "kind": kind}]).papers[0]).startswith("Đơn xin")
    for channel in Channel:
        assert _said("channel", channel)
    for level in OnlineLevel:
        known = {} if level is OnlineLevel.UNKNOWN else {"basis": "Quyết định", "place": "toàn quốc"}
        online = Procedure.model_validate(procedure(online={"level": level, **known})).online
        assert len(_said("level_sentence", online)) > 30
        assert _said("level", online)


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        ({"kind": "submit", "originals": "1", "copies": "2"}, "Đơn xin (1 bản chính, 2 bản sao)"),
        ({"kind": "submit"}, "Đơn xin"),
        ({"kind": "submit", "copies": "1"}, "Đơn xin (1 bản sao)"),
        ({"kind": "show", "originals": "1"}, "Đơn xin (chỉ xuất trình)"),
        ({"kind": "fill"}, "Đơn xin (điền theo mẫu)"),
        ({"kind": "fill", "form": "mẫu CT01"}, "Đơn xin (điền theo mẫu CT01)"),
        ({"kind": "fill", "form": "Mẫu số 18"}, "Đơn xin (điền theo mẫu số 18)"),
        ({"kind": "fill", "form": "CT01"}, "Đơn xin (điền theo mẫu CT01)"),
        ({"kind": "submit", "originals": "0"}, "Đơn xin"),
        ({"kind": "submit", "only_if": "Bạn đi thuê nhà."}, "Đơn xin – chỉ khi: bạn đi thuê nhà."),
    ],
)
def test_papers_are_said_with_how_many_and_when(paper: dict[str, str], said: str) -> None:
    built = _case(papers=[{"name": "Đơn xin", **paper}])
    assert _said("paper", built.papers[0]) == said


def test_an_unknown_online_level_promises_nothing() -> None:
    online = Procedure.model_validate(procedure()).online
    assert "chưa có thông tin" in _said("level_sentence", online)
    assert _said("level", online) == "Chưa rõ mức trực tuyến"


# --- the model -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["papers", "time", "fees"])
def test_a_list_of_facts_is_never_empty(name: str) -> None:
    with pytest.raises(ValidationError, match="Không biết thì ghi `unknown`"):
        _case(**{name: []})


@pytest.mark.parametrize(
    "path", ["cases.0.papers", "cases.0.time", "cases.0.fees", "steps", "result", "legal_basis", "conditions", "channels"]
)
def test_what_a_source_does_not_tell_may_be_unknown(path: str) -> None:
    Procedure.model_validate(changed(procedure(), {path: "unknown"}))


@pytest.mark.parametrize("word", ["không rõ", "Unknown", "?", "", "none"])
@pytest.mark.parametrize("path", ["cases.0.papers", "cases.0.fees", "steps", "conditions"])
def test_unknown_has_one_spelling(path: str, word: str) -> None:
    with pytest.raises(ValidationError):
        Procedure.model_validate(changed(procedure(), {path: word}))


def test_a_fact_has_its_own_source_or_that_of_the_procedure() -> None:
    law = {"title": "Luật Hộ tịch", "date": "2014-11-20", "kind": "law"}
    data = changed(procedure(), {"sources.luat": law, "cases.0.fees.0.source": "luat"})
    built = Procedure.model_validate(data)
    fee, paper = built.cases[0].fees[0], built.cases[0].papers[0]
    assert not isinstance(fee, str)
    assert not isinstance(paper, str)
    assert (built.source_of(fee).title, built.source_of(paper).title) == ("Luật Hộ tịch", "Cổng Dịch vụ công quốc gia")
    assert built.cited_sources() == {"luat"}


@pytest.mark.parametrize(
    "path", ["cases.0.papers.0.source", "cases.0.time.0.source", "cases.0.fees.0.source", "steps.0.source", "online.source"]
)
def test_every_kind_of_fact_must_name_a_declared_source(path: str) -> None:
    with pytest.raises(ValidationError, match="chưa khai báo trong `sources`: sach"):
        Procedure.model_validate(changed(procedure(), {path: "sach"}))


def test_an_unknown_case_falls_back_to_the_first() -> None:
    built = Procedure.model_validate(procedure(cases=[case("mot", "Một một"), case("hai", "Hai hai")], case_question="Trường hợp nào?"))
    assert [built.case(name).id for name in ("hai", "ba", None)] == ["hai", "mot", "mot"]


def test_ways_of_asking_are_those_of_the_voices_and_of_the_cases() -> None:
    built = Procedure.model_validate(procedure(cases=[case(asks=["chỉ trường hợp này"])]))
    assert len(built.all_asks()) == 22
    assert built.all_asks()[-1] == "chỉ trường hợp này"

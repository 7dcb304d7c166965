"""Several papers gone at once: each gets its procedure, in the order they were named."""

from __future__ import annotations

import pytest

from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader

IDENTITY, DRIVING, VEHICLE, LAND, PASSPORT = "1.014064", "3.000348", "1.013082", "1.012786", "1.010386"
INSURANCE = "elsewhere:bao-hiem-y-te"


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("mất căn cước và bằng lái", (IDENTITY, DRIVING)),
        ("mất ví có căn cước với bằng lái xe", (IDENTITY, DRIVING)),
        ("em bị giật túi mất căn cước, hộ chiếu và bằng lái", (IDENTITY, PASSPORT, DRIVING)),
        ("mat vi roi, trong do co can cuoc, bang lai, the bhyt gio lam sao", (IDENTITY, DRIVING, INSURANCE)),
        ("nhà cháy hết giấy tờ sổ đỏ, căn cước", (LAND, IDENTITY)),
    ],
)
def test_each_that_is_named_is_offered(reader: Reader, text: str, choices: tuple[str, ...]) -> None:
    decision = decide(reader, text, State())
    assert (decision.intent, decision.choices) == ("lost", choices)
    assert decision.state.choices == choices
    assert decide(reader, "2", decision.state).codes[:1] == (choices[1],)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mất bằng lái, em muốn làm lại online được không", DRIVING),
        ("mất căn cước thì cần giấy gì, phí bao nhiêu", IDENTITY),
        ("rớt mất căn cước rồi, làm lại mất mấy ngày", IDENTITY),
    ],
)
def test_one_is_answered(reader: Reader, text: str, code: str) -> None:
    decision = decide(reader, text, State())
    assert (decision.outcome, decision.codes[0]) == ("answer", code)
    assert [part.code for part in decision.parts] == [code]


@pytest.mark.parametrize("text", ["ba em mất, cần khai tử và cắt khẩu", "làm mất bao lâu và phí bao nhiêu", "mat mat ngu va met moi"])
def test_what_is_no_paper_is_not_lost(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent != "lost"

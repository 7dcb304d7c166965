"""Where a conversation meets what people follow: what was asked last decides before what a message might mean."""

from __future__ import annotations

import pytest

from app.assistant.following import heard
from app.settings import ROOT
from app.subscribers.hearing import Act, Expects, load_listener
from app.understanding.decision import Decision, State

LISTENER = load_listener(ROOT / "procedures")
CAUGHT = Decision("other", "community_team", confidence=0.9)
"""An example of this intent speaks of «thôn Phú Hạ»."""


@pytest.mark.parametrize("text", ["phú hạ", "Phú Hạ ạ", "dạ nhà em ở phú hạ"])
def test_the_answer_to_where_one_lives_is_heard_before_an_intent(text: str) -> None:
    wish = heard(LISTENER, CAUGHT, text, State(expects=Expects.GROUP))[1]
    assert wish is not None
    assert (wish.act, wish.group, wish.whole, wish.sure) == (Act.GROUP, "phu ha", True, False)


def test_who_wants_to_be_forgotten_does_not_name_a_group() -> None:
    decision, wish = heard(LISTENER, Decision("other", "delete_data"), "xóa dữ liệu của tôi", State(expects=Expects.GROUP))
    assert (decision.state.expects, wish) == (Expects.ERASE, None)


def test_who_was_not_asked_is_answered_as_ever() -> None:
    assert heard(LISTENER, CAUGHT, "phú hạ", State())[1] is None

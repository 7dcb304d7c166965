"""A tier is earned by what is in the file, and the report says what is missing for the next one."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalog.content import Procedure
from app.catalog.tiers import Tier, missing_for_gold, tier_of
from tests.catalog.small_catalog import GONE, VOICES, case, changed, procedure


def _built(changes: dict[str, object]) -> Procedure:
    return Procedure.model_validate(changed(procedure(), changes))


def test_a_whole_procedure_is_gold_and_misses_nothing() -> None:
    assert tier_of(_built({})) is Tier.GOLD
    assert missing_for_gold(_built({})) == []


@pytest.mark.parametrize(
    ("changes", "tier", "missing"),
    [
        ({"cases.0.papers": "unknown"}, Tier.BRONZE, "giấy tờ của trường hợp «Mọi trường hợp»"),
        ({"cases.0.fees": "unknown"}, Tier.BRONZE, "phí của trường hợp «Mọi trường hợp»"),
        ({"cases.0.time": "unknown"}, Tier.SILVER, "thời hạn của trường hợp «Mọi trường hợp»"),
        ({"cases.0.fees.0": {"status": "unknown"}}, Tier.SILVER, "phải có `note` nói hỏi ai"),
        ({"steps": "unknown"}, Tier.BRONZE, "các bước"),
        ({"result": "unknown"}, Tier.SILVER, "kết quả"),
        ({"legal_basis": "unknown"}, Tier.SILVER, "căn cứ pháp lý"),
        ({"conditions": "unknown"}, Tier.SILVER, "điều kiện"),
        ({"channels": "unknown"}, Tier.SILVER, "cách nộp"),
        ({"lookalikes": []}, Tier.SILVER, "thủ tục dễ nhầm"),
        ({"asks.story": GONE}, Tier.SILVER, "cách hỏi đủ bảy giọng"),
    ],
)
def test_each_gap_costs_the_tier_and_is_named(changes: dict[str, object], tier: Tier, missing: str) -> None:
    built = _built(changes)
    assert tier_of(built) is tier
    (named,) = missing_for_gold(built)
    assert missing in named


def test_an_unknown_fee_that_says_whom_to_ask_is_gold() -> None:
    assert tier_of(_built({"cases.0.fees.0": {"status": "unknown", "note": "Hỏi Quầy 1 của phường."}})) is Tier.GOLD


@pytest.mark.parametrize("status", ["by_province", "by_regulation"])
def test_a_fee_set_elsewhere_is_gold(status: str) -> None:
    assert tier_of(_built({"cases.0.fees.0": {"status": status}})) is Tier.GOLD


@pytest.mark.parametrize(("count", "tier"), [(15, Tier.GOLD), (14, Tier.SILVER), (10, Tier.SILVER), (9, Tier.BRONZE)])
def test_ways_of_asking_are_counted(count: int, tier: Tier) -> None:
    asks = {voice: ["hỏi một"] for voice in VOICES}
    asks["plain"] = [f"hỏi {number}" for number in range(count - len(VOICES) + 1)]
    assert tier_of(_built({"asks": asks})) is tier


def test_ways_of_asking_of_a_case_count_too() -> None:
    asks = {voice: ["hỏi một"] for voice in VOICES}
    assert tier_of(_built({"asks": asks, "cases.0.asks": [f"riêng {number}" for number in range(8)]})) is Tier.GOLD


def test_every_case_must_be_whole() -> None:
    two: dict[str, Any] = {
        "cases": [case("mot", "Trường hợp một"), case("hai", "Trường hợp hai", fees="unknown")],
        "case_question": "Trường hợp nào?",
    }
    built = Procedure.model_validate(procedure(**two))
    assert tier_of(built) is Tier.BRONZE
    assert missing_for_gold(built) == ["phí của trường hợp «Trường hợp hai»"]

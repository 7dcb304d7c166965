"""Quality tiers of a procedure, from rules a machine can check; nobody claims a tier by hand."""

from __future__ import annotations

from enum import StrEnum

from app.catalog.content import UNKNOWN, FeeStatus, Procedure, Voice

GOLD_ASKS = 15
SILVER_ASKS = 10


class Tier(StrEnum):
    """Vàng: whole. Bạc: papers, fee status and steps. Đồng: name, who, where, what is unknown said so."""

    GOLD = "Vàng"
    SILVER = "Bạc"
    BRONZE = "Đồng"


def tier_of(procedure: Procedure) -> Tier:
    """The tier this procedure earns today."""
    if not missing_for_gold(procedure):
        return Tier.GOLD
    cases_known = all(UNKNOWN not in (case.papers, case.fees) for case in procedure.cases)
    if cases_known and procedure.steps != UNKNOWN and len(procedure.all_asks()) >= SILVER_ASKS:
        return Tier.SILVER
    return Tier.BRONZE


def missing_for_gold(procedure: Procedure) -> list[str]:
    """What keeps the procedure from tier Vàng, each as a short Vietnamese phrase; empty when it is Vàng."""
    missing = []
    for case in procedure.cases:
        missing += [
            f"{label} của trường hợp «{case.name}»"
            for label, value in (("giấy tờ", case.papers), ("thời hạn", case.time), ("phí", case.fees))
            if value == UNKNOWN
        ]
        if case.fees != UNKNOWN and any(fee.status is FeeStatus.UNKNOWN and fee.note is None for fee in case.fees):
            missing.append(f"phí của trường hợp «{case.name}»: chưa rõ thì phải có `note` nói hỏi ai")
    missing += [
        label
        for label, value in (
            ("các bước", procedure.steps),
            ("kết quả", procedure.result),
            ("căn cứ pháp lý", procedure.legal_basis),
            ("điều kiện", procedure.conditions),
            ("cách nộp", procedure.channels),
        )
        if value == UNKNOWN
    ]
    if not procedure.lookalikes:
        missing.append("thủ tục dễ nhầm")
    if len(procedure.all_asks()) < GOLD_ASKS:
        missing.append(f"ít nhất {GOLD_ASKS} cách hỏi")
    if set(procedure.asks) != set(Voice):
        missing.append("cách hỏi đủ bảy giọng")
    return missing

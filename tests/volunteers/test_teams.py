"""«Tổ công nghệ số tổ 12 là ai»: in the chat and on the page, with the phone only where the team agreed."""

from __future__ import annotations

import httpx
import pytest

from app.local.snapshot import Snapshot
from app.volunteers.facts import Group, Team
from app.ward.ward import Ward, WardMode
from tests.assistant.ward import Clock, commune, pipeline
from tests.console.desk import Desk
from tests.support.server import quickest

TEAMS = (
    Team(
        name="Tổ công nghệ số cộng đồng tổ 12",
        contact="Chị Lê Thị Hoa",
        phone="0905 123 456",
        place="nhà văn hóa tổ 12",
        groups=(Group(id=1, name="Tổ 12", number="12"), Group(id=2, name="Tổ 13", number="13")),
    ),
    Team(name="Đoàn thanh niên Phú Hạ", contact="Anh Nam", groups=(Group(id=3, name="Thôn Phú Hạ", aliases=("Phú Hạ",)),)),
)


def ask(text: str, teams: tuple[Team, ...] = TEAMS) -> tuple[str, str]:
    found = pipeline(Clock())
    found.local = Snapshot.made(Ward.made(commune(), WardMode.REAL, {}), teams=teams)
    turn = found.ask(text, [])
    assert turn.decision is not None
    assert turn.reply is not None
    return turn.decision.intent, turn.reply.as_text()


@pytest.mark.parametrize(
    "text",
    [
        "tổ công nghệ số tổ 12 là ai",
        "to cong nghe so to 12 la ai",
        "TỔ CÔNG NGHỆ SỐ TỔ 13 Ở ĐÂU",
        "to\u0302\u0309 công nghệ số cộng đồng tổ 12 là ai vậy ad 😀",
        "tổ công nghệ số 12 là ai",
        "cho xin số điện thoại tổ công nghệ số tổ dân phố số 12",
        "ai phụ trách tổ công nghệ số ở tổ 13",
        "tình nguyện viên tổ 12 là ai",
    ],
)
def test_the_team_of_a_group_is_told(text: str) -> None:
    intent, said = ask(text)
    assert intent == "community_team"
    assert "Người phụ trách: Chị Lê Thị Hoa. Điện thoại: 0905 123 456. Gặp ở: nhà văn hóa tổ 12." in said
    assert "Anh Nam" not in said
    assert "không bao giờ hỏi mật khẩu" in said


def test_a_group_with_a_name_is_found_too() -> None:
    _, said = ask("tổ công nghệ số thôn Phú Hạ là ai")
    assert "người giúp bà con ở thôn Phú Hạ" in said
    assert "Anh Nam" in said
    assert "Điện thoại:" not in said


def test_what_is_not_known_is_not_guessed() -> None:
    assert "chưa thấy tổ công nghệ số nào" in ask("tổ công nghệ số tổ 99 là ai")[1]
    assert "chưa ghi ai phụ trách" in ask("tổ công nghệ số tổ 12 là ai", ())[1]
    assert "phường có 2 tổ" in ask("tổ công nghệ số ở đâu")[1]


def test_many_teams_are_not_all_told_in_one_message() -> None:
    many = tuple(Team(name=f"Đội thanh niên số {number}", contact="Anh Nam") for number in range(40))
    _, said = ask("tổ công nghệ số ở đâu", many)
    assert said.count("Anh Nam") == 4
    assert len(said) < 2000


@pytest.mark.parametrize("text", ["đăng ký khai sinh", "tổ trưởng tổ 12 là ai", "đợt làm định danh ở tổ 12 khi nào", "nhận tin tổ 12"])
def test_other_questions_are_not_taken_for_it(text: str) -> None:
    assert ask(text)[0] != "community_team"


def test_a_new_snapshot_when_a_team_changes() -> None:
    ward = Ward.made(commune(), WardMode.REAL, {})
    changed = (TEAMS[0].model_copy(update={"phone": ""}), TEAMS[1])
    assert len({Snapshot.made(ward, teams=teams).version for teams in ((), TEAMS, changed)}) == 3


# --- from the console to citizens ----------------------------------------------------------------------------------------


def test_what_the_lead_writes_reaches_citizens_and_the_phone_only_when_agreed(desk: Desk) -> None:
    desk.sql("insert into residential_groups (id, commune_id, name, number, aliases, active) values (1, 1, 'Tổ 12', '12', '[]', 1)")
    lead, form = (
        desk.official("volunteer_lead"),
        {"name": "Tổ công nghệ số tổ 12", "contact": "Chị Hoa", "phone": "0905 123 456", "groups": ["1"]},
    )
    lead.post("/can-bo/tinh-nguyen/to/them", form)

    def seen() -> str:
        page = httpx.get(f"{desk.url}/to-cong-nghe-so").text
        asked = httpx.post(f"{desk.url}/api/v1/ask", json={"text": "tổ công nghệ số tổ 12 là ai"})
        assert asked.status_code == 200, asked.text
        return page + asked.text

    assert seen().count("Chị Hoa") == 2
    assert "0905" not in seen()
    [(number,)] = desk.sql("select id from volunteer_teams")
    lead.post(f"/can-bo/tinh-nguyen/to/{number}", form | {"phone_shown": "1", "active": "1"})
    assert seen().count("0905 123 456") >= 2
    lead.post(f"/can-bo/tinh-nguyen/to/{number}", form | {"phone_shown": "1"})  # put aside
    assert "Chị Hoa" not in seen()


def test_a_group_that_is_deleted_leaves_its_team(desk: Desk) -> None:
    desk.sql("insert into residential_groups (id, commune_id, name, number, aliases, active) values (1, 1, 'Tổ 12', '12', '[]', 1)")
    desk.official("editor").post("/can-bo/tinh-nguyen/to/them", {"name": "Tổ công nghệ số", "groups": ["1"]})
    assert desk.sql("select count(*) from volunteer_team_groups") == [(1,)]
    desk.official("editor").post("/can-bo/to-dan-pho/1/xoa")
    assert desk.sql("select count(*) from volunteer_team_groups") == [(0,)]
    assert desk.official("editor").get("/can-bo/tinh-nguyen").status_code == 200


def test_the_page_is_quick_and_says_when_there_is_nobody(desk: Desk) -> None:
    desk.official("editor").get("/can-bo/tinh-nguyen")
    assert quickest(lambda: httpx.get(f"{desk.url}/to-cong-nghe-so").raise_for_status()) < 1

"""The fake of Zalo OA keeps the platform's rules for people, articles and ZNS (zalo-oa.md §4, §7, §8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.serving import Fake, running_fake
from tests.fakes.zalo_oa_peers import CITIZEN, V2, V3, Json, Program

DAY = 86400.0
ARTICLE = {
    "type": "normal",
    "title": "Lịch tiêm chủng",
    "author": "UBND xã Mẫu",
    "cover": {"cover_type": "photo", "photo_url": "https://example.vn/c.jpg", "status": "show"},
    "description": "Tóm tắt",
    "body": [{"type": "text", "content": "<p>Ngày 1</p>"}, {"type": "image", "url": "https://example.vn/1.jpg"}],
    "status": "show",
    "comment": "show",
}
ZNS = {
    "phone": "84901234567",
    "template_id": "7895417",
    "template_data": {"ho_ten": "Nguyễn Văn A", "ma_ho_so": "H17.18-1", "ngay": "20/11/2026"},
    "tracking_id": "ho-so-42",
}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("zalo_oa") as found:
        yield found


@pytest.fixture
def program(fake: Fake) -> Iterator[Program]:
    with httpx.Client(base_url=fake.url, trust_env=False, verify=False) as http:
        yield Program(fake, http)


# --- people -----------------------------------------------------------------------------------------------------------


def test_the_oa_tells_about_itself(program: Program) -> None:
    found = program.get("/v2.0/oa/getoa")["data"]
    assert (found["oa_id"], found["oa_type"], found["num_follower"], found["is_verified"]) == ("3333333333333333333", 2, 1, True)
    program.fake.sim("oa", oa_id_key="oaid", oa_type=4)
    assert program.get("/v2.0/oa/getoa")["data"]["oaid"] == "3333333333333333333"


def test_a_profile_by_v2_wants_a_bare_number(program: Program) -> None:
    program.fake.sim("citizen", id=CITIZEN, name="Trần Thị B", phone="84901234567")
    path = "/v2.0/oa/getprofile"
    assert program.get(path, f'{{"user_id":{CITIZEN}}}')["data"]["display_name"] == "Trần Thị B"
    assert program.get(path, {"user_id": CITIZEN}) == {"error": -201, "message": "user_id is not valid"}
    assert program.get(path, '{"user_id":9e18}')["error"] == -201
    assert program.get(path, {"phone": "84901234567"})["data"]["user_id"] == CITIZEN
    assert program.get(path, {"phone": "84900000000"})["error"] == -201
    program.fake.sim("citizen", id=CITIZEN, follows=False)
    assert program.get(path, {"phone": "84901234567"})["error"] == -213


def test_a_profile_by_v3_tells_tags_and_the_last_day(program: Program) -> None:
    program.fake.sim("clock", set_to="2026-11-22T10:00:00+07:00")
    program.fake.sim("citizen", id=CITIZEN)
    assert program.post("/v2.0/oa/tag/tagfollower", {"user_id": CITIZEN, "tag_name": "thon-1"}) == {"error": 0, "message": "Success"}
    found = program.get("/v3.0/oa/user/detail", {"user_id": CITIZEN})["data"]
    assert (found["user_last_interaction_date"], found["user_is_follower"]) == ("22/11/2026", True)
    assert found["tags_and_notes_info"]["tag_names"] == ["thon-1"]
    assert found["user_id_by_app"] == "552177279717587730"
    assert program.get("/v3.0/oa/user/detail", {"user_id": "1"})["error"] == -201
    assert program.get("/v3.0/oa/user/detail", "no json")["error"] == -201


def test_followers_are_listed_by_pages(program: Program) -> None:
    for number in range(60):
        program.fake.sim("citizen", id=str(9100000000000000000 + number), follows=number > 0, silent_for=number * DAY)
    path = "/v2.0/oa/getfollowers"
    pages = [program.get(path, {"offset": offset, "count": 50})["data"]["followers"] for offset in (0, 50)]
    assert [len(page) for page in pages] == [50, 10]
    assert program.get(path, {"offset": 0, "count": 51})["error"] == -201
    everybody = {"offset": 0, "count": 50}
    path = "/v3.0/oa/user/getlist"
    assert program.get(path, everybody)["data"]["total"] == 61
    assert program.get(path, everybody | {"is_follower": "false"})["data"]["users"] == [{"user_id": "9100000000000000000"}]
    assert program.get(path, everybody | {"last_interaction_period": "L7D"})["data"]["total"] == 8
    assert program.get(path, everybody | {"last_interaction_period": "2000_01_01:2000_01_31"})["data"]["total"] == 0
    assert program.get(path, everybody | {"last_interaction_period": "L8D"})["error"] == -201
    assert program.get(path, everybody | {"offset": 9952})["error"] == -201


def test_tags_come_and_go(program: Program) -> None:
    tag = {"user_id": CITIZEN, "tag_name": "thon-1"}
    program.post("/v2.0/oa/tag/tagfollower", tag)
    assert program.get("/v2.0/oa/tag/gettagsofoa")["data"] == ["thon-1"]
    assert program.post("/v2.0/oa/tag/rmfollowerfromtag", tag)["error"] == 0
    assert program.get("/v3.0/oa/user/detail", {"user_id": CITIZEN})["data"]["tags_and_notes_info"]["tag_names"] == []
    assert [program.post("/v2.0/oa/tag/rmtag", {"tag_name": "thon-1"})["error"] for _ in range(2)] == [0, -201]


def test_the_history_has_both_sides_newest_first(program: Program) -> None:
    program.fake.sim("say", id=CITIZEN, text="alo")
    program.send({"text": "Chào bác"})
    found = program.get("/v2.0/oa/conversation", f'{{"user_id":{CITIZEN},"offset":0,"count":10}}')["data"]
    assert [(message["src"], message["message"]) for message in found] == [(0, "Chào bác"), (1, "alo")]
    for number in range(11):
        program.send({"text": str(number)})
    assert len(program.get("/v2.0/oa/conversation", {"user_id": CITIZEN, "offset": 0, "count": 20})["data"]) == 10
    (newest,) = program.get("/v2.0/oa/listrecentchat", {"offset": 0, "count": 10})["data"]
    assert newest["message"] == "10"


# --- articles and broadcast -------------------------------------------------------------------------------------------


def published(program: Program) -> str:
    token = program.post("/v2.0/article/create", ARTICLE)["data"]["token"]
    assert program.post("/v2.0/article/verify", {"token": token})["error"] == -214
    article_id: str = program.post("/v2.0/article/verify", {"token": token})["data"]["id"]
    return article_id


def broadcast(article_id: str) -> Json:
    elements = [{"media_type": "article", "attachment_id": article_id}]
    payload = {"template_type": "media", "elements": elements}
    return {"recipient": {"target": {}}, "message": {"attachment": {"type": "template", "payload": payload}}}


def test_an_article_is_processed_listed_changed_and_removed(program: Program) -> None:
    article_id = published(program)
    listed = program.get("/v2.0/article/getslice", type="normal", offset="0", limit="10")["data"]
    assert [article["id"] for article in listed["medias"]] == [article_id]
    detail = program.get("/v2.0/article/getdetail", id=article_id)["data"]
    assert detail["title"] == ARTICLE["title"]
    assert detail["link_view"].startswith("https://")
    token = program.post("/v2.0/article/update", {**ARTICLE, "id": article_id, "title": "Tên mới"})["data"]["token"]
    assert [program.post("/v2.0/article/verify", {"token": token})["error"] for _ in range(2)] == [-214, 0]
    assert program.get("/v2.0/article/getdetail", id=article_id)["data"]["title"] == "Tên mới"
    assert [program.post("/v2.0/article/remove", {"id": article_id})["error"] for _ in range(2)] == [0, -201]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": "t" * 149, "author": "a" * 49, "description": "d" * 299}, 0),
        ({"title": "t" * 150}, -201),
        ({"author": "a" * 50}, -201),
        ({"description": "d" * 300}, -201),
        ({"title": ""}, -201),
        ({"type": "video"}, -201),
        ({"cover": None}, -201),
        ({"cover": {"cover_type": "photo", "photo_url": "https://example.vn/small.jpg"}}, -201),
        ({"body": []}, -201),
        ({"body": [{"type": "text"}]}, -201),
        ({"body": [{"type": "table"}]}, -201),
        ({"status": "open"}, -201),
    ],
)
def test_an_article_keeps_the_limits(program: Program, change: dict[str, Any], error: int) -> None:
    program.fake.sim("oa", refused_covers=["https://example.vn/small.jpg"])
    assert program.post("/v2.0/article/create", ARTICLE | change)["error"] == error


def test_articles_have_a_quota_and_slices_a_limit(program: Program) -> None:
    program.fake.sim("oa", article_quota=1)
    assert [program.post("/v2.0/article/create", ARTICLE)["error"] for _ in range(2)] == [0, -223]
    too_many = program.get("/v2.0/article/getslice", type="normal", offset="0", limit="11")
    assert too_many == {"error": -201, "message": "maximum limit is 10"}
    assert program.get("/v2.0/article/getslice", type="normal")["error"] == -201
    assert program.post("/v2.0/article/verify", {"token": "none"})["error"] == -201


def test_a_broadcast_reaches_all_followers_after_half_an_hour(program: Program) -> None:
    program.fake.sim("clock", set_to="2026-11-22T10:00:00+07:00")
    program.tokens = program.fake.sim("grant")
    program.fake.sim("citizen", id="9000000000000000002", silent_for=100 * DAY)
    program.fake.sim("citizen", id="9000000000000000003", follows=False)
    order = broadcast(published(program))
    assert program.post(V2, order)["error"] == 0
    assert program.post(V2, order)["error"] == -211
    program.fake.sim("clock", advance_seconds=29 * 60)
    assert not program.inbox()
    program.fake.sim("clock", advance_seconds=2 * 60)
    assert [len(program.inbox(f"900000000000000000{number}")) for number in (1, 2, 3)] == [1, 1, 0]
    assert program.inbox()[0]["cards"][0]["title"] == ARTICLE["title"]
    assert program.post(V2, order)["error"] == 0


def test_a_broadcast_may_be_refused(program: Program) -> None:
    program.fake.sim("clock", set_to="2026-11-22T22:00:00+07:00")
    program.tokens = program.fake.sim("grant")
    order = broadcast(published(program))
    assert program.post(V2, order)["error"] == -234
    assert program.post(V2, broadcast("none"))["error"] == -201
    assert program.post(V2, {"recipient": {"target": {}}, "message": {"text": "a"}})["error"] == -201
    program.fake.sim("oa", broadcast="refused")
    assert program.post(V2, order) == {"error": -201, "message": "Params is invalid"}
    assert program.send({"text": "a"})["error"] == 0


def test_the_oa_is_in_no_group(program: Program) -> None:
    assert program.post(V3, {"recipient": {"group_id": "g1"}, "message": {"text": "a"}})["error"] == -403


# --- templates --------------------------------------------------------------------------------------------------------


def test_a_template_message_arrives_and_its_status_follows(program: Program) -> None:
    program.fake.sim("phone", phone="84901234567")
    program.fake.sim("oa", zns_delay=600)
    sent = program.post("/message/template", ZNS)["data"]
    assert (sent["sending_mode"], sent["quota"]) == ("1", {"dailyQuota": "500", "remainingQuota": "499"})
    assert program.get("/message/status", message_id=sent["msg_id"])["data"]["status"] == 0
    program.fake.sim("clock", advance_seconds=601)
    assert program.get("/message/status", message_id=sent["msg_id"])["data"]["status"] == 1
    assert program.get("/message/quota")["data"]["remainingQuota"] == "499"
    (message,) = program.fake.sim("phone", phone="84901234567")["messages"]
    assert message["tracking_id"] == "ho-so-42"
    assert "H17.18-1" in message["text"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"phone": "0901234567"}, -108),
        ({"phone": 84901234567}, -108),
        ({"phone": "84900000000"}, -118),
        ({"phone": "84900000114"}, -114),
        ({"template_id": "1"}, -109),
        ({"template_id": "off"}, -146),
        ({"template_data": {}}, -111),
        ({"template_data": {"ho_ten": "A", "ngay": "1"}}, -1122),
        ({"template_data": ZNS["template_data"] | {"ngay": 20}}, -1124),  # type: ignore[operator]
        ({"template_data": ZNS["template_data"] | {"ngay": "2" * 21}}, -1121),  # type: ignore[operator]
        ({"tracking_id": "t" * 49}, -132),
        ({"mode": "development"}, -127),
    ],
)
def test_a_template_message_may_be_refused(program: Program, change: dict[str, Any], error: int) -> None:
    program.fake.sim("phone", phone="84901234567")
    program.fake.sim("phone", phone="84900000114", error=-114)
    program.fake.sim("template", id="off", params={}, status="DISABLE")
    assert program.post("/message/template", ZNS | change)["error"] == error


def test_zns_has_its_own_errors_for_token_body_and_quota(program: Program) -> None:
    path = "/message/template"
    program.fake.sim("phone", phone="84901234567", admin=True)
    assert program.http.post(path, json=ZNS).json()["error"] == -124
    assert program.http.post(path, headers=program.auth).json()["error"] == -121
    assert program.http.post(path, content="{", headers=program.auth).json()["error"] == -122
    program.fake.sim("oa", zns_quota=1)
    assert [program.post(path, ZNS | {"mode": "development"})["error"] for _ in range(2)] == [0, -144]
    program.fake.sim("oa", zns_error=-139)
    assert program.post(path, ZNS)["error"] == -139


def test_templates_describe_themselves(program: Program) -> None:
    found = program.get("/template/info/v2", template_id="7895417")["data"]
    assert {"name": "ngay", "require": True, "type": "STRING", "maxLength": 20, "minLength": 1, "acceptNull": False} in found["listParams"]
    assert program.get("/template/info/v2", template_id="1")["error"] == -109
    assert [template["templateId"] for template in program.get("/template/all")["data"]] == ["7895417"]


def test_a_template_by_user_id_reaches_the_silent(program: Program) -> None:
    path, body = "/v3.0/oa/message/template", {name: ZNS[name] for name in ("template_id", "template_data")} | {"user_id": CITIZEN}
    program.fake.sim("citizen", id=CITIZEN, silent_for=100 * DAY)
    assert program.post(path, body)["error"] == 0
    assert [shown["kind"] for shown in program.inbox()] == ["template"]
    program.fake.sim("template", id="phone-only", params={}, by_uid=False)
    assert program.post(path, body | {"template_id": "phone-only"})["error"] == -249
    assert program.post(path, body | {"template_id": "1"})["error"] == -201
    program.fake.sim("oa", oa_type=4)
    assert program.post(path, body)["error"] == -235

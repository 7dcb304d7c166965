"""The channel against the platform's fake, through real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from app.messages import Button, Forged, MessageKind, Part, Picture, SendAction, SendError, UpdateKind, WebhookRequest
from tests.bots.zalo_oa.accounts import CITIZEN, PNG, account
from tests.bots.zalo_oa.conftest import Connected
from tests.fakes.zalo_oa_peers import receiving

BUTTONS = (
    Button(label="Cho con", send="khai sinh cho con"),
    Button(label="Đúng ý", data="#gd:f:0123456789abcdef0123456789abcdef:1"),
    Button(label="Xem đầy đủ", url="https://xa.test/thu-tuc/1"),
)
MAP = Picture(url="https://xa.test/so-do.png", alt="Sơ đồ")


async def refused(oa: Connected, part: Part | None = None, picture: bytes | None = None) -> SendError:
    with pytest.raises(SendError) as error:
        await oa.channel.send(CITIZEN, part or Part(text="Chào"), picture)
    return error.value


# --- forms ------------------------------------------------------------------------------------------------------------


async def test_words_arrive_once_under_the_id_we_got(oa: Connected) -> None:
    message_id = await oa.say("Bà con cần một tờ khai.")
    [shown] = oa.inbox()
    assert (shown["text"], shown["kind"], shown["message_id"]) == ("Bà con cần một tờ khai.", "text", message_id)


async def test_buttons_arrive_and_their_presses_come_back(oa: Connected) -> None:
    message_id = await oa.channel.send(CITIZEN, Part(text="Bạn chọn", buttons=BUTTONS))
    [shown] = oa.inbox()
    assert [button["type"] for button in shown["buttons"]] == ["oa.query.show", "oa.query.hide", "oa.open.url"]
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        for button in range(3):
            oa.fake.sim("press", id=CITIZEN, message_id=message_id, button=button)
        said, thanks = (oa.channel.read(WebhookRequest(each.headers, each.body))[0] for each in hook.until(2))
    assert (said.kind, said.text, said.person) == (UpdateKind.MESSAGE, "khai sinh cho con", CITIZEN)
    assert (thanks.kind, thanks.number) == (UpdateKind.FEEDBACK, 1)


async def test_a_picture_arrives_with_its_caption(oa: Connected) -> None:
    await oa.channel.send(CITIZEN, Part(text="Sơ đồ bộ phận một cửa", picture=MAP), PNG)
    [shown] = oa.inbox()
    assert (shown["kind"], shown["text"], shown["picture"]["sha256"]) == ("image", "Sơ đồ bộ phận một cửa", hashlib.sha256(PNG).hexdigest())


async def test_a_picture_with_buttons_is_two_messages_for_a_business_and_one_for_a_state_agency(oa: Connected) -> None:
    part = Part(text="Sơ đồ", picture=MAP, buttons=BUTTONS)
    await oa.channel.send(CITIZEN, part, PNG)
    assert [(shown["kind"], len(shown["buttons"])) for shown in oa.inbox()] == [("text", 3), ("image", 0)]
    oa.fake.sim("oa", oa_type=4)
    await oa.channel.send(CITIZEN, part, PNG)
    assert [(shown["kind"], shown["text"], len(shown["buttons"])) for shown in oa.inbox()[2:]] == [("image", "Sơ đồ", 3)]


async def test_the_longest_part_we_promise_is_taken_in_either_unit(oa: Connected) -> None:
    limit = oa.channel.capabilities.text_limit
    await oa.say("ắ" * limit)
    await oa.say("🏠" * (limit // 2))
    assert (await refused(oa, Part(text="a" * 2001))).action is SendAction.REJECTED
    assert len(oa.inbox()) == 2


async def test_nothing_we_send_surprises_the_platform(oa: Connected) -> None:
    await oa.channel.send(CITIZEN, Part(text="Bạn chọn", buttons=BUTTONS))
    await oa.channel.send(CITIZEN, Part(text="Sơ đồ", picture=MAP), PNG)
    await oa.channel.check("https://xa.test/kenh")
    assert oa.fake.sim("state")["warnings"] == []


# --- uploads ----------------------------------------------------------------------------------------------------------


async def test_a_picture_is_uploaded_once_for_everybody(oa: Connected) -> None:
    part = Part(text="Sơ đồ", picture=MAP)
    await asyncio.gather(*(oa.channel.send(CITIZEN, part, PNG) for _ in range(8)))
    assert oa.paths().count("/v2.0/oa/upload/image") == 1
    await oa.channel.send(CITIZEN, Part(text="Khác", picture=Picture(url="https://xa.test/khac.png", alt="")), PNG)
    assert oa.paths().count("/v2.0/oa/upload/image") == 2


async def test_a_picture_is_uploaded_again_before_zalo_forgets_it(oa: Connected) -> None:
    part = Part(text="Sơ đồ", picture=MAP)
    for _ in range(4):
        oa.fake.sim("citizen", id=CITIZEN)
        await oa.channel.send(CITIZEN, part, PNG)
        oa.pass_(days=2.5)
    assert oa.paths().count("/v2.0/oa/upload/image") == 2
    assert {call["answer"]["error"] for call in oa.fake.calls() if call["path"] == "/v3.0/oa/message/cs"} == {0, -216}
    assert len(oa.inbox()) == 4


async def test_a_forgotten_picture_is_uploaded_once_more(oa: Connected) -> None:
    part = Part(text="Sơ đồ", picture=MAP)
    oa.fake.sim("fault", kind="error", code=-100)
    await oa.channel.send(CITIZEN, part, PNG)
    assert len(oa.inbox()) == 1
    assert oa.paths().count("/v2.0/oa/upload/image") == 2
    oa.fake.sim("fault", kind="error", code=-100, times=2)
    assert (await refused(oa, part, PNG)).action is SendAction.REJECTED
    assert len(oa.inbox()) == 1


async def test_an_upload_that_fails_reached_nobody(oa: Connected) -> None:
    part = Part(text="Sơ đồ", picture=MAP)
    for kind in ("http500", "cut_after_delivery", "cut_before_delivery"):
        oa.fake.sim("fault", kind=kind, on="upload")
        assert (await refused(oa, part, PNG)).action is SendAction.RETRY
    assert not oa.inbox()


async def test_a_picture_too_big_is_our_mistake(oa: Connected) -> None:
    error = await refused(oa, Part(text="Sơ đồ", picture=MAP), PNG + bytes(1_100_000))
    assert error.action is SendAction.REJECTED


# --- the two endpoints ------------------------------------------------------------------------------------------------


async def test_a_state_agency_is_found_out_once(oa: Connected) -> None:
    oa.fake.sim("oa", oa_type=4)
    for _ in range(3):
        await oa.say()
    assert oa.vault.values["api"] == "v2"
    assert oa.paths() == ["/v3.0/oa/message/cs", *["/v2.0/oa/message"] * 3]
    again, _ = account(oa.fake.url, oa.vault.values)
    await again.start()
    await again.send(CITIZEN, Part(text="Chào"))
    await again.stop()
    assert oa.paths()[-1] == "/v2.0/oa/message"
    assert len(oa.inbox()) == 4


async def test_a_business_whose_older_endpoint_was_shut_goes_back(oa: Connected) -> None:
    oa.fake.sim("oa", oa_type=4)
    await oa.say()
    oa.fake.sim("oa", oa_type=2)
    await oa.say()
    assert oa.vault.values["api"] == "v3"
    assert len(oa.inbox()) == 2


@pytest.mark.parametrize("code", [-200, -201, -32, -209, -233, -240])
async def test_no_other_error_switches(oa: Connected, code: int) -> None:
    oa.fake.sim("fault", kind="error", code=code)
    await refused(oa)
    assert oa.paths() == ["/v3.0/oa/message/cs"]
    assert "api" not in oa.vault.values


# --- at most once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [-200, -32000, 1])
async def test_an_error_after_delivery_leads_to_no_second_message(oa: Connected, code: int) -> None:
    oa.fake.sim("fault", kind="delivered_but_error", code=code)
    assert (await refused(oa)).action is SendAction.UNKNOWN
    assert len(oa.inbox()) == 1


@pytest.mark.parametrize(("kind", "delivered"), [("cut_after_delivery", 1), ("cut_before_delivery", 0), ("http500", 0)])
async def test_a_cut_line_leads_to_no_second_message(oa: Connected, kind: str, delivered: int) -> None:
    oa.fake.sim("fault", kind=kind)
    assert (await refused(oa)).action is SendAction.UNKNOWN
    assert len(oa.inbox()) == delivered
    assert len(oa.paths()) == 1
    await oa.say()
    assert len(oa.inbox()) == delivered + 1


# --- windows and rates ------------------------------------------------------------------------------------------------


async def test_a_person_silent_for_more_than_seven_days_is_left_alone(oa: Connected) -> None:
    oa.fake.sim("citizen", id=CITIZEN, silent_for=6.9 * 86400)
    await oa.say()
    for silent in (7.1 * 86400, None):
        oa.fake.sim("citizen", id=CITIZEN, silent_for=silent)
        assert (await refused(oa)).action is SendAction.PERSON
    assert len(oa.inbox()) == 1


async def test_a_person_who_left_is_left_alone(oa: Connected) -> None:
    oa.fake.sim("unfollow", id=CITIZEN)
    error = await refused(oa)
    assert (error.action, error.code) == (SendAction.PERSON, "-213")


async def test_too_many_calls_wait(oa: Connected) -> None:
    oa.fake.sim("oa", rate_per_minute=2)
    await oa.say()
    await oa.say()
    error = await refused(oa)
    assert (error.action, error.code, error.retry_after) == (SendAction.RETRY, "-32", 60)
    oa.pass_(seconds=61)
    await oa.say()
    assert len(oa.inbox()) == 3


@pytest.mark.parametrize(
    ("code", "action"),
    [(-234, SendAction.MORNING), (-204, SendAction.ACCOUNT), (-224, SendAction.ACCOUNT), (-218, SendAction.PERSON)],
)
async def test_a_refusal_leads_to_its_action(oa: Connected, code: int, action: SendAction) -> None:
    oa.fake.sim("fault", kind="error", code=code)
    assert (await refused(oa)).action is action
    assert not oa.inbox()


# --- webhooks ---------------------------------------------------------------------------------------------------------


async def test_what_citizens_do_arrives_signed_and_what_we_do_is_no_news(oa: Connected) -> None:
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        for action, values in (("say", {"text": "mất giấy khai sinh"}), ("photo", {}), ("follow", {}), ("unfollow", {})):
            oa.fake.sim(action, id=CITIZEN, **values)
        oa.fake.sim("console_test")
        await account_follows_again(oa)
        received = hook.until(9)  # …and the echo and two receipts of our own message
    updates = [update for each in received for update in oa.channel.read(WebhookRequest(each.headers, each.body))]
    news = [update for update in updates if update.kind is not UpdateKind.RECEIPT]
    assert sorted(update.number for update in updates if update.kind is UpdateKind.RECEIPT) == [1, 2]
    assert [(update.kind, update.message, update.text) for update in news] == [
        (UpdateKind.MESSAGE, MessageKind.TEXT, "mất giấy khai sinh"),
        (UpdateKind.MESSAGE, MessageKind.PHOTO, ""),
        (UpdateKind.MESSAGE, MessageKind.START, ""),
        (UpdateKind.BLOCKED, MessageKind.TEXT, ""),
        (UpdateKind.MESSAGE, MessageKind.START, ""),
    ]
    assert {update.person for update in updates} == {CITIZEN}
    assert {each.json["event_name"] for each in received} >= {"oa_send_text", "user_received_message", "user_seen_message"}


async def account_follows_again(oa: Connected) -> None:
    oa.fake.sim("follow", id=CITIZEN)
    await oa.say()


@pytest.mark.parametrize("signature", ["good", "spaced", "bare"])
async def test_every_good_signature_is_taken(oa: Connected, signature: str) -> None:
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        oa.fake.sim("say", id=CITIZEN, text="Đăng ký tạm trú", signature=signature)
        [received] = hook.until(1)
    assert oa.channel.read(WebhookRequest(received.headers, received.body))[0].text == "Đăng ký tạm trú"


@pytest.mark.parametrize("signature", ["wrong", "hmac", "missing", "tampered"])
async def test_no_other_signature_is_taken(oa: Connected, signature: str) -> None:
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        oa.fake.sim("say", id=CITIZEN, text="x", signature=signature)
        [received] = hook.until(1)
    with pytest.raises(Forged):
        oa.channel.read(WebhookRequest(received.headers, received.body))


async def test_a_repeated_webhook_has_the_same_update(oa: Connected) -> None:
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        oa.fake.sim("follow", id=CITIZEN, copies=2)
        first, second = hook.until(2)
    assert oa.channel.read(WebhookRequest(first.headers, first.body)) == oa.channel.read(WebhookRequest(second.headers, second.body))


async def test_an_unknown_event_is_no_news(oa: Connected) -> None:
    fields: dict[str, Any] = {"message": ["?"], "sender": 7}
    with receiving() as hook:
        oa.fake.sim("oa", webhook_url=hook.url)
        oa.fake.sim("event", name="user_did_something_new", fields=fields)
        [received] = hook.until(1)
    assert oa.channel.read(WebhookRequest(received.headers, received.body)) == ()


async def test_there_is_nothing_to_poll_and_nothing_to_acknowledge(oa: Connected) -> None:
    assert [batch async for batch in oa.channel.poll()] == []
    assert oa.paths() == []

"""Consent, tokens and check-ups against the platform's fake, through real HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.calendar.opening import VIETNAM
from app.messages import Part, SendAction, SendError
from bots.zalo_oa import ZaloOA
from bots.zalo_oa.oauth import ends_at
from bots.zalo_oa.webhook import MESSAGES
from tests.bots.zalo_oa.accounts import CITIZEN, OA, account
from tests.bots.zalo_oa.conftest import WEBHOOK, Connected

CALLBACK = "https://xa.test/kenh/x/cap-quyen"
VERIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456"


async def send_all(oa: Connected, count: int) -> list[str | SendAction]:
    """Many messages at once: an id or what went wrong, for each."""
    sent = await asyncio.gather(*(oa.say(f"Tin {number}") for number in range(count)), return_exceptions=True)
    return [each.action if isinstance(each, SendError) else str(each) for each in sent]


# --- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expired_error", [-216, -220])
async def test_fifty_messages_at_the_end_of_a_token_renew_it_once(oa: Connected, expired_error: int) -> None:
    oa.fake.sim("oa", expired_error=expired_error)
    await oa.say("Trước")
    oa.pass_(hours=26)
    oa.fake.sim("citizen", id=CITIZEN)
    sent = await send_all(oa, 50)
    assert len(set(sent)) == 50
    assert (oa.refreshes(), oa.vault.asked, len(oa.inbox())) == (1, 1, 51)


async def test_fifty_messages_at_a_token_that_ends_by_the_clock_renew_it_before_it_is_refused(oa: Connected) -> None:
    oa.vault.values["expires_at"] = (oa.clock() + dt.timedelta(minutes=9)).isoformat()
    await send_all(oa, 50)
    assert (oa.refreshes(), len(oa.inbox())) == (1, 50)
    assert ends_at(oa.vault.values) == oa.clock() + dt.timedelta(hours=25)
    assert {call["answer"]["error"] for call in oa.fake.calls() if call["path"].startswith("/v3")} == {0}


async def test_two_processes_share_one_renewal(oa: Connected) -> None:
    other, _ = account(oa.fake.url, oa.vault.values, oa.clock)
    other._access._vault = oa.vault
    await other.start()
    oa.pass_(hours=26)
    oa.fake.sim("citizen", id=CITIZEN)
    await asyncio.gather(*(channel.send(CITIZEN, Part(text="Chào")) for channel in (oa.channel, other) for _ in range(10)))
    await other.stop()
    assert (oa.refreshes(), len(oa.inbox())) == (1, 20)


async def test_a_month_of_messages_goes_by_without_consent(oa: Connected) -> None:
    for _ in range(30):
        oa.pass_(days=1)
        oa.fake.sim("citizen", id=CITIZEN)
        await oa.say()
    assert len(oa.inbox()) == 30
    assert oa.refreshes() == 15  # a token of 25 hours serves two days' messages


async def test_a_lost_answer_to_a_refresh_ends_in_consent_and_not_in_a_loop(oa: Connected) -> None:
    oa.fake.sim("fault", kind="cut_after_delivery", on="token")
    oa.pass_(hours=26)
    oa.fake.sim("citizen", id=CITIZEN)
    with pytest.raises(SendError, match="cần cấp quyền lại") as error:
        await oa.say()
    assert (error.value.action, error.value.code) == (SendAction.ACCOUNT, "-14014")
    asked = oa.paths().count("/v4/oa/access_token")
    assert set(await send_all(oa, 20)) == {SendAction.ACCOUNT}
    assert asked == 2
    assert oa.paths().count("/v4/oa/access_token") == 2
    assert not oa.inbox()
    # The keeper consents again, in another process: the next message goes out.
    pair = oa.fake.sim("grant")
    await oa.vault.consent({"access_token": pair["access_token"], "refresh_token": pair["refresh_token"]})
    await oa.say("Lại được rồi")
    assert [shown["text"] for shown in oa.inbox()] == ["Lại được rồi"]


@pytest.mark.parametrize("kind", ["cut_before_delivery", "http500"])
async def test_a_refresh_that_never_reached_zalo_succeeds_the_second_time(oa: Connected, kind: str) -> None:
    oa.fake.sim("fault", kind=kind, on="token")
    oa.pass_(hours=26)
    oa.fake.sim("citizen", id=CITIZEN)
    await oa.say()
    assert (oa.refreshes(), len(oa.inbox())) == (1, 1)


async def test_without_an_oauth_host_messages_wait(oa: Connected) -> None:
    oa.fake.sim("fault", kind="cut_before_delivery", on="token", times=-1)
    oa.pass_(hours=26)
    oa.fake.sim("citizen", id=CITIZEN)
    assert set(await send_all(oa, 3)) == {SendAction.RETRY}
    oa.fake.sim("fault", kind="none")
    await oa.say()
    assert len(oa.inbox()) == 1


async def test_a_grant_that_the_owner_took_back_needs_consent(oa: Connected) -> None:
    oa.fake.sim("revoke")
    assert set(await send_all(oa, 5)) == {SendAction.ACCOUNT}
    assert oa.paths().count("/v4/oa/access_token") == 1


# --- consent ----------------------------------------------------------------------------------------------------------


async def consent(channel: ZaloOA, redirect_uri: str = CALLBACK) -> dict[str, str]:
    """The owner opens the page and consents; what comes back to our address."""
    async with httpx.AsyncClient(verify=False) as browser:
        page = await browser.get(channel.consent_url(redirect_uri, "trang-thai-1", VERIFIER))
    if not page.is_redirect:
        return {"error": str(page.json()["error"])}
    back = urlsplit(page.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    return {name: value for name, [value] in parse_qs(back.query).items()}


@pytest.fixture
async def unconnected(oa: Connected) -> Connected:
    oa.fake.sim("oa", callback=CALLBACK)
    oa.fake.sim("revoke")
    return oa


@pytest.mark.parametrize(("oa_type", "api", "oa_id_key"), [(2, "v3", "oa_id"), (4, "v2", "oaid")])
async def test_consent_gives_all_that_is_needed_to_send(unconnected: Connected, oa_type: int, api: str, oa_id_key: str) -> None:
    unconnected.fake.sim("oa", oa_type=oa_type, name="UBND phường An Khê", oa_id_key=oa_id_key)
    channel, vault = account(unconnected.fake.url, {}, unconnected.clock)
    await channel.start()
    back = await consent(channel)
    assert back["state"] == "trang-thai-1"
    values = await channel.grant(CALLBACK, back["code"], VERIFIER, back["oa_id"])
    known = {"oa_id": OA, "name": "UBND phường An Khê", "oa_type": str(oa_type), "api": api}
    assert values.items() >= known.items()
    assert ends_at(values) == unconnected.clock() + dt.timedelta(hours=25)
    await vault.remember(values)
    fresh, _ = account(unconnected.fake.url, vault.values)
    await fresh.start()
    await fresh.send(CITIZEN, Part(text="Chào"))
    await fresh.stop()
    await channel.stop()
    assert len(unconnected.inbox()) == 1
    assert [call["answer"]["error"] for call in unconnected.fake.calls() if "error" in call["answer"]] == [0, 0]  # getoa, the message


async def refused_code(oa: Connected, code: str, verifier: str = VERIFIER) -> SendError:
    with pytest.raises(SendError) as error:
        await oa.channel.grant(CALLBACK, code, verifier, OA)
    return error.value


async def test_a_code_works_once_for_ten_minutes_and_with_its_verifier(unconnected: Connected) -> None:
    for spoil in ("verifier", "late", "twice"):
        back = await consent(unconnected.channel)
        if spoil == "late":
            unconnected.pass_(minutes=11)
        if spoil == "twice":
            await unconnected.channel.grant(CALLBACK, back["code"], VERIFIER, OA)
        error = await refused_code(unconnected, back["code"], VERIFIER[::-1] if spoil == "verifier" else VERIFIER)
        assert (error.action, error.code) == (SendAction.ACCOUNT, "-14003")


async def test_an_unregistered_address_and_an_unwilling_owner_give_no_code(unconnected: Connected) -> None:
    assert (await consent(unconnected.channel, "https://xa.test/khac"))["error"] == "-14003"
    unconnected.fake.sim("oa", consent="refuse")
    assert "code" not in await consent(unconnected.channel)


async def test_consent_for_another_account_changes_nothing(unconnected: Connected) -> None:
    unconnected.fake.sim("oa", oa_id="3333333333333333334")
    back = await consent(unconnected.channel)
    for told in (back["oa_id"], ""):
        with pytest.raises(SendError, match="3333333333333333334"):
            await unconnected.channel.grant(CALLBACK, (await consent(unconnected.channel))["code"], VERIFIER, told)


# --- check-ups --------------------------------------------------------------------------------------------------------


async def test_a_healthy_account_is_told_in_full(oa: Connected) -> None:
    oa.vault.values["expires_at"] = (oa.clock() + dt.timedelta(hours=20)).isoformat()
    found = await oa.channel.check(WEBHOOK)
    assert all(finding.good and not finding.advice for finding in found)
    text = "\n".join(finding.what for finding in found)
    for word in (f"OA «UBND xã Mẫu» (mã {OA})", "còn hạn đến", "doanh nghiệp", "v3.0", "«Growth» đến ngày 31/12/2030"):
        assert word in text
    assert (oa.vault.values["name"], oa.vault.values["oa_type"]) == ("UBND xã Mẫu", "2")


async def test_a_check_up_finds_out_a_state_agency_before_the_first_message(oa: Connected) -> None:
    oa.fake.sim("oa", oa_type=4)
    assert any("v2.0" in finding.what for finding in await oa.channel.check(WEBHOOK))
    await oa.say()
    assert oa.vault.values["api"] == "v2"
    assert oa.paths() == ["/v2.0/oa/getoa", "/v2.0/oa/message"]


@pytest.mark.parametrize(
    ("code", "what", "advice"),
    [
        (-209, "chưa được kích hoạt", "developers.zalo.me"),
        (-212, "chưa đăng ký", "developers.zalo.me"),
        (-204, "bị khóa", "oa.zalo.me"),
        (-205, "không tìm thấy OA", "oa.zalo.me"),
        (-219, "bị gỡ", "developers.zalo.me"),
        (-221, "chưa được xác thực", "xác thực"),
        (-223, "chưa cấp quyền", "cấp quyền"),
        (-224, "gói dịch vụ", "nâng gói"),
        (-321, "hết tiền", "nạp"),
        (-32, "quá nhanh", "thử lại"),
        (-201, "tham số", "mã lỗi"),
        (-999, "không rõ", "thử lại"),
    ],
)
async def test_a_refusal_comes_with_advice(oa: Connected, code: int, what: str, advice: str) -> None:
    oa.fake.sim("fault", kind="error", code=code, on="/v2.0/oa/getoa", times=-1)
    [finding] = await oa.bad()
    assert what in finding.what
    assert f"mã {code}" in finding.what
    assert advice in finding.advice


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ({"is_verified": False}, "chưa được xác thực"),
        ({"package_valid_through_date": "01/01/2020"}, "đã hết hạn ngày 01/01/2020"),
        ({"oa_id": "3333333333333333334"}, "của OA khác"),
    ],
)
async def test_what_zalo_tells_may_be_bad(oa: Connected, state: Mapping[str, object], what: str) -> None:
    oa.fake.sim("oa", **state)
    [finding] = await oa.bad()
    assert what in finding.what
    assert finding.advice


async def test_nothing_is_learned_from_another_account(oa: Connected) -> None:
    oa.fake.sim("oa", oa_id="3333333333333333334", oa_type=4)
    await oa.channel.check(WEBHOOK)
    assert not oa.vault.values.keys() & {"name", "oa_type", "api"}


async def test_a_package_that_ends_soon_is_told_in_time(oa: Connected) -> None:
    for days, bad in ((16, 0), (13, 1), (0, 1)):
        until = (oa.clock() + dt.timedelta(days=days)).astimezone(VIETNAM)
        oa.fake.sim("oa", package_valid_through_date=until.strftime("%d/%m/%Y"))
        assert len(await oa.bad()) == bad
    assert "sắp hết hạn" in (await oa.bad())[0].what


async def test_a_package_without_a_known_end_is_no_fault(oa: Connected) -> None:
    oa.fake.sim("oa", package_valid_through_date="", package_name="")
    assert await oa.bad() == []


async def test_a_dead_grant_and_a_missing_one_ask_for_consent(oa: Connected) -> None:
    oa.fake.sim("revoke")
    [dead] = await oa.bad()
    assert "cần cấp quyền lại" in dead.what
    assert "bấm đồng ý" in dead.advice
    oa.channel._access._token = ""
    del oa.vault.values["access_token"]
    [missing] = await oa.bad()
    assert "bấm đồng ý" in missing.advice


async def test_a_platform_that_is_away_is_told_as_such(oa: Connected) -> None:
    for kind in ("cut_before_delivery", "http500"):
        oa.fake.sim("fault", kind=kind, on="/v2.0/oa/getoa")
        [finding] = await oa.bad()
        assert "Chưa hỏi được Zalo" in finding.what


@pytest.mark.parametrize("address", ["", "http://xa.test/kenh", "https://xa.test:8443/kenh"])
async def test_an_address_that_zalo_cannot_call_is_told(oa: Connected, address: str) -> None:
    [finding] = [finding for finding in await oa.channel.check(address) if not finding.good]
    assert "GANDAN_PUBLIC_URL" in finding.advice


async def test_connecting_lists_what_is_done_by_hand_and_asks_nothing(oa: Connected) -> None:
    found = await oa.channel.connect(WEBHOOK)
    advice = "\n".join(finding.advice for finding in found)
    assert all(finding.advice for finding in found)
    for word in (
        WEBHOOK,
        f"https://zalo.me/{OA}",
        "developers.zalo.me",
        "oa.zalo.me",
        "Callback URL",
        "GANDAN_ZALO_VERIFICATION",
        *MESSAGES,
    ):
        assert word in advice
    assert oa.paths() == []


async def test_connecting_names_what_was_not_entered() -> None:
    channel, vault = account("http://127.0.0.1:9", {"app_secret": "", "oa_secret": ""})
    found = await channel.connect(WEBHOOK)
    assert [finding.what for finding in found[:2]] == ["Chưa nhập khóa bí mật của ứng dụng.", "Chưa nhập OA Secret Key."]
    assert vault.reads == 0


async def test_an_account_may_be_quicker(oa: Connected) -> None:
    assert oa.channel.capabilities.per_second == 50

"""What a ward set itself: laid over its file, followed by every process, never fatal."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from app.audit.models import AuditEntry
from app.commune import CommuneProfile
from app.database import Commune, Database
from app.errors import BadInput, NotFound
from app.signed import Role, Signed
from app.ward import repository, service
from app.ward.holder import WardHolder
from app.ward.models import WardSetting
from app.ward.ward import PROFILE_FIELDS, Switch, SwitchName, Ward, WardMode, changed_profile, values_of
from tests.assistant.ward import commune

NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
LEADER = Signed(1, 1, "Phạm Văn Lãnh", Role.LEADER)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    yield found
    await found.close()


async def _save(database: Database, who: Signed = LEADER, **values: Any) -> Ward:
    async with database.write() as session:
        ward = await service.read_ward(session, commune(), who.commune_id)
        await service.save_profile(session, who, commune(), ward, service.draft_of(ward.profile, values), NOW)
    async with database.read() as session:
        return await service.read_ward(session, commune(), who.commune_id)


# --- the profile -----------------------------------------------------------------------------------------------------


def test_values_go_round() -> None:
    assert changed_profile(commune(), values_of(commune())) == commune()
    assert set(values_of(commune())) == set(PROFILE_FIELDS)


def test_name_and_layer_cannot_be_changed() -> None:
    other = {"slug": "khac", "name": "Phường Khác", "locale": None, "is_sample": False, "province": "Tỉnh Khác"}
    assert changed_profile(commune(), other) == commune()


@pytest.mark.parametrize(
    "values",
    [
        {"phones": []},
        {"office": ""},
        {"hours": {"mon": [{"opens": "99:00", "closes": "11:30"}]}},
        {"hours": "sáng"},
        {"links": [{"name": "Trang", "url": "javascript:alert(1)"}]},
        {"sunday_hours": "x", "sunday_about": "y"},
        {"phones": [{"name": "Một cửa", "number": "0236", "commune_id": 2}]},
    ],
)
def test_a_broken_profile_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        service.draft_of(commune(), values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"hours": {"mon": [{"opens": "7:00", "closes": "11:30"}]}},
            "Giờ mở cửa thứ Hai: 7:30–11:30 và 13:30–17:30 → 7:00–11:30",
        ),
        ({"hours": {}}, "Giờ mở cửa thứ Sáu: 7:30–11:30 và 13:30–17:30 → nghỉ"),
        ({"hours_note": None}, "Ghi chú về giờ làm: Sáng thứ Bảy và ngày lễ không nhận hồ sơ, trừ Ngày Chủ nhật gần Dân. → không có"),
        ({"phones": [{"name": "Bộ phận một cửa", "number": "0236 111 2222"}]}, "Điện thoại: thêm «Bộ phận một cửa – 0236 111 2222»"),
        ({"phones": [{"name": "Bộ phận một cửa", "number": "0236 111 2222"}]}, "Điện thoại: bỏ «Công an phường – 0236 000 0001»"),
        ({"sunday_hours": [{"opens": "8:00", "closes": "11:00"}]}, "Giờ làm Ngày Chủ nhật gần Dân: 7:30–11:30 và 13:30–16:30 → 8:00–11:00"),
        ({"sunday_hours": [], "sunday_about": None}, "Giờ làm Ngày Chủ nhật gần Dân: 7:30–11:30 và 13:30–16:30 → nghỉ"),
    ],
)
def test_differences_are_sentences(values: dict[str, Any], said: str) -> None:
    assert said in service.draft_of(commune(), values).words


def test_another_order_is_a_difference_too() -> None:
    turned = list(reversed(values_of(commune())["phones"]))
    assert service.draft_of(commune(), {"phones": turned}).words == ("Điện thoại: đổi thứ tự",)


async def test_only_what_changes_is_kept_and_the_file_stays_the_base(database: Database) -> None:
    ward = await _save(database, address="12 Điện Biên Phủ", police="Công an phường An Khê, số 2 đường Mẫu")
    assert ward.profile.address == "12 Điện Biên Phủ"
    async with database.read() as session:
        assert [row.key for row in await repository.settings(session, 1)] == ["profile.address"]
        moved = commune().model_copy(update={"name": "Phường Tên Mới"})
        assert (await service.read_ward(session, moved)).profile.name == "Phường Tên Mới"
    with pytest.raises(BadInput):
        await _save(database, address="12 Điện Biên Phủ")


async def test_a_value_that_today_s_file_does_not_bear_is_left_out(database: Database) -> None:
    async with database.write() as session:
        by = repository.By(None, "", NOW)
        await repository.put(session, 1, "profile.phones", "khong phai danh sach", "", by)
        await repository.put(session, 1, "profile.hours", {"mon": [{"opens": "11:30", "closes": "07:30"}]}, "", by)
        await repository.put(session, 1, "profile.nothing", 1, "", by)
        await repository.put(session, 1, "profile.address", "12 Điện Biên Phủ", "", by)
    async with database.read() as session:
        profile = (await service.read_ward(session, commune())).profile
    assert (profile.phones, profile.hours) == (commune().phones, commune().hours)
    assert profile.address == "12 Điện Biên Phủ"


async def test_a_sunday_service_can_be_added_where_the_file_has_none_and_taken_back(database: Database) -> None:
    base = commune().model_copy(update={"sunday": None})
    service_day: dict[str, Any] = {
        "sunday_hours": [{"opens": "07:30:00", "closes": "11:30:00"}],
        "sunday_about": "Nhận mọi hồ sơ của phường.",
    }
    for at, values in enumerate((service_day, {"sunday_hours": [], "sunday_about": None})):
        async with database.write() as session:
            ward = await service.read_ward(session, base)
            await service.save_profile(session, LEADER, base, ward, service.draft_of(ward.profile, values), NOW + dt.timedelta(hours=at))
            ward = await service.read_ward(session, base)
            assert (ward.profile.sunday is not None) == (at == 0)
    async with database.read() as session:
        for change in (await service.before_all(session, 1))[:2]:
            _, draft = await service.restorable(session, base, ward, 1, change.id)
            assert values_of(draft.profile) == values_of(base) | service_day


async def test_every_change_can_be_brought_back_and_nobody_else_s(database: Database) -> None:
    for address in ("12 Điện Biên Phủ", "14 Điện Biên Phủ"):
        ward = await _save(database, address=address)
    async with database.write() as session:
        changes = await service.before_all(session, 1)
        assert [change.value for change in changes] == ["14 Điện Biên Phủ", "12 Điện Biên Phủ"]
        assert changes[0].changed_name == LEADER.name
        _, draft = await service.restorable(session, commune(), ward, 1, changes[0].id)
        assert draft.words == ("Địa chỉ: 14 Điện Biên Phủ → 12 Điện Biên Phủ",)
        _, draft = await service.restorable(session, commune(), ward, 1, changes[1].id)
        await service.save_profile(session, LEADER, commune(), ward, draft, NOW)
        assert await service.read_ward(session, commune()) == Ward.made(commune(), WardMode.TRIAL, {})
        assert not await repository.settings(session, 1), "what is as in the file is the file's again"
        with pytest.raises(NotFound):
            await service.restorable(session, commune(), ward, 2, changes[1].id)
        sentences = (await session.execute(sa.select(AuditEntry.sentence))).scalars().all()
    assert sentences[0].startswith("sửa thông tin phường, xã: Địa chỉ: ")


# --- mode and switches -----------------------------------------------------------------------------------------------


async def test_a_new_ward_is_in_trial_until_a_leader_opens_it(database: Database) -> None:
    async with database.write() as session:
        assert (await service.read_ward(session, commune())).is_trial
        with pytest.raises(BadInput):
            await service.set_mode(session, LEADER, WardMode.REAL, " ", NOW)
        await service.set_mode(session, LEADER, WardMode.REAL, "Đã tập huấn xong", NOW)
        assert not (await service.read_ward(session, commune())).is_trial
        assert await service.mode_of(session) is WardMode.REAL
        assert await service.mode_of(session, 2) is WardMode.TRIAL


async def test_switches_have_reasons_and_channels_follow_the_chat(database: Database) -> None:
    async with database.write() as session:
        with pytest.raises(BadInput):
            await service.set_switch(session, LEADER, SwitchName.CHAT, Switch(on=False), NOW)
        await service.set_switch(session, LEADER, SwitchName.TELEGRAM, Switch(on=False, reason="Telegram đang bị chặn"), NOW)
        ward = await service.read_ward(session, commune())
        assert ward.chat_switch("telegram").reason == "Telegram đang bị chặn"
        assert ward.chat_switch("web").on
        assert ward.switch(SwitchName.ANNOUNCEMENTS).on
        await service.set_switch(session, None, SwitchName.CHAT, Switch(on=False, reason="Mất điện cả phường"), NOW)
        ward = await service.read_ward(session, commune())
        assert {ward.chat_switch(name).reason for name in ("web", "api", "zalo_oa", "telegram")} == {"Mất điện cả phường"}
        assert not (await service.read_ward(session, commune())).switch(SwitchName.CHAT).on
        await service.set_switch(session, LEADER, SwitchName.CHAT, Switch(on=True, reason="bỏ qua"), NOW)
        assert (await service.read_ward(session, commune())).switch(SwitchName.CHAT) == Switch(on=True, reason="")


# --- the holder ------------------------------------------------------------------------------------------------------


async def test_the_holder_follows_what_anybody_records(database: Database) -> None:
    mine, theirs = WardHolder(database, commune()), WardHolder(database, commune())
    seen: list[str] = []

    async def follow(_session: object, ward: Ward) -> None:
        seen.append(ward.profile.address)

    theirs.follow(follow)
    for holder in (mine, theirs):
        await holder.refresh()
    before = theirs.now.version
    await _save(database, address="12 Điện Biên Phủ")
    await mine.refresh()
    assert mine.now.profile.address == "12 Điện Biên Phủ"
    assert theirs.now.version == before
    await theirs.look()
    assert theirs.now == mine.now
    await theirs.look()
    assert seen == [commune().address, "12 Điện Biên Phủ"], "nothing is read again when nobody acted"


async def test_another_commune_s_acts_change_nothing_here(database: Database) -> None:
    async with database.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    await _save(database, Signed(9, 2, "Người xã khác", Role.LEADER), address="Xã Hai")
    holder = WardHolder(database, commune())
    await holder.refresh()
    assert holder.now.profile == commune()


def test_a_ward_can_travel_to_another_process() -> None:
    ward = Ward.made(commune(), WardMode.REAL, {"chat": Switch(on=False, reason="nghỉ")})
    assert pickle.loads(pickle.dumps(ward)) == ward
    assert ward.version != Ward.made(commune(), WardMode.TRIAL, ward.switches).version


async def test_a_setting_of_an_unknown_kind_is_no_harm(database: Database) -> None:
    async with database.write() as session:
        session.add(WardSetting(commune_id=1, key="switch.of_the_future", value=False, reason="?", changed_at=NOW))
    async with database.read() as session:
        ward = await service.read_ward(session, commune())
    assert isinstance(ward.profile, CommuneProfile)
    assert ward.chat_switch("web").on

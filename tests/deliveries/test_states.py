"""States: one table of what may follow what, each state reachable, receipts in any order, words for all."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.deliveries import repository, states
from app.deliveries.models import Delivery, Status
from app.messages import SendAction, SendError
from tests.deliveries.post_office import Post, post_office

LONG_AGO = dt.timedelta(days=8)


def test_every_state_has_words_and_its_place_in_the_table() -> None:
    assert set(states.ALLOWED) == set(Status)
    for status in Status:
        assert states.label(status)
        assert states.meaning(status)
    assert {then for following in states.ALLOWED.values() for then in following} == set(Status)


def test_what_may_have_arrived_is_never_sent_again() -> None:
    reached = {Status.UNKNOWN, Status.SENT, Status.DELIVERED, Status.SEEN}
    while more := {then for status in reached for then in states.ALLOWED[status]} - reached:
        reached |= more
    assert not reached & {Status.QUEUED, Status.SENDING}


def test_every_reason_we_write_has_words() -> None:
    known = states._WORDS.get("reason")
    for code in (
        "window",
        "morning",
        "retry",
        "blocked",
        "left",
        "unfollowed",
        "erased",
        "trial",
        "no_account",
        "account",
        "withdrawn",
        "replaced",
    ):
        assert code in known
    for code in ("expired", "too_often", "interrupted", "no_answer", "crashed", "other_channel"):
        assert code in known
    assert states.reason("-201") == "nền tảng báo mã -201"


async def _path(post: Post, *changes: Status) -> None:
    """Drive one delivery through these states by what really happens, and look that it was in each."""
    seen = []
    telegram, zalo = post.platforms["telegram"], post.platforms["zalo_oa"]
    outside = Status.WAITING in changes and changes[0] is Status.WAITING
    await post.follows("ba-tu", channel="zalo_oa", wrote=LONG_AGO if outside else dt.timedelta(hours=1))
    del telegram
    results = {
        Status.FAILED: SendError(SendAction.REJECTED, "400"),
        Status.SKIPPED: SendError(SendAction.PERSON, "403"),
        Status.UNKNOWN: SendError(SendAction.UNKNOWN, "timeout"),
        Status.WAITING: SendError(SendAction.MORNING, "-234"),
        Status.QUEUED: SendError(SendAction.RETRY, "429"),
    }
    zalo.refuse = [results[then] for was, then in pairwise(changes) if was is Status.SENDING and then in results]
    original = post.deliveries.sender._send

    async def send(work: object, row: object) -> object:
        seen.append((await post.rows())[0].status)
        return await original(work, row)  # type: ignore[arg-type]

    post.deliveries.sender._send = send  # type: ignore[assignment,method-assign]
    await post.announce()
    post.engine.forgets = True
    await post.beat()
    seen.append((await post.rows())[0].status)
    post.engine.forgets = False
    post.clock.pass_by(dt.timedelta(seconds=20))
    await post.deliveries.dispatcher.replay()
    await post.engine.idle()
    for then in changes[1:]:
        seen.append((await post.rows())[0].status)
        if then in {Status.DELIVERED, Status.SEEN}:
            [row] = await post.rows()
            post.receipt(row.platform_message_id or "", 1 if then is Status.DELIVERED else 2)
            await post.deliveries.receipts.write()
        elif then is Status.QUEUED and outside:
            await post.writes("ba-tu")
            await post.deliveries.dispatcher.look_everywhere()
        seen.append((await post.rows())[0].status)
        await post.beat(seconds=20, times=2)
        seen.append((await post.rows())[0].status)
    assert set(changes) <= {Status(status) for status in seen}, seen


PATHS = [
    (Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED, Status.SEEN),
    (Status.QUEUED, Status.SENDING, Status.SENT, Status.SEEN),
    (Status.QUEUED, Status.SENDING, Status.QUEUED, Status.SENDING, Status.SENT),
    (Status.QUEUED, Status.SENDING, Status.WAITING),
    (Status.QUEUED, Status.SENDING, Status.SKIPPED),
    (Status.QUEUED, Status.SENDING, Status.FAILED),
    (Status.QUEUED, Status.SENDING, Status.UNKNOWN),
    (Status.WAITING, Status.QUEUED, Status.SENDING, Status.SENT),
]


@pytest.mark.parametrize("changes", PATHS, ids=["-".join(path) for path in PATHS])
async def test_each_state_is_reached_by_what_really_happens(sqlite_database_url: str, changes: tuple[Status, ...]) -> None:
    for was, then in pairwise(changes):
        assert then in states.ALLOWED[Status(was)], (was, then)
    async with post_office(sqlite_database_url) as post:
        await _path(post, *changes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(list(Status)),
    told=st.lists(st.tuples(st.sampled_from([Status.DELIVERED, Status.SEEN]), st.sampled_from(["m1", "m2", "other"])), max_size=8),
)
async def test_receipts_in_any_order_only_take_allowed_steps(
    sqlite_database_url: str, start: Status, told: list[tuple[Status, str]]
) -> None:
    async with post_office(sqlite_database_url) as post:
        if not await post.rows():
            await post.follows("ba-tu")
            await post.send()
        account, now = post.account("telegram").id, post.clock()
        async with post.database.write() as session:
            await session.execute(sa.update(Delivery).values(status=start, platform_message_id="m1"))
        status = start
        for then, message in told:
            async with post.database.transact() as transaction:
                found = await repository.receive(transaction, account, [message], then, now)
            assert found == ({"m1"} if message == "m1" else set())
            [row] = await post.rows()
            assert row.status == status or row.status in states.ALLOWED[Status(status)]
            status = Status(row.status)
        heard = {then for then, message in told if message == "m1"}
        if start in {Status.SENT, Status.DELIVERED} and Status.SEEN in heard:
            assert status is Status.SEEN
        if start is Status.SENT and heard == {Status.DELIVERED}:
            assert status is Status.DELIVERED
        if start not in {Status.SENT, Status.DELIVERED}:
            assert status is start


async def test_a_receipt_that_overtakes_our_own_note_is_kept_and_a_strange_one_forgotten(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", channel="zalo_oa")
        post.receipt("1", 2)
        post.receipt("1", 1)
        post.receipt("cua-nguoi-khac", 2)
        await post.deliveries.receipts.write()
        await post.send()
        await post.deliveries.receipts.write()
        assert await post.states() == {"ba-tu": "seen"}
        for _ in range(6):
            await post.deliveries.receipts.write()
        assert post.deliveries.receipts._waiting == []


async def test_a_receipt_of_another_account_changes_nothing(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("ba-tu", channel="zalo_oa")
        await post.send()
        post.receipt("1", 2, channel="telegram")
        await post.deliveries.receipts.write()
        assert await post.states() == {"ba-tu": "sent"}

"""The real server and Zalo's stand-in: sent, delivered, seen; who was silent too long gets it when they write."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from tests.deliveries.town import PEOPLE, Town, town
from tests.support.server import free_port

SILENT = 8 * 86_400


def _until(known: Town, **wanted: int) -> dict[str, int]:
    """Wait until so many deliveries are in these states."""
    end = time.monotonic() + 60
    while (states := dict(known.states())) != wanted and time.monotonic() < end:
        time.sleep(0.2)
    return states


def test_from_the_database_to_the_phone_and_back(tmp_path: Path) -> None:
    with town(tmp_path / "town", channels=("zalo_oa",)) as known:
        fake = known.fakes["zalo_oa"]
        known.fill(12, per_second="50")
        silent = PEOPLE["zalo_oa"](0)
        fake.sim("citizen", id=silent, silent_for=SILENT)
        engine = known.engine()
        with engine.begin() as connection:
            connection.execute(
                sa.text("update conversations set updated_at = '2020-01-01 00:00:00' where person = :person"), {"person": silent}
            )
        engine.dispose()
        port = free_port()
        fake.sim("oa", receipts=True, echo=True, webhook_url=f"http://127.0.0.1:{port}/kenh/hook-zalo_oa")
        known.announce("Tiêm chủng ở tổ 12")
        known.start("serve", GANDAN_PORT=str(port))
        assert _until(known, seen=11, waiting=1) == {"seen": 11, "waiting": 1}, known.logs()
        assert fake.sim("inbox", id=silent) == []
        assert "Tiêm chủng ở tổ 12" in fake.sim("inbox", id=PEOPLE["zalo_oa"](1))[0]["text"]

        assert fake.sim("say", id=silent, text="làm giấy khai sinh cần gì")["delivered"] == 200
        assert _until(known, seen=12) == {"seen": 12}, known.logs()
        texts = [each["text"] for each in fake.sim("inbox", id=silent)]
        assert "Tiêm chủng ở tổ 12" in texts[-1]
        assert "khai sinh" in texts[0].lower(), "their own question was answered first"
        assert sum("Tiêm chủng ở tổ 12" in text for text in texts) == 1

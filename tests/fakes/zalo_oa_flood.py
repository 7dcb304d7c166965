"""Many citizens writing at a steady rate, and how long they waited for an answer: the peer of a benchmark."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.zalo_oa_events import event
from tests.fakes.zalo_oa_state import Citizen, Hook, Json, World, new_id
from tests.fakes.zalo_oa_webhooks import Signing, Webhooks, hook

FIRST_CITIZEN = 9100000000000000001
TEXTS = ("Làm giấy khai sinh cho con cần gì?", "đăng ký kết hôn", "giay doc than", "mất sổ đỏ", "phí bao nhiêu")


def said(world: World, citizen: Citizen, name: str, message: Json, signing: Signing = "good", **fields: Any) -> Hook:
    """The webhook of a message that a citizen just sent; it is in the history and opens the window."""
    message.setdefault("msg_id", new_id())
    body = event(world, name, citizen, message=message, **fields)
    interacted(world, citizen)
    text = body["message"].get("text", "")
    citizen.said.append({"message_id": body["message"]["msg_id"], "message": text, "time": int(world.clock.now() * 1000)})
    return hook(world, body, citizen, signing)


def interacted(world: World, citizen: Citizen) -> None:
    """A citizen did something that opens the window."""
    citizen.last_interaction, citizen.answered = world.clock.now(), 0


@dataclass
class Flood:
    """Messages at a steady rate, whether or not answers come. `late`: most seconds the sender was behind its plan."""

    citizens: int
    per_second: float
    seconds: float
    texts: Sequence[str] = TEXTS
    sent: int = 0
    late: float = 0.0
    running: bool = True
    statuses: Counter[str] = field(default_factory=Counter)
    webhook_seconds: list[float] = field(default_factory=list)

    @property
    def planned(self) -> int:
        return round(self.per_second * self.seconds)

    async def run(self, hooks: Webhooks) -> None:
        """Send everything and wait for the last webhook."""
        started, tasks = time.perf_counter(), set()
        for number in range(self.planned):
            ahead = started + number / self.per_second - time.perf_counter()
            self.late = max(self.late, -ahead)
            await asyncio.sleep(max(ahead, 0))
            citizen = hooks.world.citizen(str(FIRST_CITIZEN + number % self.citizens))
            task = hooks.begin(said(hooks.world, citizen, "user_send_text", {"text": self.texts[number % len(self.texts)]}))
            task.add_done_callback(self._finished)
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            self.sent += 1
        await asyncio.gather(*tasks)
        self.running = False

    def _finished(self, task: asyncio.Task[Json]) -> None:
        if not task.cancelled():
            result = task.result()
            self.statuses[str(result["delivered"] or result["error"])] += 1
            self.webhook_seconds.append(result["seconds"])

    def summary(self) -> Json:
        """How the webhooks went, in seconds."""
        return {
            "running": self.running,
            "planned": self.planned,
            "sent": self.sent,
            "late": self.late,
            "statuses": dict(self.statuses),
            **{f"webhook_{name}": value for name, value in percentiles(self.webhook_seconds).items()},
        }


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """p50 and p99; None without any value."""
    if len(seconds) < 2:
        return dict.fromkeys(("p50", "p99"), seconds[0] if seconds else None)
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98]}
